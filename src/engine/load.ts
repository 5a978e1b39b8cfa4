import type { ClientBase } from 'pg';
import { JOB_COLUMNS, type JobView } from '../queries/jobs.ts';
import { readWholeOrders, type WholeOrder } from '../queries/orders/whole-orders.ts';
import type { KeptOrders } from './load/kept-orders.ts';

/** Parts by which an order can be named. */
export type LocatedKind = 'return' | 'refund' | 'payment';

/** The orders that returns, payments and refunds belong to. That never changes, so it is read before the locks are taken. */
export async function locateOrders(
  client: ClientBase,
  ids: Readonly<Record<LocatedKind, readonly number[]>>,
): Promise<Record<LocatedKind, Map<number, number>>> {
  const { rows } = await client.query<{ kind: LocatedKind; id: number; order_id: number }>({
    name: 'locate-orders',
    text: `SELECT 'return' AS kind, id, order_id FROM returns WHERE id = ANY ($1::bigint[])
           UNION ALL
           SELECT 'refund', id, order_id FROM refunds WHERE id = ANY ($2::bigint[])
           UNION ALL
           SELECT 'payment', id, order_id FROM payments WHERE id = ANY ($3::bigint[])`,
    values: [ids.return, ids.refund, ids.payment],
  });
  const orderIds = (kind: LocatedKind) =>
    new Map(rows.filter((row) => row.kind === kind).map((row) => [row.id, row.order_id]));
  return { return: orderIds('return'), refund: orderIds('refund'), payment: orderIds('payment') };
}

/** Orders that are locked until the transaction ends. */
export interface LockedOrders {
  /** Each as it was when it was locked. */
  readonly orders: ReadonlyMap<number, WholeOrder>;
  /** What the rows will bear that this transaction writes; undefined: there is no order to write. */
  readonly stamp: string | undefined;
  /** Those that were taken from memory. */
  readonly keptIds: readonly number[];
}

/**
 * Locks orders in id order, so that two batches never wait for each other in a circle, and reads those whole that are not
 * kept in memory as the locked rows have them. Each statement behind the locking sees what was committed when the locks
 * were taken. Ids that no order has are missing from the answer.
 */
export async function lockOrders(client: ClientBase, ids: readonly number[], kept: KeptOrders): Promise<LockedOrders> {
  if (ids.length === 0) return { orders: new Map(), stamp: undefined, keptIds: [] };
  const unknown = ids.filter((id) => !kept.has(id));
  const locking = client.query<{ id: number; stamp: string; own_stamp: string }>({
    name: 'lock-orders',
    text: `SELECT id, xmin::text AS stamp, pg_current_xact_id()::xid::text AS own_stamp
           FROM orders WHERE id = ANY ($1::bigint[]) ORDER BY id FOR NO KEY UPDATE`,
    values: [ids],
  });
  const reading = unknown.length > 0 ? readWholeOrders(client, unknown, { locked: false }) : undefined;
  // When the locking fails, what is behind it says only that the transaction is void.
  reading?.catch(() => undefined);
  const { rows } = await locking;
  const read = await reading;
  const orders = new Map<number, WholeOrder>();
  const keptIds: number[] = [];
  const changedIds: number[] = [];
  for (const { id, stamp } of rows) {
    const wasRead = read?.get(id);
    const order = wasRead ?? kept.get(id, stamp);
    if (order) orders.set(id, order);
    if (!order) changedIds.push(id);
    else if (!wasRead) keptIds.push(id);
  }
  if (changedIds.length > 0) {
    for (const [id, order] of await readWholeOrders(client, changedIds, { locked: false })) orders.set(id, order);
  }
  return { orders, stamp: rows[0]?.own_stamp, keptIds };
}

/** Those of the given order numbers that are in use. */
export async function takenOrderNumbers(client: ClientBase, orderNumbers: readonly string[]): Promise<Set<string>> {
  const { rows } = await client.query<{ order_number: string }>({
    name: 'taken-order-numbers',
    text: 'SELECT order_number FROM orders WHERE order_number = ANY ($1::text[])',
    values: [orderNumbers],
  });
  return new Set(rows.map((row) => row.order_number));
}

/**
 * Locks the series of a financial year until the transaction ends and answers with its last number. Always locked after
 * the orders, the invoices' before the credit notes', so two batches never wait for each other in a circle.
 */
export async function lockSeries(
  client: ClientBase,
  table: 'invoice_series' | 'credit_note_series',
  financialYear: string,
): Promise<number> {
  const { rows } = await client.query<{ last_number: number }>({
    name: `lock-${table}`,
    text: `INSERT INTO ${table} (financial_year) VALUES ($1)
           ON CONFLICT (financial_year) DO UPDATE SET last_number = ${table}.last_number
           RETURNING last_number`,
    values: [financialYear],
  });
  const row = rows[0];
  if (!row) throw new Error(`${table} of ${financialYear} was not locked`);
  return row.last_number;
}

/**
 * The same of the credit notes' series, where one of these orders, which are locked already, has had money given back
 * without goods; otherwise nothing is locked, and the answer is 0.
 */
export async function lockSeriesForGoodwill(
  client: ClientBase,
  financialYear: string,
  orderIds: readonly number[],
): Promise<number> {
  const { rows } = await client.query<{ last_number: number }>({
    name: 'lock-credit_note_series-for-goodwill',
    text: `INSERT INTO credit_note_series AS series (financial_year)
           SELECT $1::text WHERE EXISTS (SELECT FROM refunds WHERE order_id = ANY ($2::bigint[]) AND cause = 'goodwill')
           ON CONFLICT (financial_year) DO UPDATE SET last_number = series.last_number
           RETURNING last_number`,
    values: [financialYear, orderIds],
  });
  return rows[0]?.last_number ?? 0;
}

/** Locks jobs in id order, after the orders. */
export async function lockJobs(client: ClientBase, ids: readonly number[]): Promise<Map<number, JobView>> {
  const { rows } = await client.query<JobView>({
    name: 'lock-jobs',
    text: `SELECT ${JOB_COLUMNS} FROM jobs WHERE id = ANY ($1::bigint[]) ORDER BY id FOR UPDATE`,
    values: [ids],
  });
  return new Map(rows.map((job) => [job.id, job]));
}
