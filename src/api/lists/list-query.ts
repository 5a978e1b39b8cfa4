import type { Page, PageRequest } from '../../queries/lists/paging.ts';
import type { TransitionPageRequest } from '../../queries/orders/transitions.ts';
import { ProblemError } from '../problems/problem.ts';
import { decodeCursor, encodeCursor } from './cursor.ts';
import { instantOf } from './instant.ts';

const DEFAULT_LIMIT = 50;
/** Of an order's record, as the database counts it. */
const LAST_SEQUENCE = 2_147_483_647;

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

/** @throws ProblemError naming `after` when no record has so many entries */
export function recordPageOf(query: { readonly limit?: number; readonly after?: string }): TransitionPageRequest {
  const afterSequence = Number(query.after ?? '0');
  if (afterSequence > LAST_SEQUENCE) {
    const message = 'is past the end of any record; take it from `next` of the page before';
    throw new ProblemError('request.invalid', `after ${message}`, { errors: [{ field: 'after', message }] });
  }
  return { limit: query.limit ?? DEFAULT_LIMIT, afterSequence };
}

/** A page as it is answered. */
export function pageView<Row, View>(page: Page<Row>, viewOf: (row: Row) => View) {
  return { data: page.rows.map(viewOf), next: page.next ? encodeCursor(page.next) : null };
}
