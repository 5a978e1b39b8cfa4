import type { PaymentGatewayName } from './payment-gateways.ts';

/** What can be asked of an order's payments. */
export type PaymentCommand = AddPayment | RequestOfGateway | PaymentOutcome;

export type AddPayment = RecordPayment | InitiatePayment;

/** A payment that was captured elsewhere: at a till, by bank transfer, by the shop's own checkout. */
export interface RecordPayment {
  readonly type: 'record_payment';
  readonly amountMinor: number;
  /** Null: the order's. */
  readonly currency: string | null;
  readonly method: string;
  /** What it is called there. */
  readonly reference: string | null;
}

/** A payment that a gateway is to authorise and, with `captures`, to capture in the same step. */
export interface InitiatePayment {
  readonly type: 'initiate_payment';
  readonly amountMinor: number;
  /** Null: the order's. */
  readonly currency: string | null;
  readonly method: string;
  readonly gateway: PaymentGatewayName;
  readonly token: string;
  readonly captures: boolean;
}

/** A person has an authorised payment captured, or one that is authorised or on its way there given up. */
export type RequestOfGateway = RequestCapture | RequestVoid;

export interface RequestCapture {
  readonly type: 'request_capture';
  readonly paymentId: number;
  /** At least 1; what is authorised beyond it is released. Null: all. */
  readonly amountMinor: number | null;
  readonly reason: string | null;
}

export interface RequestVoid {
  readonly type: 'request_void';
  readonly paymentId: number;
  readonly reason: string | null;
}

/** What the gateway has answered. An outcome that nobody knows has no command. */
export type PaymentOutcome = PaymentMove | DeclineCapture;

/** What moves the payment along its lifecycle. */
export type PaymentMove = AuthorisePayment | CapturePayment | VoidPayment | LeavePaymentToExpire | FailPayment;

export interface AuthorisePayment {
  readonly type: 'authorise_payment';
  readonly paymentId: number;
  /** The gateway's own name for the payment. */
  readonly gatewayReference: string;
}

export interface CapturePayment {
  readonly type: 'capture_payment';
  readonly paymentId: number;
  readonly gatewayReference: string;
}

export interface VoidPayment {
  readonly type: 'void_payment';
  readonly paymentId: number;
}

/** The gateway cannot void it: nobody captures it any more, and it runs out there. */
export interface LeavePaymentToExpire {
  readonly type: 'leave_payment_to_expire';
  readonly paymentId: number;
  /** Why it cannot, as the gateway says it. */
  readonly reason: string;
}

/** The gateway declined for good. */
export interface FailPayment {
  readonly type: 'fail_payment';
  readonly paymentId: number;
  readonly failureCode: string;
  readonly failureMessage: string;
}

/** The gateway will not capture it, such as so small a part of it, and holds the money still. */
export interface DeclineCapture {
  readonly type: 'decline_capture';
  readonly paymentId: number;
  readonly failureCode: string;
  readonly failureMessage: string;
}
