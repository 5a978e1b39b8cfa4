import type { ClientBase } from 'pg';
import { isoTime } from '../../platform/iso-time.ts';

export type Value = string | number | boolean | Date | Buffer | null;

/** Sends one multi-row statement whose parameters are one array a column; nothing, where there are no rows. */
export type Write = <Row>(
  name: string,
  rows: readonly Row[],
  text: string,
  valuesOf: (row: Row) => readonly Value[],
) => void;

/** A function that sends statements without waiting for their answers, and leaves those in `sent`. */
export function writeTo(client: ClientBase, sent: Promise<unknown>[]): Write {
  return (name, rows, text, valuesOf) => {
    if (rows.length > 0) sent.push(client.query({ name, text, values: columns(rows.map(valuesOf)) }));
  };
}

/**
 * An update that writes each of its rows, `$1` their ids, or has the database refuse the transaction (40001), which is then
 * decided again: somebody has changed a part by hand, whose order's row, which would tell, they left alone.
 */
export function unlessStale(table: string, update: string): string {
  return `WITH written AS (${update} RETURNING ${table}.id)
          SELECT refuse_stale_write('${table}', cardinality($1::bigint[]), count(*)) FROM written`;
}

/** The order of keys that is the same in every process, whatever its locale: rows of two batches are never taken crosswise. */
export function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** A value for a jsonb column. */
export function json(value: object | null): string | null {
  return value === null ? null : JSON.stringify(value);
}

/** Turns rows into one array a column, for unnest. */
function columns(rows: readonly (readonly Value[])[]): Value[][] {
  const width = rows[0]?.length ?? 0;
  return Array.from({ length: width }, (_, column) => rows.map((row) => toParameter(row[column] ?? null)));
}

/** Dates as UTC text: the driver would write them in the machine's time zone. */
function toParameter(value: Value): Value {
  return value instanceof Date ? isoTime(value) : value;
}
