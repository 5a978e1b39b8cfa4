import { randomUUID } from 'node:crypto';
import type { ClientBase } from 'pg';
import { orderLifecycle, refundLifecycle, returnLifecycle } from '../domain/lifecycles.ts';
import { findCustomer, type CustomerShop, type NamedCustomer } from '../queries/orders/customer-shops.ts';
import { erasePayments } from './erase-payments.ts';
import { ERASED_TEXT } from './erased-text.ts';
import { redactAnswers } from './kept-answers.ts';

/** What was done, for the record and for whoever asked. */
export interface Erasure {
  /** What stands in the customer's place in the rows that are kept. */
  readonly pseudonym: string;
  readonly orders: number;
  readonly invoices: number;
  /** Reasons from before the record held commitments: their text is covered by the hash itself, and stays. */
  readonly keptReasons: number;
}

export type ErasureOutcome =
  | { readonly kind: 'erased'; readonly erasure: Erasure }
  | { readonly kind: 'not_found' }
  /** Each may mean somebody else by the id. */
  | { readonly kind: 'of_several_shops'; readonly shops: readonly CustomerShop[] }
  /** There is work to do that needs to know who the customer is. */
  | { readonly kind: 'under_way'; readonly orderIds: readonly number[] };

const MOST_ORDERS_TOLD = 20;

/**
 * Takes what tells who a customer is out of everything that is held: rows, the record, kept answers, what receivers of
 * webhooks said. Invoices keep what tax law demands; no amount changes, and every audit chain holds. Files are drawn
 * anew and removed by jobs that commit with it.
 *
 * @param client in an open transaction, which holds the customer's orders from here on
 */
export async function eraseCustomer(client: ClientBase, named: NamedCustomer, actor: string): Promise<ErasureOutcome> {
  const meant = await findCustomer(client, named);
  if (meant.kind === 'of_several_shops') return meant;
  if (meant.kind === 'nobody') return { kind: 'not_found' };
  const { customerId, shopId } = meant.customer;
  const { rows: orders } = await client.query<{ id: number }>(
    'SELECT id FROM orders WHERE customer_id = $1 AND shop_id IS NOT DISTINCT FROM $2 ORDER BY id FOR UPDATE',
    [customerId, shopId],
  );
  if (orders.length === 0) return { kind: 'not_found' };
  const ids = orders.map(({ id }) => id);
  const open = await openOrders(client, ids);
  if (open.length > 0) return { kind: 'under_way', orderIds: open.slice(0, MOST_ORDERS_TOLD) };

  const pseudonym = `erased-${randomUUID()}`;
  await client.query(
    `UPDATE orders SET customer_id = $2, customer_email = NULL, bill_to = NULL, ship_to = NULL,
                       version = version + 1, updated_at = now()
     WHERE id = ANY ($1::bigint[])`,
    [ids, pseudonym],
  );
  await client.query('UPDATE returns SET reason = $2 WHERE order_id = ANY ($1::bigint[])', [ids, ERASED_TEXT]);
  await erasePayments(client, ids, pseudonym);
  // What a gateway or a mail server has said to a job that is given up, and why somebody dismissed it.
  await client.query(
    `UPDATE jobs SET last_error = CASE WHEN last_error IS NOT NULL THEN $2 END,
                     seen_to_reason = CASE WHEN seen_to_reason IS NOT NULL THEN $2 END
     WHERE order_id = ANY ($1::bigint[]) AND (last_error IS NOT NULL OR seen_to_reason IS NOT NULL)`,
    [ids, ERASED_TEXT],
  );
  await client.query('SELECT erase_transition_reasons($1)', [ids]);
  const invoices = await countOf(client, 'SELECT erase_invoice_customers($1, $2) AS count', [ids, pseudonym]);
  await redactAnswers(client, ids, pseudonym);
  await client.query(
    `UPDATE webhook_attempts SET answer = NULL FROM webhook_deliveries
     WHERE webhook_deliveries.id = delivery_id AND order_id = ANY ($1::bigint[])`,
    [ids],
  );
  await client.query(
    `INSERT INTO jobs (order_id, kind, subject_id)
     SELECT order_id, 'invoice.erase', id FROM invoices WHERE order_id = ANY ($1::bigint[])
     UNION ALL
     SELECT order_id, 'credit_note.erase', id FROM credit_notes WHERE order_id = ANY ($1::bigint[])`,
    [ids],
  );
  await client.query('INSERT INTO customer_erasures (pseudonym, actor, orders, invoices) VALUES ($1, $2, $3, $4)', [
    pseudonym,
    actor,
    ids.length,
    invoices,
  ]);
  const keptReasons = await countOf(
    client,
    'SELECT count(*) AS count FROM state_transitions WHERE order_id = ANY ($1::bigint[]) AND reason IS NOT NULL',
    [ids],
  );
  return { kind: 'erased', erasure: { pseudonym, orders: ids.length, invoices, keptReasons } };
}

/** Those on which something is to be done yet: a state that leads on, or a job that is not through. */
async function openOrders(client: ClientBase, ids: readonly number[]): Promise<number[]> {
  const { rows } = await client.query<{ id: number }>(
    `SELECT id FROM orders WHERE id = ANY ($1::bigint[]) AND NOT (state = ANY ($2::text[]))
     UNION SELECT order_id FROM returns WHERE order_id = ANY ($1::bigint[]) AND NOT (state = ANY ($3::text[]))
     UNION SELECT order_id FROM refunds WHERE order_id = ANY ($1::bigint[]) AND NOT (state = ANY ($4::text[]))
     UNION SELECT order_id FROM jobs WHERE order_id = ANY ($1::bigint[]) AND state IN ('READY', 'QUEUED', 'RUNNING')
     ORDER BY id`,
    [ids, finalStates(orderLifecycle), finalStates(returnLifecycle), finalStates(refundLifecycle)],
  );
  return rows.map(({ id }) => id);
}

interface Lifecycle {
  readonly states: readonly string[];
  readonly moves: readonly { readonly from: string; readonly isUnexpected?: true }[];
}

/** Those that nothing leads on from, as far as anybody expects. */
export function finalStates({ states, moves }: Lifecycle): string[] {
  return states.filter((state) => !moves.some(({ from, isUnexpected }) => from === state && !isUnexpected));
}

async function countOf(client: ClientBase, text: string, values: readonly unknown[]): Promise<number> {
  const { rows } = await client.query<{ count: number }>(text, [...values]);
  return rows[0]?.count ?? 0;
}
