import type { CreditNoteSnapshot } from '../papers/credit-note.ts';
import type { InvoiceSnapshot } from '../papers/invoice.ts';
import type { Party } from './party.ts';
import type { PaymentGatewayName } from '../payments/payment-gateways.ts';
import type { LinePricing, OrderPricing } from '../pricing/facts.ts';
import type { OrderState, PaymentState, RefundState, ReturnState } from '../lifecycles.ts';

/**
 * The consistency boundary: an order with everything that is locked together with it. Values are never changed in
 * place; a part that is the same object before and after a decision did not change.
 */
export interface Order {
  readonly id: number;
  readonly orderNumber: string;
  /** The shop that placed it; null: it was placed by somebody of ours. */
  readonly shopId: number | null;
  readonly customerId: string;
  readonly customerEmail: string | null;
  readonly currency: string;
  readonly state: OrderState;
  readonly totalMinor: number;
  readonly pricing: OrderPricing;
  readonly billTo: Party | null;
  /** Null: as `billTo`. */
  readonly shipTo: Party | null;
  readonly placeOfSupply: string | null;
  readonly placedAt: Date;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  /** Grows by one with each accepted command. */
  readonly version: number;
  readonly items: readonly OrderItem[];
  readonly payments: readonly Payment[];
  readonly returns: readonly Return[];
  readonly refunds: readonly Refund[];
  readonly invoice: Invoice | null;
  readonly creditNotes: readonly CreditNote[];
}

/** An order for those who only look at it: its invoice is named, and not spelled out. */
export interface SeenOrder extends Omit<Order, 'invoice'> {
  readonly invoice: InvoiceHead | null;
}

export interface OrderItem extends LinePricing {
  readonly id: number;
  readonly lineNumber: number;
  readonly sku: string;
  readonly title: string;
  readonly quantity: number;
  readonly unitPriceMinor: number;
  /** Units in returns that were not rejected, counted from the request on; of completed ones, those that were accepted. */
  readonly returnedQuantity: number;
}

/** How a payment was made that says no more. */
export const UNNAMED_METHOD = 'unspecified';

export interface Payment {
  readonly id: number;
  readonly state: PaymentState;
  /** How it was paid: card, UPI, cash; as the shop calls it. */
  readonly method: string;
  /** Null: captured elsewhere, where only the shop knows of it. */
  readonly gateway: PaymentGatewayName | null;
  /** The gateway's own name for it, once there is one; of one captured elsewhere, what the shop calls it. */
  readonly reference: string | null;
  /**
   * What the gateway's part of the shop's page gave for the customer's means of payment; null once nothing needs it any
   * more.
   */
  readonly token: string | null;
  /** What the gateway is to do beyond authorising, or as soon as it has; null: nothing yet. */
  readonly intent: 'capture' | 'void' | null;
  /** What is asked of the customer: what is authorised, where a gateway does that. */
  readonly amountMinor: number;
  /** Of that, the part that the gateway is to capture, or has: the rest is released. Null: all. */
  readonly captureMinor: number | null;
  readonly currency: string;
  /** Of a captured payment: reserved by refunds in any state but REJECTED. */
  readonly refundedMinor: number;
  /** What it was above what was owed, booked as the customer's credit with the shop. */
  readonly creditMinor: number;
  readonly failureCode: string | null;
  readonly failureMessage: string | null;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

export interface Return {
  readonly id: number;
  readonly state: ReturnState;
  readonly reason: string;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  readonly items: readonly ReturnItem[];
}

export interface ReturnItem {
  readonly id: number;
  readonly orderItemId: number;
  /** Units that were asked back. */
  readonly quantity: number;
  /** Of those, the units that were accepted when the return was completed; null: it is not completed. */
  readonly acceptedQuantity: number | null;
}

/**
 * `goodwill`: a person has given money back without goods. `overpayment`: a payment came to more than was owed, or came
 * after all when it was not expected any more.
 */
export type RefundCause = 'return' | 'cancellation' | 'goodwill' | 'overpayment';

export interface Refund {
  readonly id: number;
  readonly paymentId: number;
  /** Why there is one. */
  readonly cause: RefundCause;
  /** Of a completed return alone. */
  readonly returnId: number | null;
  /** Who asked for it, where a person did. */
  readonly requestedBy: string | null;
  /** The same, by what they cannot change; null also where it was not written down then. */
  readonly requestedByCaller: string | null;
  /** Whether a second person has said yes to it. */
  readonly isApproved: boolean;
  readonly amountMinor: number;
  readonly currency: string;
  readonly state: RefundState;
  /** Grows when a person retries a refund that the gateway declined; part of the gateway's idempotency key. */
  readonly attempt: number;
  readonly gatewayReference: string | null;
  /** Of one that the shop has paid some other way: what that payment is called where it was made. */
  readonly elsewhereReference: string | null;
  readonly failureCode: string | null;
  readonly failureMessage: string | null;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

export interface InvoiceHead {
  readonly id: number;
  readonly number: string;
  readonly financialYear: string;
  readonly sequenceNumber: number;
  readonly issuedAt: Date;
  readonly renderedAt: Date | null;
  readonly emailedAt: Date | null;
}

export interface Invoice extends InvoiceHead {
  readonly snapshot: InvoiceSnapshot;
}

/** The paper that takes back part of the invoice, for a completed return or a refund that a person asked for. */
export interface CreditNote {
  readonly id: number;
  readonly number: string;
  readonly financialYear: string;
  readonly sequenceNumber: number;
  /** Exactly one of the two is there. */
  readonly returnId: number | null;
  readonly refundId: number | null;
  readonly snapshot: CreditNoteSnapshot;
  readonly issuedAt: Date;
  readonly renderedAt: Date | null;
  readonly emailedAt: Date | null;
}

/** Puts `replacement` in the place of the part with its id, leaving every other part the same object. */
export function withPart<Part extends { readonly id: number }>(parts: readonly Part[], replacement: Part): Part[] {
  return parts.map((part) => (part.id === replacement.id ? replacement : part));
}
