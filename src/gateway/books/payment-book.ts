import { randomBytes } from 'node:crypto';
import type { Pool, PoolClient } from 'pg';
import type { EventLog } from './event-log.ts';
import { inTransaction } from '../../platform/database/transaction.ts';

export type PaymentStatus = 'pending' | 'authorised' | 'captured' | 'voided' | 'declined';

export interface BookedPayment {
  readonly sequence: number;
  readonly id: string;
  readonly reference: string;
  readonly amountMinor: number;
  readonly capturedMinor: number;
  readonly currency: string;
  readonly status: PaymentStatus;
  readonly declineCode: string | null;
  readonly createdAt: Date;
}

export interface NewPayment {
  readonly reference: string;
  readonly amountMinor: number;
  readonly currency: string;
  readonly paymentToken: string;
  readonly capture: boolean;
}

/** How a payment or refund goes that is not simply done: declined at once, or settled later, one way or the other. */
export interface Fate {
  readonly declineCode: string | null;
  /** Null: at once. */
  readonly settlesAfterMs: number | null;
}

/** What became of a request. `sameRequest` is false where its key was used for something else before. */
export interface Booked {
  readonly payment: BookedPayment;
  readonly declineCode: string | null;
  readonly isNew: boolean;
  readonly sameRequest: boolean;
}

interface Keyed {
  readonly key: string;
  readonly operation: 'authorise' | 'capture' | 'void';
  /** The whole request as a text, to compare. */
  readonly request: string;
}

export const PAYMENT_COLUMNS = `sequence, id, reference, amount_minor AS "amountMinor",
  captured_minor AS "capturedMinor", currency, status, decline_code AS "declineCode", created_at AS "createdAt"`;

/** The gateway's books of payments. Of any number of requests with one key at once, one has an effect. */
export class PaymentBook {
  readonly #pool: Pool;
  readonly #events: EventLog;

  constructor(pool: Pool, events: EventLog) {
    this.#pool = pool;
    this.#events = events;
  }

