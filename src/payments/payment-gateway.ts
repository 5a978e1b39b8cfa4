import type { PaymentGatewayName } from '../domain/payments/payment-gateways.ts';

/**
 * What moves the money. Methods that move it take an idempotency key, which every try of every worker sends again, and
 * never reject: whatever happens on the way is an outcome. Nothing is sent again on an outcome that may have been done
 * before the gateway was asked.
 */
export interface PaymentGateway {
  readonly name: PaymentGatewayName;
  /** Reserves the amount on the customer's means of payment, and with `capture` takes it in the same step. */
  authorise(request: AuthoriseRequest): Promise<GatewayOutcome>;
  /** Takes what was authorised, or part of it: the rest is released. */
  capture(request: CaptureRequest): Promise<GatewayOutcome>;
  /** Gives an authorisation up that nothing was captured of. */
  void(request: VoidRequest): Promise<VoidOutcome>;
  refund(request: RefundRequest): Promise<GatewayOutcome>;
  /** Asks what became of a payment, by our reference. */
  findPayment(inquiry: PaymentInquiry): Promise<PaymentLookup>;
  /**
   * Asks what became of a refund. One that succeeded counts as found whatever key it was sent with, so that no refund is
   * paid twice; one that was declined only under the key that is asked about.
   */
  findRefund(request: RefundRequest): Promise<RefundLookup>;
  /** The gateway's own books, newest first, a page at a time: what a reconciliation compares ours with. */
  listPayments(page: BooksRequest): Promise<BooksPage<GatewayPayment>>;
  listRefunds(page: BooksRequest): Promise<BooksPage<GatewayRefund>>;
}

interface MoneyRequest {
  /** Our name for the payment or refund, the same for all its attempts: `payment-r3f9d2c41b7a-7`, `refund-r3f9d2c41b7a-9`. */
  readonly reference: string;
  readonly amountMinor: number;
  /** ISO 4217. */
  readonly currency: string;
  /** When it was first asked for: an inquiry looks no further back. */
  readonly requestedAt: Date;
}

interface KeyedRequest extends MoneyRequest {
  readonly idempotencyKey: string;
}

export interface AuthoriseRequest extends KeyedRequest {
  /**
   * What the gateway's own part of the shop's page gave for the customer's means of payment, so that card numbers never
   * come here: a payment method of Stripe (`pm_…`), a payment of Razorpay's checkout (`pay_…`), any text locally.
   */
  readonly paymentToken: string;
  readonly capture: boolean;
}

export interface CaptureRequest extends KeyedRequest {
  /** The gateway's own name for the payment. */
  readonly paymentReference: string;
}

export type VoidRequest = CaptureRequest;

export interface RefundRequest extends KeyedRequest {
  /** The gateway's own name for the payment that the money came by; null: captured elsewhere, where only we know of it. */
  readonly paymentReference: string | null;
}

export interface PaymentInquiry extends MoneyRequest {
  /** The gateway's own name for it, once we have it. */
  readonly paymentReference: string | null;
  readonly paymentToken: string | null;
}

export type GatewayOutcome =
  | Settled
  /** A request under this key is being worked on: ask later, with the same key. */
  | { readonly kind: 'in_flight'; readonly reason: string; readonly retryAfterMs?: number }
  /** Surely not carried out: sending it again under the same key is safe. */
  | { readonly kind: 'not_done'; readonly reason: string; readonly retryAfterMs?: number }
  /** Surely not carried out: refused, for a reason that is not known to hold for good. Sending it again is safe. */
  | { readonly kind: 'refused'; readonly code: string; readonly message: string }
  /** It may have been carried out: ask before sending again. */
  | { readonly kind: 'unknown'; readonly reason: string };

export type VoidOutcome =
  | GatewayOutcome
  /** The gateway has no way to void: what is authorised runs out there, unless it is captured before. */
  | { readonly kind: 'not_offered'; readonly reason: string };

/** What the gateway itself says of it. */
export type Settled =
  | { readonly kind: 'succeeded'; readonly gatewayReference: string }
  /** Taken on, and settled later: a webhook tells, or the next inquiry. It is never sent again. */
  | { readonly kind: 'pending'; readonly gatewayReference: string }
  | { readonly kind: 'declined'; readonly code: string; readonly message: string };

export type PaymentLookup =
  | { readonly kind: 'found'; readonly payment: GatewayPayment }
  | { readonly kind: 'absent' }
  | {
      readonly kind: 'unknown';
      readonly reason: string;
      /** The gateway has answered, and has made more since than an inquiry looks through. */
      readonly isBeyondInquiry?: true;
    };

export type RefundLookup =
  | { readonly kind: 'found'; readonly outcome: Settled }
  | { readonly kind: 'absent' }
  | { readonly kind: 'unknown'; readonly reason: string };

/** A payment as the gateway has it. */
export interface GatewayPayment {
  readonly gatewayReference: string;
  /** Ours, or empty where the gateway has none of it. */
  readonly reference: string;
  /** What was authorised. */
  readonly amountMinor: number;
  readonly capturedMinor: number;
  readonly currency: string;
  readonly status: 'pending' | 'authorised' | 'captured' | 'voided' | 'declined';
  readonly declineCode: string | null;
}

/** A refund as the gateway has it. */
export interface GatewayRefund {
  readonly gatewayReference: string;
  /** Ours, or empty where the gateway has none of it. */
  readonly reference: string;
  readonly amountMinor: number;
  readonly currency: string;
  readonly status: 'pending' | 'succeeded' | 'declined';
}

export interface BooksRequest {
  /** Null: all that there is. */
  readonly since: Date | null;
  /** `next` of the page before; null: the first page. */
  readonly after: string | null;
}

export type BooksPage<Entry> =
  | { readonly kind: 'page'; readonly entries: readonly Entry[]; readonly next: string | null }
  | { readonly kind: 'unknown'; readonly reason: string };

/** All of the gateway that a refund needs. */
export type RefundGateway = Pick<PaymentGateway, 'refund' | 'findRefund' | 'listRefunds'>;
