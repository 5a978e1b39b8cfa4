import type { Page, PageRequest } from '../../queries/lists/paging.ts';
import type { TransitionPageRequest, TransitionRows, TransitionView } from '../../queries/orders/transitions.ts';
import {
  decodeCursor,
  decodeSequence,
  encodeCursor,
  encodeSequence,
  type ListName,
  type RecordName,
} from './cursor.ts';
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

interface PageQuery {
  readonly limit?: number;
  readonly after?: string;
}

/** @throws ProblemError naming `after` when it is no cursor of this list */
export function pageRequestOf({ limit, after }: PageQuery, list: ListName): PageRequest {
  return { limit: limit ?? DEFAULT_LIMIT, after: after === undefined ? undefined : decodeCursor(list, after) };
}

/** A page as it is answered. */
export function pageView<Row, View>({ rows, next }: Page<Row>, viewOf: (row: Row) => View, list: ListName) {
  return { data: rows.map(viewOf), next: next ? encodeCursor(list, next) : null };
}

/** @throws ProblemError naming `after` when it is no cursor of this record */
export function recordPageOf({ limit, after }: PageQuery, record: RecordName): TransitionPageRequest {
  return { limit: limit ?? DEFAULT_LIMIT, afterSequence: after === undefined ? 0 : decodeSequence(record, after) };
}

export function recordPageView<View>(
  { rows, more }: TransitionRows,
  viewOf: (row: TransitionView) => View,
  record: RecordName,
) {
  const last = rows.at(-1);
  return { data: rows.map(viewOf), next: more && last ? encodeSequence(record, last.sequence) : null };
}
