import type { Pool } from 'pg';
import type { Static } from 'typebox';
import { ALL_ORDERS } from '../../domain/orders/order-scope.ts';
import { readInvoiceOfOrder } from '../../queries/papers/invoices.ts';
import type { OrderReader } from '../../queries/orders/order-reader.ts';
import type { ShopCustomer } from '../../queries/orders/customer-shops.ts';
import { listOrders } from '../../queries/orders/orders.ts';
import type { PageRequest } from '../../queries/lists/paging.ts';
import { listTransitions, type TransitionView } from '../../queries/orders/transitions.ts';
import { encodeCursor } from '../lists/cursor.ts';
import type { CustomerExportPage, CustomerOrderSchema } from '../schemas/customer.ts';
import { orderView } from './order.ts';
import { invoiceView } from './paper.ts';
import { transitionView } from './record.ts';

const TRANSITIONS_AT_ONCE = 200;

/** A page of all that is held on a customer: each order with its lines, payments, returns, refunds, invoice and record. */
export async function customerExportPage(
  { pool, orders }: { readonly pool: Pool; readonly orders: OrderReader },
  customer: ShopCustomer,
  page: PageRequest,
): Promise<Static<typeof CustomerExportPage>> {
  const { rows, next } = await listOrders(pool, { scope: customer }, page);
  const data: Static<typeof CustomerOrderSchema>[] = [];
  for (const { id } of rows) {
    const order = await orders.read(id);
    if (!order) continue;
    const invoice = await readInvoiceOfOrder(pool, id);
    data.push({
      order: orderView(order.order, ALL_ORDERS),
      invoice: invoice ? invoiceView(invoice) : null,
      transitions: (await wholeRecord(pool, id)).map(transitionView),
    });
  }
  const cursor = next ? encodeCursor('customer-orders', next) : null;
  return { customer_id: customer.customerId, data, next: cursor };
}

async function wholeRecord(pool: Pool, orderId: number): Promise<TransitionView[]> {
  const record: TransitionView[] = [];
  for (;;) {
    const afterSequence = record.at(-1)?.sequence ?? 0;
    const page = await listTransitions(pool, orderId, undefined, { limit: TRANSITIONS_AT_ONCE, afterSequence });
    record.push(...page.rows);
    if (!page.more) return record;
  }
}
