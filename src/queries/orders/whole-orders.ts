import type { ClientBase } from 'pg';
import type { InvoiceHead, Order, SeenOrder } from '../../domain/orders/order.ts';
import {
  toCreditNote,
  toInvoice,
  toInvoiceHead,
  toItem,
  toPayment,
  toRefund,
  toReturn,
  type CreditNoteRow,
  type InvoiceHeadRow,
  type ItemRow,
  type OrderRow,
  type PaymentRow,
  type RefundRow,
  type ReturnItemRow,
  type ReturnRow,
} from './order-rows.ts';

export interface WholeOrder<Whole extends SeenOrder = Order> {
  readonly order: Whole;
  /** Length and newest hash of the order's audit chain. */
  readonly chain: { readonly length: number; readonly hash: Buffer };
}

/**
 * Reads orders whole, one statement a table, all sent at once on a pipelined connection. Ids that no order has are
 * missing from the answer.
 *
 * `locked` takes the orders' row locks in id order, so that two batches never wait for each other in a circle; each
 * later statement then sees what was committed when the locks were taken. Whoever only refers to an order, as the event
 * feed does, does not wait for them. Without it the caller holds the locks already, or its transaction gives the statements
 * one snapshot.
 */
export function readWholeOrders(
  client: ClientBase,
  ids: readonly number[],
  { locked }: { readonly locked: boolean },
): Promise<Map<number, WholeOrder>> {
  return readOrders(client, ids, locked, {
    name: 'load-invoices',
    text: `SELECT ${INVOICE_HEAD}, snapshot::text FROM invoices WHERE order_id = ANY ($1::bigint[])`,
    toInvoice,
  });
}

/**
 * As `readWholeOrders` without locks, for those who only look: the invoice's words are a third of an order's bytes, and
 * took a fifth of PostgreSQL's time for reading one.
 */
export function readSeenOrders(
  client: ClientBase,
  ids: readonly number[],
): Promise<Map<number, WholeOrder<SeenOrder>>> {
  return readOrders(client, ids, false, {
    name: 'read-invoice-heads',
    text: `SELECT ${INVOICE_HEAD} FROM invoices WHERE order_id = ANY ($1::bigint[])`,
    toInvoice: toInvoiceHead,
  });
}

const INVOICE_HEAD = 'id, order_id, number, financial_year, sequence_number, issued_at, rendered_at, emailed_at';

/** How an order's invoice is read, and what of it. */
interface InvoiceReading<Row extends InvoiceHeadRow, Paper extends InvoiceHead> {
  readonly name: string;
  readonly text: string;
  readonly toInvoice: (row: Row) => Paper;
}

