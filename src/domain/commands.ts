import type { OrderEvent, ReturnEvent } from './lifecycles.ts';
import type { PaymentCommand } from './payments/payment-commands.ts';
import type { Party } from './orders/party.ts';
import type { LinePricingFacts, OrderPricingFacts } from './pricing/facts.ts';

/** What can be asked of the core. Validated at the edges: quantities are whole and positive, texts within their limits. */
export type Command = PlaceOrder | OrderCommand;

/** A command about an order that exists. */
export type OrderCommand =
  | MoveOrder
  | RequestReturn
  | MoveReturn
  | PaymentCommand
  | RequestRefund
  | DecideRefund
  | SubmitRefund
  | SettleRefund
  | FailRefund
  | ReverseRefund
  | RetryRefund
  | RecordRefund
  | MarkInvoice
  | MarkCreditNote;

export interface PlaceOrder {
  readonly type: 'place_order';
  /** Null: one is made. */
  readonly orderNumber: string | null;
  /** Null or left out: somebody of ours places it, and no shop. */
  readonly shopId?: number | null;
  readonly customerId: string;
  readonly customerEmail: string | null;
  readonly currency: string;
  /** Null: now. */
  readonly placedAt: Date | null;
  readonly items: readonly NewItem[];
  /** Left out: the order is the sum of its lines. */
  readonly pricing?: OrderPricingFacts;
  readonly parties?: OrderParties;
}

/** Whom the paper names, and where the goods are supplied. */
export interface OrderParties {
  readonly billTo: Party | null;
  /** Null: as `billTo`. */
  readonly shipTo: Party | null;
  /** Code or name of the state or country whose tax is charged. */
  readonly placeOfSupply: string | null;
}

export interface NewItem extends LinePricingFacts {
  readonly sku: string;
  readonly title: string;
  readonly quantity: number;
  readonly unitPriceMinor: number;
}

export interface MoveOrder {
  readonly type: 'move_order';
  readonly event: OrderEvent;
  readonly reason: string | null;
}

export interface RequestReturn {
  readonly type: 'request_return';
  readonly reason: string;
  readonly items: readonly { readonly orderItemId: number; readonly quantity: number }[];
}

export interface MoveReturn {
  readonly type: 'move_return';
  readonly returnId: number;
  readonly event: ReturnEvent;
  readonly reason: string | null;
  /** Of `complete` alone: the units of its lines that are accepted, from none to all. A line not named is accepted whole. */
  readonly accepted?: readonly AcceptedUnits[];
  /** Of `complete` alone: what is kept back of what is due. */
  readonly deductions?: readonly ReturnDeduction[];
}

export interface AcceptedUnits {
  readonly orderItemId: number;
  readonly quantity: number;
}

export interface ReturnDeduction {
  readonly kind: 'restocking_fee' | 'deduction';
  readonly description: string;
  readonly amountMinor: number;
}

/** A person gives money back without goods. */
export interface RequestRefund {
  readonly type: 'request_refund';
  readonly amountMinor: number;
  /** Null: from the payments that have something left, newest first. */
  readonly paymentId: number | null;
  readonly reason: string;
}

/** A second person decides on a refund above the limit. */
export interface DecideRefund {
  readonly type: 'approve_refund' | 'reject_refund';
  readonly refundId: number;
  readonly reason: string | null;
}

/** The intent to call the gateway is on record before the call. */
export interface SubmitRefund {
  readonly type: 'submit_refund';
  readonly refundId: number;
}

export interface SettleRefund {
  readonly type: 'settle_refund';
  readonly refundId: number;
  /** Null where there was nothing to move: a refund of nothing. */
  readonly gatewayReference: string | null;
}

/** The gateway declined for good. An outcome that nobody knows is no failure and has no command. */
export interface FailRefund {
  readonly type: 'fail_refund';
  readonly refundId: number;
  /** The attempt that was declined: a late answer to an earlier one says nothing of the one under way. */
  readonly attempt: number;
  readonly failureCode: string;
  readonly failureMessage: string;
}

/** The gateway had paid it, and says later that the money came back: the customer does not have it. */
export interface ReverseRefund {
  readonly type: 'reverse_refund';
  readonly refundId: number;
  /** The attempt that has failed after all. */
  readonly attempt: number;
  readonly failureCode: string;
  readonly failureMessage: string;
}

/** A person sends a declined refund again. */
export interface RetryRefund {
  readonly type: 'retry_refund';
  readonly refundId: number;
  readonly reason: string | null;
}

/** A person has paid a declined refund some other way, such as by bank transfer. */
export interface RecordRefund {
  readonly type: 'record_refund';
  readonly refundId: number;
  /** What that payment is called where it was made. */
  readonly reference: string;
  readonly reason: string | null;
}

export interface MarkCreditNote {
  readonly type: 'mark_credit_note';
  readonly creditNoteId: number;
  readonly mark: 'rendered' | 'emailed';
}

/** The PDF lies in its folder, or the mail server has taken the e-mail. Marking twice is no change. */
export interface MarkInvoice {
  readonly type: 'mark_invoice';
  readonly invoiceId: number;
  readonly mark: 'rendered' | 'emailed';
}
