import type { CreditNoteSnapshot } from '../../domain/papers/credit-note.ts';
import type { InvoiceSnapshot } from '../../domain/papers/invoice.ts';
import type { OrderState, PaymentState, RefundState, ReturnState } from '../../domain/lifecycles.ts';
import type {
  CreditNote,
  Invoice,
  InvoiceHead,
  OrderItem,
  Payment,
  Refund,
  RefundCause,
  Return,
  ReturnItem,
} from '../../domain/orders/order.ts';
import type { PaymentGatewayName } from '../../domain/payments/payment-gateways.ts';
import type { Party } from '../../domain/orders/party.ts';
import type { Shipping } from '../../domain/pricing/facts.ts';
import type { Tax } from '../../domain/pricing/tax.ts';

/* The rows of an order's tables, as whole-orders.ts reads them, and what they mean. */

const NO_TAXES: readonly Tax[] = [];

export interface OrderRow {
  id: number;
  order_number: string;
  shop_id: number | null;
  customer_id: string;
  customer_email: string | null;
  currency: string;
  state: OrderState;
  total_minor: number;
  prices_include_tax: boolean;
  discount_minor: number;
  shipping: Shipping | null;
  rounding_minor: number;
  tax_minor: number;
  bill_to: Party | null;
  ship_to: Party | null;
  place_of_supply: string | null;
  placed_at: Date;
  created_at: Date;
  updated_at: Date;
  version: number;
  transition_count: number;
  transition_hash: Buffer;
}

export interface ItemRow {
  id: number;
  order_id: number;
  line_number: number;
  sku: string;
  title: string;
  quantity: number;
  unit_price_minor: number;
  returned_quantity: number;
  discount_minor: number;
  order_discount_minor: number;
  tax_minor: number;
  taxes: readonly Tax[] | null;
  total_minor: number | null;
  commodity_code: string | null;
}

export interface PaymentRow {
  id: number;
  order_id: number;
  state: PaymentState;
  method: string;
  gateway: PaymentGatewayName | null;
  reference: string | null;
  token: string | null;
  intent: 'capture' | 'void' | null;
  capture_minor: number | null;
  credit_minor: number;
  failure_code: string | null;
  failure_message: string | null;
  updated_at: Date;
  amount_minor: number;
  currency: string;
  refunded_minor: number;
  created_at: Date;
}

export interface ReturnRow {
  id: number;
  order_id: number;
  state: ReturnState;
  reason: string;
  created_at: Date;
  updated_at: Date;
}

export interface ReturnItemRow {
  id: number;
  return_id: number;
  order_item_id: number;
  quantity: number;
  /** Null: all of it, where the return is completed. */
  accepted_quantity: number | null;
}

export interface RefundRow {
  id: number;
  order_id: number;
  payment_id: number;
  /** Null: written before there were causes. */
  cause: RefundCause | null;
  return_id: number | null;
  requested_by: string | null;
  requested_by_caller: string | null;
  is_approved: boolean;
  amount_minor: number;
  currency: string;
  state: RefundState;
  attempt: number;
  gateway_reference: string | null;
  elsewhere_reference: string | null;
  failure_code: string | null;
  failure_message: string | null;
  created_at: Date;
  updated_at: Date;
}

export interface InvoiceHeadRow {
  id: number;
  order_id: number;
  number: string;
  financial_year: string;
  sequence_number: number;
  issued_at: Date;
  rendered_at: Date | null;
  emailed_at: Date | null;
}

export interface InvoiceRow extends InvoiceHeadRow {
  /** As JSON. */
  snapshot: string;
}

export function toItem(row: ItemRow): OrderItem {
  const totalMinor = row.total_minor ?? row.quantity * row.unit_price_minor;
  return {
    id: row.id,
    lineNumber: row.line_number,
    sku: row.sku,
    title: row.title,
    quantity: row.quantity,
    unitPriceMinor: row.unit_price_minor,
    discountMinor: row.discount_minor,
    orderDiscountMinor: row.order_discount_minor,
    taxableMinor: totalMinor - row.tax_minor,
    taxes: row.taxes ?? NO_TAXES,
    totalMinor,
    commodityCode: row.commodity_code,
    returnedQuantity: row.returned_quantity,
  };
}

export function toPayment(row: PaymentRow): Payment {
  return {
    id: row.id,
    state: row.state,
    method: row.method,
    gateway: row.gateway,
    reference: row.reference,
    token: row.token,
    intent: row.intent,
    amountMinor: row.amount_minor,
    captureMinor: row.capture_minor,
    currency: row.currency,
    refundedMinor: row.refunded_minor,
    creditMinor: row.credit_minor,
    failureCode: row.failure_code,
    failureMessage: row.failure_message,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}

export function toReturn(row: ReturnRow, items: readonly ReturnItemRow[]): Return {
  return {
    id: row.id,
    state: row.state,
    reason: row.reason,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    items: items.map((item) => toReturnItem(item, row.state)),
  };
}

function toReturnItem(row: ReturnItemRow, state: ReturnState): ReturnItem {
  return {
    id: row.id,
    orderItemId: row.order_item_id,
    quantity: row.quantity,
    acceptedQuantity: state === 'COMPLETED' ? (row.accepted_quantity ?? row.quantity) : null,
  };
}

export function toRefund(row: RefundRow): Refund {
  return {
    id: row.id,
    paymentId: row.payment_id,
    cause: row.cause ?? (row.return_id === null ? 'cancellation' : 'return'),
    returnId: row.return_id,
    requestedBy: row.requested_by,
    requestedByCaller: row.requested_by_caller,
    isApproved: row.is_approved,
    amountMinor: row.amount_minor,
    currency: row.currency,
    state: row.state,
    attempt: row.attempt,
    gatewayReference: row.gateway_reference,
    elsewhereReference: row.elsewhere_reference,
    failureCode: row.failure_code,
    failureMessage: row.failure_message,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}

export function toInvoiceHead(row: InvoiceHeadRow): InvoiceHead {
  return {
    id: row.id,
    number: row.number,
    financialYear: row.financial_year,
    sequenceNumber: row.sequence_number,
    issuedAt: row.issued_at,
    renderedAt: row.rendered_at,
    emailedAt: row.emailed_at,
  };
}

export function toInvoice(row: InvoiceRow): Invoice {
  let snapshot: InvoiceSnapshot | undefined;
  return {
    ...toInvoiceHead(row),
    // Parsed when it is asked for: most commands do not.
    get snapshot() {
      return (snapshot ??= JSON.parse(row.snapshot) as InvoiceSnapshot);
    },
  };
}

export interface CreditNoteRow {
  id: number;
  order_id: number;
  return_id: number | null;
  refund_id: number | null;
  number: string;
  financial_year: string;
  sequence_number: number;
  snapshot: CreditNoteSnapshot;
  issued_at: Date;
  rendered_at: Date | null;
  emailed_at: Date | null;
}

export function toCreditNote(row: CreditNoteRow): CreditNote {
  return {
    id: row.id,
    number: row.number,
    financialYear: row.financial_year,
    sequenceNumber: row.sequence_number,
    returnId: row.return_id,
    refundId: row.refund_id,
    snapshot: row.snapshot,
    issuedAt: row.issued_at,
    renderedAt: row.rendered_at,
    emailedAt: row.emailed_at,
  };
}
