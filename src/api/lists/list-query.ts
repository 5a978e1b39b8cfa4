import type { Page, PageRequest } from '../../queries/lists/paging.ts';
import { decodeCursor, encodeCursor } from './cursor.ts';
import { instantOf } from './instant.ts';

const DEFAULT_LIMIT = 50;

/** What the lists of orders and of returns are filtered by, besides their states. */
interface ShopFilters {
  readonly customer_id?: string;
  readonly order_number?: string;
  readonly sku?: string;
  readonly created_from?: string;
  readonly created_to?: string;
}

/** @throws ProblemError naming a time that the database could not hold */
export function shopFilterOf(query: ShopFilters) {
  return {
    customerId: query.customer_id,
    orderNumber: query.order_number,
    sku: query.sku,
    createdFrom: instantOf(query.created_from, 'created_from'),
    createdTo: instantOf(query.created_to, 'created_to'),
  };
}

/** @throws ProblemError naming `after` when it is no cursor of ours */
export function pageRequestOf({ limit, after }: { readonly limit?: number; readonly after?: string }): PageRequest {
  return { limit: limit ?? DEFAULT_LIMIT, after: after === undefined ? undefined : decodeCursor(after) };
}

/** A page as it is answered. */
export function pageView<Row, View>(page: Page<Row>, viewOf: (row: Row) => View) {
  return { data: page.rows.map(viewOf), next: page.next ? encodeCursor(page.next) : null };
}
