import type { Reads } from '../../platform/database/pipelined-reads.ts';
import { TIMES_AS_TEXT } from '../../platform/database/postgres.ts';
import type { OrderState } from '../../domain/lifecycles.ts';
import type { OrderScope } from '../../domain/orders/order-scope.ts';
import { newestFirst } from '../lists/newest-first.ts';
import { pageOf, type Page, type PageRequest } from '../lists/paging.ts';
import { scopeConditions } from '../lists/scope.ts';

/** An order as a list shows it; times that were read to be shown are ISO text. */
export interface OrderSummary {
  readonly id: number;
  readonly orderNumber: string;
  readonly customerId: string;
  readonly customerEmail: string | null;
  readonly currency: string;
  readonly state: OrderState;
  readonly totalMinor: number;
  readonly placedAt: Date | string;
  readonly createdAt: Date | string;
  readonly updatedAt: Date | string;
  readonly version: number;
}

export interface OrderFilter {
  readonly state?: OrderState;
  readonly customerId?: string;
  readonly orderNumber?: string;
  readonly sku?: string;
  readonly createdFrom?: Date;
  readonly createdTo?: Date;
  readonly scope?: OrderScope;
}

export const ORDER_SUMMARY_COLUMNS = `orders.id, order_number AS "orderNumber", customer_id AS "customerId",
                                      customer_email AS "customerEmail", orders.currency, orders.state,
                                      orders.total_minor AS "totalMinor", placed_at AS "placedAt",
                                      orders.created_at AS "createdAt", orders.updated_at AS "updatedAt",
                                      orders.version`;

/** Newest first. */
export async function listOrders(reads: Reads, filter: OrderFilter, page: PageRequest): Promise<Page<OrderSummary>> {
  const customerId = filter.customerId ?? filter.scope?.customerId;
  const isOfFew = customerId !== undefined || filter.orderNumber !== undefined;
  const statement = filter.sku === undefined || isOfFew ? ofOrders(filter, page) : ofArticle(filter, page);
  const { rows } = await reads.query<OrderSummary>({ ...statement, types: TIMES_AS_TEXT });
  return pageOf(rows, page.limit);
}

function ofOrders(filter: OrderFilter, page: PageRequest) {
  return newestFirst({
    name: 'list-orders',
    select: `SELECT ${ORDER_SUMMARY_COLUMNS} FROM orders`,
    conditions: [
      ['state', 'state = ?', filter.state],
      ['customer', 'customer_id = ?', filter.customerId],
      ['number', 'order_number = ?', filter.orderNumber],
      ['sku', 'EXISTS (SELECT FROM order_items WHERE order_id = orders.id AND sku = ?)', filter.sku],
      ['from', 'created_at >= ?', filter.createdFrom],
      ['to', 'created_at < ?', filter.createdTo],
      ...scopeConditions(filter.scope),
    ],
    order: ['created_at', 'orders.id'],
    page,
  });
}

/** From the article's lines, whose index has them newest first; an order may have the article on several. */
function ofArticle(filter: OrderFilter, page: PageRequest) {
  return newestFirst({
    name: 'list-orders-of-article',
    select: `SELECT DISTINCT ON (order_created_at, order_id) ${ORDER_SUMMARY_COLUMNS}
             FROM order_items JOIN orders ON orders.id = order_id`,
    conditions: [
      ['sku', 'sku = ?', filter.sku],
      ['state', 'state = ?', filter.state],
      ['from', 'order_created_at >= ?', filter.createdFrom],
      ['to', 'order_created_at < ?', filter.createdTo],
      ...scopeConditions(filter.scope),
    ],
    order: ['order_created_at', 'order_id'],
    page,
  });
}