async function readOrders<Row extends InvoiceHeadRow, Paper extends InvoiceHead>(
  client: ClientBase,
  ids: readonly number[],
  locked: boolean,
  invoiceReading: InvoiceReading<Row, Paper>,
): Promise<Map<number, WholeOrder<SeenOrder & { readonly invoice: Paper | null }>>> {
  const query = <Each extends object>(name: string, text: string) =>
    client.query<Each>({ name, text, values: [ids] }).then(({ rows }) => rows);

  const [orders, items, payments, returns, returnItems, refunds, invoices, creditNotes] = await Promise.all([
    query<OrderRow>(
      locked ? 'lock-whole-orders' : 'read-orders',
      `SELECT id, order_number, shop_id, customer_id, customer_email, currency, state, total_minor, prices_include_tax,
              discount_minor, shipping, rounding_minor, tax_minor, bill_to, ship_to, place_of_supply, placed_at,
              created_at, updated_at, version, transition_count, transition_hash
       FROM orders WHERE id = ANY ($1::bigint[]) ORDER BY id ${locked ? 'FOR NO KEY UPDATE' : ''}`,
    ),
    query<ItemRow>(
      'load-order-items',
      `SELECT id, order_id, line_number, sku, title, quantity, unit_price_minor, returned_quantity, discount_minor,
              order_discount_minor, tax_minor, taxes, total_minor, commodity_code
       FROM order_items WHERE order_id = ANY ($1::bigint[]) ORDER BY order_id, line_number`,
    ),
    query<PaymentRow>(
      'load-payments',
      `SELECT id, order_id, state, method, gateway, reference, token, intent, amount_minor, currency, refunded_minor,
              capture_minor, credit_minor, failure_code, failure_message, created_at, updated_at
       FROM payments WHERE order_id = ANY ($1::bigint[]) ORDER BY id`,
    ),
    query<ReturnRow>(
      'load-returns',
      `SELECT id, order_id, state, reason, created_at, updated_at
       FROM returns WHERE order_id = ANY ($1::bigint[]) ORDER BY id`,
    ),
    query<ReturnItemRow>(
      'load-return-items',
      `SELECT id, return_id, order_item_id, quantity, accepted_quantity
       FROM return_items WHERE order_id = ANY ($1::bigint[]) ORDER BY id`,
    ),
    query<RefundRow>(
      'load-refunds',
      `SELECT id, order_id, payment_id, cause, return_id, requested_by, requested_by_caller, is_approved, amount_minor,
              currency, state, attempt, gateway_reference, elsewhere_reference, failure_code, failure_message, created_at,
              updated_at
       FROM refunds WHERE order_id = ANY ($1::bigint[]) ORDER BY id`,
    ),
    query<Row>(invoiceReading.name, invoiceReading.text),
    query<CreditNoteRow>(
      'load-credit-notes',
      `SELECT id, order_id, return_id, refund_id, number, financial_year, sequence_number, snapshot, issued_at,
              rendered_at, emailed_at
       FROM credit_notes WHERE order_id = ANY ($1::bigint[]) ORDER BY id`,
    ),
  ]);

  const returnItemsOf = groupBy(returnItems, (row) => row.return_id);
  const itemsOf = groupBy(items, (row) => row.order_id);
  const paymentsOf = groupBy(payments, (row) => row.order_id);
  const returnsOf = groupBy(returns, (row) => row.order_id);
  const refundsOf = groupBy(refunds, (row) => row.order_id);
  const creditNotesOf = groupBy(creditNotes, (row) => row.order_id);
  const invoiceOf = new Map(invoices.map((row) => [row.order_id, row]));
  return new Map(
    orders.map((row) => {
      const invoice = invoiceOf.get(row.id);
      const order = {
        id: row.id,
        orderNumber: row.order_number,
        shopId: row.shop_id,
        customerId: row.customer_id,
        customerEmail: row.customer_email,
        currency: row.currency,
        state: row.state,
        totalMinor: row.total_minor,
        pricing: {
          pricesIncludeTax: row.prices_include_tax,
          discountMinor: row.discount_minor,
          shipping: row.shipping,
          roundingMinor: row.rounding_minor,
          taxMinor: row.tax_minor,
        },
        billTo: row.bill_to,
        shipTo: row.ship_to,
        placeOfSupply: row.place_of_supply,
        placedAt: row.placed_at,
        createdAt: row.created_at,
        updatedAt: row.updated_at,
        version: row.version,
        items: (itemsOf.get(row.id) ?? []).map(toItem),
        payments: (paymentsOf.get(row.id) ?? []).map(toPayment),
        returns: (returnsOf.get(row.id) ?? []).map((each) => toReturn(each, returnItemsOf.get(each.id) ?? [])),
        refunds: (refundsOf.get(row.id) ?? []).map(toRefund),
        invoice: invoice ? invoiceReading.toInvoice(invoice) : null,
        creditNotes: (creditNotesOf.get(row.id) ?? []).map(toCreditNote),
      };
      return [row.id, { order, chain: { length: row.transition_count, hash: row.transition_hash } }];
    }),
  );
}

function groupBy<Row>(rows: readonly Row[], keyOf: (row: Row) => number): Map<number, Row[]> {
  const groups = new Map<number, Row[]>();
  for (const row of rows) {
    const group = groups.get(keyOf(row));
    if (group) group.push(row);
    else groups.set(keyOf(row), [row]);
  }
  return groups;
}
