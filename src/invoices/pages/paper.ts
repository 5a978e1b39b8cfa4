import type { Label } from './label.ts';
import type { Table } from './table.ts';

/**
 * What one invoice or credit note says, in the words and figures that stand on it; every text can be shown by the
 * typeface. The pages are laid out from this alone, so all kinds of documents share one layout.
 */
export interface Paper {
  readonly title: string;
  readonly number: string;
  readonly seller: Issuer;
  /** Name and value: the number, dates, references. */
  readonly details: readonly (readonly [name: string, value: string])[];
  /** Side by side below the seller. */
  readonly parties: readonly Party[];
  readonly lines: Table;
  /** Above the total, from the sum of the lines on. */
  readonly sums: readonly Sum[];
  readonly total: Sum;
  readonly totalInWords: string;
  /** After the total. */
  readonly summaries: readonly Summary[];
  readonly notes: readonly string[];
  readonly code: Code | undefined;
}

export interface Issuer {
  readonly name: string;
  /** Cut off where it is too long. */
  readonly address: readonly string[];
  /** What follows the address and has its place however long that is: where the party is taxed, its tax number. */
  readonly contact: readonly string[];
}

/** Told as the issuer is, under a heading of its own. */
export interface Party extends Issuer {
  readonly heading: string;
}

export interface Sum extends Label {
  readonly figure: string;
}

export interface Summary {
  readonly heading: string;
  readonly table: Table;
}

/** A QR code, as its rows of dark and light squares, and what it is called. */
export interface Code {
  readonly squares: readonly (readonly boolean[])[];
  readonly caption: string;
}
