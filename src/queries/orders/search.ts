import type { Reads } from '../../platform/database/pipelined-reads.ts';
import { ORDER_SUMMARY_COLUMNS, type OrderSummary } from './orders.ts';
import { findReturns, type ReturnView } from './returns.ts';

/** What of an order the words were found in, the most telling first. */
export const MATCHES = [
  'order_number',
  'invoice_number',
  'order_id',
  'return_id',
  'refund_id',
  'customer_email',
  'customer_id',
  'sku',
] as const;
export type Match = (typeof MATCHES)[number];

export interface OrderHit extends OrderSummary {
  readonly matchedBy: Match;
  readonly invoiceNumber: string | null;
}

export interface SearchHits {
  readonly orders: readonly OrderHit[];
  /** The return with this id, and the newest ones of the orders above. */
  readonly returns: readonly ReturnView[];
}

/** $1 and $2: the range of the prefix. $3: the words whole. $4: the id. $5: the limit. $6: MATCHES. */
export const SEARCH_ORDERS = `WITH hits AS (
    (SELECT id, 1 AS rank FROM orders
     WHERE lower(order_number) ~>=~ $1 AND lower(order_number) ~<~ $2
     ORDER BY lower(order_number) USING ~<~ LIMIT $5)
    UNION ALL
    SELECT order_id, 2 FROM invoices WHERE number = ANY ($3)
    UNION ALL
    SELECT id, 3 FROM orders WHERE id = $4
    UNION ALL
    SELECT order_id, 4 FROM returns WHERE id = $4
    UNION ALL
    SELECT order_id, 5 FROM refunds WHERE id = $4
    UNION ALL
    (SELECT id, 6 FROM orders
     WHERE lower(customer_email) ~>=~ $1 AND lower(customer_email) ~<~ $2
     ORDER BY lower(customer_email) USING ~<~, created_at DESC, id DESC LIMIT $5)
    UNION ALL
    SELECT newest.id, 7 FROM unnest($3::text[]) AS given (word) CROSS JOIN LATERAL (
      SELECT id FROM orders WHERE customer_id = word ORDER BY created_at DESC, id DESC LIMIT $5) AS newest
    UNION ALL
    SELECT newest.order_id, 8 FROM unnest($3::text[]) AS given (word) CROSS JOIN LATERAL (
      SELECT order_id FROM order_items WHERE sku = word ORDER BY order_id DESC LIMIT $5) AS newest),
  best AS (SELECT id, min(rank) AS rank FROM hits GROUP BY id)
  SELECT ${ORDER_SUMMARY_COLUMNS}, ($6::text[])[rank] AS "matchedBy", invoices.number AS "invoiceNumber"
  FROM best JOIN orders ON orders.id = best.id
  LEFT JOIN invoices ON invoices.order_id = orders.id
  ORDER BY rank, orders.created_at DESC, orders.id DESC LIMIT $5`;

/**
 * Finds orders by whatever a person has at hand. Order numbers and e-mail addresses are found by their beginning,
 * customers, SKUs, invoice numbers and ids whole; the case of letters does not matter. Each part is a walk of at most
 * `limit` entries of one index, so the time does not grow with the shop.
 */
export async function search(reads: Reads, words: string, limit: number): Promise<SearchHits> {
  const prefix = words.toLowerCase();
  const id = idIn(words);
  const { rows } = await reads.query<OrderHit>({
    name: 'search-orders',
    text: SEARCH_ORDERS,
    values: [prefix, `${prefix}\u{10FFFF}`, casesOf(words), id, limit, MATCHES],
  });
  const orderIds = rows.map((row) => row.id);
  return { orders: rows, returns: await findReturns(reads, { orderIds, returnId: id, limit }) };
}

/** As it was typed, and as such codes are mostly written. */
function casesOf(words: string): string[] {
  return [...new Set([words, words.toLowerCase(), words.toUpperCase()])];
}

/** The id in "920", "#920" or "R-920", which is what a return's label says. Null: it is none. */
function idIn(words: string): number | null {
  const digits = /^(?:#|R-?)?(\d{1,15})$/i.exec(words)?.[1];
  return digits === undefined ? null : Number(digits);
}
