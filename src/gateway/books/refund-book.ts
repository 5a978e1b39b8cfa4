import { randomBytes } from 'node:crypto';
import type { Pool, PoolClient } from 'pg';
import type { EventLog } from './event-log.ts';
import type { Fate } from './payment-book.ts';
import { inTransaction } from '../../platform/database/transaction.ts';

export interface BookedRefund {
  readonly sequence: number;
  readonly id: string;
  readonly idempotencyKey: string;
  readonly reference: string;
  /** Null: of money that was captured elsewhere. */
  readonly paymentId: string | null;
  readonly reason: string | null;
  readonly amountMinor: number;
  readonly currency: string;
  readonly status: 'pending' | 'succeeded' | 'declined';
  readonly declineCode: string | null;
  readonly createdAt: Date;
}

export type NewRefund = Pick<
  BookedRefund,
  'idempotencyKey' | 'reference' | 'paymentId' | 'reason' | 'amountMinor' | 'currency'
>;

export interface BookFilter {
  readonly reference?: string;
  readonly createdFrom?: Date;
  /** Only those booked before the one with this sequence. */
  readonly beforeSequence?: number;
}

const COLUMNS = `sequence, id, idempotency_key AS "idempotencyKey", reference, payment_id AS "paymentId", reason,
                 amount_minor AS "amountMinor", currency, status, decline_code AS "declineCode",
                 created_at AS "createdAt"`;

/** The gateway's books of refunds. */
export class RefundBook {
  readonly #pool: Pool;
  readonly #events: EventLog;

  constructor(pool: Pool, events: EventLog) {
    this.#pool = pool;
    this.#events = events;
  }

  /**
   * Books a refund, or finds what was booked under its key: of any number of requests at once, one books. Whether the
   * found one is the same request is the caller's to compare.
   */
  async book(refund: NewRefund, fate: Fate): Promise<{ refund: BookedRefund; isNew: boolean }> {
    const booked = await this.#bookNew(refund, fate);
    if (booked) return { refund: booked, isNew: true };
    // The conflicting row is committed: ON CONFLICT waited for it.
    const found = await this.byKey(refund.idempotencyKey);
    if (!found) throw new Error(`the refund of key ${refund.idempotencyKey} is neither new nor there`);
    return { refund: found, isNew: false };
  }

  /** Undefined: its key is there already. One statement, where no payment has to be locked and nobody is told. */
  async #bookNew(refund: NewRefund, fate: Fate): Promise<BookedRefund | undefined> {
    if (refund.paymentId === null && !this.#events.tells) return insert(this.#pool, refund, fate);
    return inTransaction(this.#pool, async (client) => {
      const refusal = fate.declineCode ?? (await whyNotRefundable(client, refund));
      const inserted = await insert(client, refund, { ...fate, declineCode: refusal });
      if (inserted) await this.#events.record(client, `refund.${inserted.status}`, [inserted]);
      return inserted;
    });
  }

  async byKey(idempotencyKey: string): Promise<BookedRefund | undefined> {
    const { rows } = await this.#pool.query<BookedRefund>({
      name: 'refund-by-key',
      text: `SELECT ${COLUMNS} FROM gateway.refunds WHERE idempotency_key = $1`,
      values: [idempotencyKey],
    });
    return rows[0];
  }

  async byId(id: string): Promise<BookedRefund | undefined> {
    const { rows } = await this.#pool.query<BookedRefund>({
      name: 'refund-by-id',
      text: `SELECT ${COLUMNS} FROM gateway.refunds WHERE id = $1`,
      values: [id],
    });
    return rows[0];
  }

  /** Newest first. */
  async list({ reference, createdFrom, beforeSequence }: BookFilter, limit: number): Promise<BookedRefund[]> {
    const { rows } = await this.#pool.query<BookedRefund>({
      text: `SELECT ${COLUMNS} FROM gateway.refunds
             WHERE ($1::text IS NULL OR reference = $1)
               AND ($2::timestamptz IS NULL OR created_at >= $2)
               AND ($3::bigint IS NULL OR sequence < $3)
             ORDER BY sequence DESC LIMIT $4`,
      values: [reference, createdFrom?.toISOString(), beforeSequence, limit],
    });
    return rows;
  }

  /** What was paid back, by currency. */
  async totals(): Promise<{ currency: string; count: number; amountMinor: string }[]> {
    const { rows } = await this.#pool.query<{ currency: string; count: number; amountMinor: string }>({
      name: 'refund-totals',
      text: `SELECT currency, count(*) AS count, sum(amount_minor)::text AS "amountMinor"
             FROM gateway.refunds WHERE status = 'succeeded' GROUP BY currency ORDER BY currency`,
    });
    return rows;
  }
}

/** Undefined: its key is there already. */
async function insert(client: Pool | PoolClient, refund: NewRefund, fate: Fate): Promise<BookedRefund | undefined> {
  const later = fate.settlesAfterMs !== null;
  const status = later ? 'pending' : fate.declineCode === null ? 'succeeded' : 'declined';
  const { rows } = await client.query<BookedRefund>({
    name: 'book-refund',
    text: `INSERT INTO gateway.refunds (id, idempotency_key, reference, payment_id, reason, amount_minor, currency, status,
                                        decline_code, settles_at, settles_declined_code)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, CASE $8 WHEN 'declined' THEN $9 END,
                   CASE $8 WHEN 'pending' THEN now() + make_interval(secs => $10) END,
                   CASE $8 WHEN 'pending' THEN $9 END)
           ON CONFLICT (idempotency_key) DO NOTHING
           RETURNING ${COLUMNS}`,
    values: [
      `rf_${randomBytes(12).toString('hex')}`,
      refund.idempotencyKey,
      refund.reference,
      refund.paymentId,
      refund.reason,
      refund.amountMinor,
      refund.currency,
      status,
      fate.declineCode,
      (fate.settlesAfterMs ?? 0) / 1_000,
    ],
  });
  return rows[0];
}

/** Never more goes back than came in: decided under the payment's lock, refunds that are pending included. */
async function whyNotRefundable(client: PoolClient, refund: NewRefund): Promise<string | null> {
  if (refund.paymentId === null) return null;
  const locked = await client.query<{ currency: string; capturedMinor: number }>({
    name: 'lock-refunded-payment',
    text: `SELECT currency, captured_minor AS "capturedMinor" FROM gateway.payments WHERE id = $1 FOR UPDATE`,
    values: [refund.paymentId],
  });
  const [payment] = locked.rows;
  if (!payment) return 'no_such_payment';
  if (payment.currency !== refund.currency) return 'currency_differs';
  const refunded = await client.query<{ left: boolean }>({
    name: 'refundable-of-payment',
    text: `SELECT $2::numeric - coalesce(sum(amount_minor), 0) >= $3::numeric AS left
           FROM gateway.refunds WHERE payment_id = $1 AND status <> 'declined'`,
    values: [refund.paymentId, payment.capturedMinor, refund.amountMinor],
  });
  return refunded.rows[0]?.left ? null : 'amount_exceeds_captured';
}