  async authorise(key: string, payment: NewPayment, fate: Fate): Promise<Booked> {
    const keyed: Keyed = { key, operation: 'authorise', request: JSON.stringify(payment) };
    return this.#once(keyed, async (client) => {
      const later = fate.settlesAfterMs !== null;
      const declined = !later && fate.declineCode !== null;
      const done = payment.capture ? 'captured' : 'authorised';
      const status: PaymentStatus = later ? 'pending' : declined ? 'declined' : done;
      const { rows } = await client.query<BookedPayment>({
        name: 'book-payment',
        text: `INSERT INTO gateway.payments (id, reference, amount_minor, currency, captures, status, captured_minor,
                                             decline_code, settles_at, settles_declined_code)
               VALUES ($1, $2, $3::bigint, $4, $5, $6::text, CASE $6 WHEN 'captured' THEN $3 ELSE 0 END,
                       CASE $6 WHEN 'declined' THEN $7::text END,
                       CASE $6 WHEN 'pending' THEN now() + make_interval(secs => $8) END,
                       CASE $6 WHEN 'pending' THEN $7 END)
               RETURNING ${PAYMENT_COLUMNS}`,
        values: [
          `pay_${randomBytes(12).toString('hex')}`,
          payment.reference,
          payment.amountMinor,
          payment.currency,
          payment.capture,
          status,
          fate.declineCode,
          (fate.settlesAfterMs ?? 0) / 1_000,
        ],
      });
      return { payment: theOne(rows), declineCode: declined ? fate.declineCode : null };
    });
  }

  /** Undefined: there is no such payment. Null as the amount: all that was authorised. */
  async capture(key: string, id: string, amountMinor: number | null, declineCode: string | null) {
    const keyed: Keyed = { key, operation: 'capture', request: JSON.stringify({ id, amountMinor }) };
    return this.#change(keyed, id, async (client, payment) => {
      const asked = amountMinor ?? payment.amountMinor;
      const refusal = declineCode ?? whyNotCapturable(payment, asked);
      if (refusal !== null) return { payment, declineCode: refusal };
      const { rows } = await client.query<BookedPayment>({
        name: 'capture-payment',
        text: `UPDATE gateway.payments SET status = 'captured', captured_minor = $2 WHERE id = $1
               RETURNING ${PAYMENT_COLUMNS}`,
        values: [id, asked],
      });
      return { payment: theOne(rows), declineCode: null };
    });
  }

  async void(key: string, id: string, declineCode: string | null) {
    const keyed: Keyed = { key, operation: 'void', request: JSON.stringify({ id }) };
    return this.#change(keyed, id, async (client, payment) => {
      const refusal = declineCode ?? (payment.status === 'authorised' ? null : 'not_authorised');
      if (refusal !== null) return { payment, declineCode: refusal };
      const { rows } = await client.query<BookedPayment>({
        name: 'void-payment',
        text: `UPDATE gateway.payments SET status = 'voided' WHERE id = $1 RETURNING ${PAYMENT_COLUMNS}`,
        values: [id],
      });
      return { payment: theOne(rows), declineCode: null };
    });
  }

  async byId(id: string): Promise<BookedPayment | undefined> {
    const { rows } = await this.#pool.query<BookedPayment>({
      name: 'payment-by-id',
      text: `SELECT ${PAYMENT_COLUMNS} FROM gateway.payments WHERE id = $1`,
      values: [id],
    });
    return rows[0];
  }

  async #change(
    keyed: Keyed,
    id: string,
    decide: (client: PoolClient, payment: BookedPayment) => Promise<Effect>,
  ): Promise<Booked | undefined> {
    if (!(await this.byId(id))) return undefined;
    return this.#once(keyed, async (client) => {
      const { rows } = await client.query<BookedPayment>({
        name: 'lock-payment',
        text: `SELECT ${PAYMENT_COLUMNS} FROM gateway.payments WHERE id = $1 FOR UPDATE`,
        values: [id],
      });
      return decide(client, theOne(rows));
    });
  }

  /** The effect and its key commit together; a key that is there already has had its effect. */
  async #once(keyed: Keyed, effect: (client: PoolClient) => Promise<Effect>): Promise<Booked> {
    const before = await this.#found(keyed);
    if (before) return before;
    const booked = await inTransaction(this.#pool, async (client) => {
      // Waits for another request with this key; the effect comes after, so that it is not done for nothing.
      await client.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 9000))', [keyed.key]);
      const meanwhile = await this.#found(keyed, client);
      if (meanwhile) return meanwhile;
      const { payment, declineCode } = await effect(client);
      await client.query({
        name: 'book-payment-request',
        text: `INSERT INTO gateway.payment_requests (idempotency_key, operation, payment_id, request, decline_code)
               VALUES ($1, $2, $3, $4, $5)`,
        values: [keyed.key, keyed.operation, payment.id, keyed.request, declineCode],
      });
      if (declineCode === null || payment.status === 'declined') {
        await this.#events.record(client, `payment.${payment.status}`, [payment]);
      }
      return { payment, declineCode, isNew: true, sameRequest: true };
    });
    return booked;
  }

  async #found(
    { key, operation, request }: Keyed,
    client: Pool | PoolClient = this.#pool,
  ): Promise<Booked | undefined> {
    const { rows } = await client.query<BookedPayment & { requestDeclineCode: string | null; same: boolean }>({
      name: 'payment-request-by-key',
      text: `SELECT p.sequence, p.id, p.reference, p.amount_minor AS "amountMinor",
                    p.captured_minor AS "capturedMinor", p.currency, p.status, p.decline_code AS "declineCode",
                    p.created_at AS "createdAt", r.decline_code AS "requestDeclineCode",
                    r.operation = $2 AND r.request = $3 AS same
             FROM gateway.payment_requests r JOIN gateway.payments p ON p.id = r.payment_id
             WHERE r.idempotency_key = $1`,
      values: [key, operation, request],
    });
    const [row] = rows;
    if (!row) return undefined;
    const { requestDeclineCode: declineCode, same: sameRequest, ...payment } = row;
    // One that was pending may have been declined since.
    return { payment, declineCode: declineCode ?? payment.declineCode, isNew: false, sameRequest };
  }
}

interface Effect {
  readonly payment: BookedPayment;
  readonly declineCode: string | null;
}

function whyNotCapturable(payment: BookedPayment, amountMinor: number): string | null {
  if (payment.status !== 'authorised') return 'not_authorised';
  return amountMinor > payment.amountMinor ? 'amount_exceeds_authorised' : null;
}

function theOne(rows: readonly BookedPayment[]): BookedPayment {
  const [row] = rows;
  if (!row) throw new Error('the payment is gone');
  return row;
}
