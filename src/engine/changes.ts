import type { JobRequest } from '../domain/decision.ts';
import type { LedgerEntry } from '../domain/ledger/entries.ts';
import type { CreditNote, Invoice, Order, Payment, Refund, Return } from '../domain/orders/order.ts';
import type { JobView } from '../queries/jobs.ts';
import type { ChainedFacts, ChainHead } from './audit/audit-chain.ts';
import type { StoredAnswer } from './request.ts';

/** All that one batch writes. */
export interface Changes {
  readonly orders: readonly OrderChange[];
  readonly transitions: readonly ChainedTransition[];
  readonly jobs: readonly NewJob[];
  readonly finishedJobIds: readonly number[];
  /** Those that people have run again or dismissed, as they are from now on. */
  readonly jobsSeenTo: readonly JobView[];
  readonly answers: readonly KeptAnswer[];
  /** Undefined: no number was taken. */
  readonly invoiceSeries: SeriesChange | undefined;
  readonly creditNoteSeries: SeriesChange | undefined;
  readonly ledger: readonly LedgerTransaction[];
}

export interface SeriesChange {
  readonly financialYear: string;
  readonly lastNumber: number;
}

/** What one change of one order posts. */
export interface LedgerTransaction {
  readonly id: number;
  readonly orderId: number;
  readonly currency: string;
  /** The move on record that it belongs to, such as `order.ship`, and what moved. */
  readonly cause: string;
  readonly causeId: number;
  readonly createdAt: Date;
  readonly entries: readonly LedgerEntry[];
}

export interface OrderChange {
  /** Undefined: the order is new. */
  readonly before: Order | undefined;
  readonly after: Order;
  readonly chain: ChainHead;
}

export interface ChainedTransition extends ChainedFacts {
  readonly id: number;
  readonly previousHash: Buffer;
  readonly hash: Buffer;
}

export interface NewJob extends JobRequest {
  readonly id: number;
  readonly orderId: number;
}

export interface KeptAnswer extends StoredAnswer {
  readonly caller: string;
  readonly key: string;
  readonly fingerprint: Buffer;
}

/** The parts of orders that a batch made or changed. */
export interface ChangedParts {
  readonly newPayments: PartOf<Payment>[];
  readonly changedPayments: PartChange<Payment>[];
  readonly newReturns: PartOf<Return>[];
  readonly changedReturns: PartChange<Return>[];
  readonly newRefunds: PartOf<Refund>[];
  readonly changedRefunds: PartChange<Refund>[];
  readonly newInvoices: PartOf<Invoice>[];
  readonly changedInvoices: PartChange<Invoice>[];
  readonly newCreditNotes: PartOf<CreditNote>[];
  readonly changedCreditNotes: PartChange<CreditNote>[];
}

interface PartOf<Part> {
  readonly orderId: number;
  readonly part: Part;
}

interface PartChange<Part> {
  /** As the order had it when it was locked: whoever writes `after` asks whether it still is so. */
  readonly before: Part;
  readonly after: Part;
}

/**
 * A part that is not the same object as before the batch was made or changed by it.
 *
 * Line items never change after the order is placed, but for the count of returned units, which triggers keep.
 */
export function changedParts(orders: readonly OrderChange[]): ChangedParts {
  const parts: ChangedParts = {
    newPayments: [],
    changedPayments: [],
    newReturns: [],
    changedReturns: [],
    newRefunds: [],
    changedRefunds: [],
    newInvoices: [],
    changedInvoices: [],
    newCreditNotes: [],
    changedCreditNotes: [],
  };
  for (const { before, after } of orders) {
    const sort = <Part extends { readonly id: number }>(
      old: readonly Part[],
      now: readonly Part[],
      added: PartOf<Part>[],
      changed: PartChange<Part>[],
    ) => {
      if (old === now) return;
      const oldById = new Map(old.map((part) => [part.id, part]));
      for (const part of now) {
        const previous = oldById.get(part.id);
        if (!previous) added.push({ orderId: after.id, part });
        else if (previous !== part) changed.push({ before: previous, after: part });
      }
    };
    // What its refunds reserve of a payment is kept by a trigger, and written by nobody else.
    const changed: PartChange<Payment>[] = [];
    sort(before?.payments ?? [], after.payments, parts.newPayments, changed);
    parts.changedPayments.push(...changed.filter(isRewritten));
    sort(before?.returns ?? [], after.returns, parts.newReturns, parts.changedReturns);
    sort(before?.refunds ?? [], after.refunds, parts.newRefunds, parts.changedRefunds);
    const invoices = (order: Order | undefined) => (order?.invoice ? [order.invoice] : []);
    sort(invoices(before), invoices(after), parts.newInvoices, parts.changedInvoices);
    sort(before?.creditNotes ?? [], after.creditNotes, parts.newCreditNotes, parts.changedCreditNotes);
  }
  return parts;
}

function isRewritten({ before, after }: PartChange<Payment>): boolean {
  return REWRITTEN.some((field) => before[field] !== after[field]);
}

const REWRITTEN = ['state', 'reference', 'intent', 'creditMinor', 'failureCode', 'failureMessage'] as const;
