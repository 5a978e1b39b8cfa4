import type { Pool } from 'pg';
import { orderLifecycle, refundLifecycle, returnLifecycle } from '../domain/lifecycles.ts';
import type { ShopCustomer } from '../queries/orders/customer-shops.ts';
import { inTransaction } from '../platform/database/transaction.ts';
import { eraseCustomer, finalStates } from './erase.ts';

/** Who is on record for what a rule has done. */
const ACTOR = 'retention';
/** Each may be another customer's, who is erased. */
const ORDERS_A_PAGE = 100;
const MOST_PAGES_AT_ONCE = 100;
const DELIVERIES_AT_ONCE = 2_000;

interface Place {
  readonly createdAt: string;
  readonly id: number;
}

interface Page {
  readonly customers: readonly ShopCustomer[];
  readonly end: Place;
}

const BEGINNING: Place = { createdAt: '-infinity', id: 0 };

/**
 * Erases customers who have had nothing to do with the shop for so many days. Walks all old orders, oldest first, a few
 * at a time, and goes on where it was: those who have something open, however many they are, are passed by until the
 * next round.
 */
export class IdleCustomers {
  readonly #pool: Pool;
  readonly #keepDays: number;
  #place = BEGINNING;

  constructor(pool: Pool, keepDays: number) {
    this.#pool = pool;
    this.#keepDays = keepDays;
  }

  /** Looks at a bounded number of orders, and answers with how many customers were erased. 0: enough for now. */
  async eraseSome(): Promise<number> {
    for (let pages = 0; pages < MOST_PAGES_AT_ONCE; pages += 1) {
      const page = await this.#readPage();
      // Before anybody is erased, so that one whose erasure fails holds nobody up.
      this.#place = page?.end ?? BEGINNING;
      if (!page) return 0;
      const erased = await this.#erase(page.customers);
      if (erased > 0) return erased;
    }
    return 0;
  }

  async #erase(customers: readonly ShopCustomer[]): Promise<number> {
    let erased = 0;
    for (const customer of customers) {
      const outcome = await inTransaction(this.#pool, (client) => eraseCustomer(client, customer, ACTOR));
      if (outcome.kind === 'erased') erased += 1;
    }
    return erased;
  }

  /** Undefined: there are no more orders that are old enough. */
  async #readPage(): Promise<Page | undefined> {
    const { rows } = await this.#pool.query<{ customers: ShopCustomer[]; createdAt: string; id: number }>({
      text: `WITH page AS MATERIALIZED (
               SELECT id, created_at, customer_id, shop_id, updated_at FROM orders
               WHERE (created_at, id) > ($1::timestamptz, $2::bigint)
                 AND created_at < now() - make_interval(days => $3)
               ORDER BY created_at, id LIMIT $4),
             idle AS (
               SELECT DISTINCT customer_id AS "customerId", shop_id AS "shopId" FROM page
               WHERE customer_id NOT LIKE 'erased-%' AND updated_at < now() - make_interval(days => $3)
                 AND NOT EXISTS (
                   SELECT FROM orders AS own
                   WHERE own.customer_id = page.customer_id AND own.shop_id IS NOT DISTINCT FROM page.shop_id
                     AND (own.updated_at >= now() - make_interval(days => $3)
                          OR NOT (own.state = ANY ($5::text[]))
                          OR EXISTS (SELECT FROM returns WHERE order_id = own.id AND NOT (state = ANY ($6::text[])))
                          OR EXISTS (SELECT FROM refunds WHERE order_id = own.id AND NOT (state = ANY ($7::text[])))
                          OR EXISTS (SELECT FROM jobs
                                     WHERE order_id = own.id AND state IN ('READY', 'QUEUED', 'RUNNING')))))
             SELECT (SELECT coalesce(json_agg(idle), '[]') FROM idle) AS customers, last.created_at::text AS "createdAt", last.id
             FROM (SELECT created_at, id FROM page ORDER BY created_at DESC, id DESC LIMIT 1) AS last`,
      values: [
        this.#place.createdAt,
        this.#place.id,
        this.#keepDays,
        ORDERS_A_PAGE,
        finalStates(orderLifecycle),
        finalStates(returnLifecycle),
        finalStates(refundLifecycle),
      ],
    });
    const [found] = rows;
    return found && { customers: found.customers, end: { createdAt: found.createdAt, id: found.id } };
  }
}

/**
 * Removes webhook deliveries that have been through for longer than they are kept, with what was answered; a bounded
 * number. What is on its way stays, however long its endpoint is disabled: it is promised to arrive.
 */
export async function removeOldDeliveries(pool: Pool, keepDays: number): Promise<number> {
  const { rowCount } = await pool.query({
    text: `DELETE FROM webhook_deliveries WHERE id = ANY (ARRAY(
             SELECT id FROM webhook_deliveries
             WHERE state <> 'PENDING' AND updated_at < now() - make_interval(days => $1)
             ORDER BY updated_at LIMIT $2 FOR UPDATE SKIP LOCKED))`,
    values: [keepDays, DELIVERIES_AT_ONCE],
  });
  return rowCount ?? 0;
}
