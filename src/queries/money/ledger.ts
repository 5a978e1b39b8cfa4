import type { ClientBase, Pool } from 'pg';

export interface TrialBalanceRow {
  readonly currency: string;
  readonly account: string;
  /** The sums of what was posted on either side, which may be past 2^53. */
  readonly debitMinor: bigint;
  readonly creditMinor: bigint;
}

/**
 * Every account's debits and credits up to an instant, exclusive; of everything, where there is none. Reads the index by
 * time alone.
 */
export async function readTrialBalance(pool: Pool, before: Date | undefined): Promise<readonly TrialBalanceRow[]> {
  const { rows } = await pool.query<Record<keyof TrialBalanceRow, string>>({
    name: 'trial-balance',
    text: `SELECT currency, account,
                  coalesce(sum(amount_minor) FILTER (WHERE amount_minor > 0), 0)::text AS "debitMinor",
                  coalesce(-sum(amount_minor) FILTER (WHERE amount_minor < 0), 0)::text AS "creditMinor"
           FROM ledger_entries WHERE created_at < coalesce($1::timestamptz, 'infinity')
           GROUP BY currency, account ORDER BY currency, account`,
    values: [before?.toISOString() ?? null],
  });
  return rows.map((row) => ({
    ...row,
    debitMinor: BigInt(row.debitMinor),
    creditMinor: BigInt(row.creditMinor),
  }));
}

/** A line of the ledger as it was posted. */
export interface LedgerLine {
  readonly orderId: number;
  readonly transactionId: number;
  readonly line: number;
  readonly account: string;
  /** Positive: a debit; negative: a credit. */
  readonly amountMinor: number;
  readonly currency: string;
  readonly cause: string;
  readonly causeId: number;
  readonly createdAt: Date;
}

const COLUMNS = `order_id AS "orderId", transaction_id AS "transactionId", line, account, amount_minor AS "amountMinor",
                 currency, cause, cause_id AS "causeId", created_at AS "createdAt"`;

/** At most this many lines of one order: more than its payments, returns and refunds can post. */
const MOST_LINES_OF_ORDER = 20_000;

/** An order's lines in the order in which they were posted. */
export async function readLedgerOfOrder(pool: Pool, orderId: number): Promise<readonly LedgerLine[]> {
  const { rows } = await pool.query<LedgerLine>({
    name: 'ledger-of-order',
    text: `SELECT ${COLUMNS} FROM ledger_entries WHERE order_id = $1
           ORDER BY created_at, transaction_id, line LIMIT $2`,
    values: [orderId, MOST_LINES_OF_ORDER],
  });
  return rows;
}

/** The lines of a period, oldest first, a page at a time: those after `after`, which is the last line of the page before. */
export async function readLedgerPage(
  pool: Pool,
  period: { readonly from: Date; readonly to: Date },
  after: LedgerLine | undefined,
  limit: number,
): Promise<readonly LedgerLine[]> {
  const { rows } = await pool.query<LedgerLine>({
    name: 'ledger-page',
    text: `SELECT ${COLUMNS} FROM ledger_entries
           WHERE created_at >= $1 AND created_at < $2
             AND (created_at, transaction_id, line) > ($3, $4::bigint, $5::smallint)
           ORDER BY created_at, transaction_id, line LIMIT $6`,
    values: [
      period.from.toISOString(),
      period.to.toISOString(),
      (after?.createdAt ?? period.from).toISOString(),
      after?.transactionId ?? 0,
      after?.line ?? 0,
      limit,
    ],
  });
  return rows;
}

/** What the ledger's accounts of orders come to, by order. */
export async function readAccountsOfOrders(
  client: ClientBase,
  orderIds: readonly number[],
): Promise<Map<number, Map<string, number>>> {
  const { rows } = await client.query<{ order_id: number; account: string; balance: number }>({
    name: 'accounts-of-orders',
    text: `SELECT order_id, account, sum(amount_minor)::bigint AS balance
           FROM ledger_entries WHERE order_id = ANY ($1::bigint[])
           GROUP BY order_id, account HAVING sum(amount_minor) <> 0`,
    values: [orderIds],
  });
  const accounts = new Map<number, Map<string, number>>();
  for (const { order_id: orderId, account, balance } of rows) {
    const ofOrder = accounts.get(orderId) ?? new Map<string, number>();
    accounts.set(orderId, ofOrder.set(account, balance));
  }
  return accounts;
}
