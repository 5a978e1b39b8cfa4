import type { Reads } from '../../platform/database/pipelined-reads.ts';
import type { ReturnState } from '../../domain/lifecycles.ts';
import type { OrderScope } from '../../domain/orders/order-scope.ts';
import { newestFirst } from '../lists/newest-first.ts';
import { pageOf, type Page, type PageRequest } from '../lists/paging.ts';
import { scopeConditions, scopeValues } from '../lists/scope.ts';

export interface ReturnView {
  readonly id: number;
  readonly orderId: number;
  readonly orderNumber: string;
  readonly customerId: string;
  readonly currency: string;
  readonly state: ReturnState;
  readonly reason: string;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  /** The order's version: a return is part of it. */
  readonly version: number;
  readonly items: readonly ReturnItemView[];
  /** One for each payment that money went back to. */
  readonly refundIds: readonly number[];
}

export interface ReturnItemView {
  readonly id: number;
  readonly orderItemId: number;
  readonly sku: string;
  readonly title: string;
  readonly quantity: number;
  /** Null: the return is not completed. */
  readonly acceptedQuantity: number | null;
  readonly unitPriceMinor: number;
}

export interface ReturnFilter {
  readonly state?: ReturnState;
  readonly customerId?: string;
  readonly orderNumber?: string;
  readonly sku?: string;
  readonly createdFrom?: Date;
  readonly createdTo?: Date;
  readonly scope?: OrderScope;
}

const SELECT = `SELECT returns.id, returns.order_id AS "orderId", order_number AS "orderNumber",
                       customer_id AS "customerId", orders.currency, returns.state, returns.reason,
                       returns.created_at AS "createdAt", returns.updated_at AS "updatedAt", orders.version,
                       (SELECT coalesce(json_agg(refunds.id ORDER BY refunds.id), '[]')
                        FROM refunds WHERE refunds.return_id = returns.id) AS "refundIds", items.items
                FROM returns
                JOIN orders ON orders.id = returns.order_id
                CROSS JOIN LATERAL (
                  SELECT json_agg(json_build_object('id', return_items.id, 'orderItemId', order_item_id, 'sku', sku,
                                                    'title', title, 'quantity', return_items.quantity,
                                                    'acceptedQuantity', CASE WHEN returns.state = 'COMPLETED'
                                                      THEN coalesce(accepted_quantity, return_items.quantity) END,
                                                    'unitPriceMinor', unit_price_minor)
                                  ORDER BY return_items.id) AS items
                  FROM return_items JOIN order_items ON order_items.id = order_item_id
                  WHERE return_items.return_id = returns.id) AS items`;

/** Undefined: there is none, or not within the scope. */
export async function readReturn(reads: Reads, returnId: number, scope?: OrderScope): Promise<ReturnView | undefined> {
  const { rows } = await reads.query<ReturnView>({
    name: 'read-return',
    text: `${SELECT} WHERE returns.id = $1
             AND ($2::bigint IS NULL OR coalesce(orders.shop_id, 0) = $2)
             AND ($3::text IS NULL OR orders.customer_id = $3)`,
    values: [returnId, ...scopeValues(scope)],
  });
  return rows[0];
}

/** Those of the orders, and the one with the id, newest first. */
export async function findReturns(
  reads: Reads,
  { orderIds, returnId, limit }: { orderIds: readonly number[]; returnId: number | null; limit: number },
): Promise<readonly ReturnView[]> {
  const { rows } = await reads.query<ReturnView>({
    name: 'find-returns',
    text: `${SELECT}
           WHERE returns.id IN (SELECT id FROM returns WHERE order_id = ANY ($1::bigint[])
                                UNION SELECT id FROM returns WHERE id = $2)
           ORDER BY returns.created_at DESC, returns.id DESC LIMIT $3`,
    values: [orderIds, returnId, limit],
  });
  return rows;
}

const OF_ARTICLE = `EXISTS (SELECT FROM return_items JOIN order_items ON order_items.id = order_item_id
                            WHERE return_items.return_id = returns.id AND sku = ?)`;

/** Newest first. */
export async function listReturns(reads: Reads, filter: ReturnFilter, page: PageRequest): Promise<Page<ReturnView>> {
  const { rows } = await reads.query<ReturnView>(
    newestFirst({
      name: 'list-returns',
      select: SELECT,
      conditions: [
        ['state', 'returns.state = ?', filter.state],
        ['customer', 'orders.customer_id = ?', filter.customerId],
        ['number', 'orders.order_number = ?', filter.orderNumber],
        ['sku', OF_ARTICLE, filter.sku],
        ['from', 'returns.created_at >= ?', filter.createdFrom],
        ['to', 'returns.created_at < ?', filter.createdTo],
        ...scopeConditions(filter.scope),
      ],
      order: ['returns.created_at', 'returns.id'],
      page,
    }),
  );
  return pageOf(rows, page.limit);
}
