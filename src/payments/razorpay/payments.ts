import { disagreement, moneyDiffers } from '../agreement.ts';
import type {
  AuthoriseRequest,
  BooksPage,
  BooksRequest,
  CaptureRequest,
  GatewayOutcome,
  GatewayPayment,
  PaymentInquiry,
  PaymentLookup,
  VoidOutcome,
  VoidRequest,
} from '../payment-gateway.ts';
import { outcomeOfError, saysThatThereIsNone } from './client.ts';
import { PAGE_ROWS, unknownOf, type ClientFor } from './refunds.ts';
import { asPayment, NOTES, notesOf, paymentOf } from './shapes.ts';

/** What the checkout gives. The SDK writes it into the address as it is, so nothing else may stand in it. */
const PAYMENT_ID = /^pay_[A-Za-z0-9]{1,40}$/;
const UNREADABLE = { kind: 'unknown', reason: 'the answer is not a payment' } as const;
const USED = {
  kind: 'declined',
  code: 'payment_used',
  message: 'This payment pays for something else already.',
} as const;

/**
 * Razorpay's payments are authorised by its checkout on the shop's page, under the customer's eyes. What is left to do
 * here is to see that the payment is of this amount, is nobody else's, and to write our reference on it.
 */
export class RazorpayPayments {
  readonly #clientFor: ClientFor;

  constructor(clientFor: ClientFor) {
    this.#clientFor = clientFor;
  }

  async authorise(request: AuthoriseRequest): Promise<GatewayOutcome> {
    const { paymentToken, reference, capture } = request;
    if (!PAYMENT_ID.test(paymentToken)) {
      return { kind: 'declined', code: 'no_such_payment', message: 'This is no payment of Razorpay (pay_…).' };
    }
    const lookup = await this.#seek(paymentToken);
    if (lookup.kind === 'absent') {
      return { kind: 'declined', code: 'no_such_payment', message: 'Razorpay has no such payment.' };
    }
    if (lookup.kind !== 'found') return lookup;
    const { payment } = lookup;
    const { status, gatewayReference } = payment;
    if (status === 'pending') return { kind: 'pending', gatewayReference };
    if (status === 'declined') return declined(payment);
    if (status === 'voided') return { kind: 'declined', code: 'voided', message: 'Razorpay has given it back.' };
    if (payment.reference !== '' && payment.reference !== reference) return USED;
    const other = moneyDiffers(payment, request, paymentToken);
    if (other) return { kind: 'declined', code: 'amount_differs', message: other.reason };
    if (payment.reference === '') {
      const bound = await this.#bind(paymentToken, { ...lookup.notes, [NOTES.reference]: reference });
      if (bound.kind !== 'found') return bound;
      if (bound.payment.reference !== reference) return USED;
    }
    if (!capture || status === 'captured') return { kind: 'succeeded', gatewayReference };
    return this.capture({ ...request, paymentReference: gatewayReference });
  }

  /** Razorpay takes no key with a capture; one that was captured already is refused, and then looked at. */
  async capture(request: CaptureRequest): Promise<GatewayOutcome> {
    const { paymentReference, amountMinor, currency } = request;
    try {
      const captured = read(await this.#clientFor().payments.capture(paymentReference, amountMinor, currency));
      return captured ? outcomeOfCapture(captured, request) : UNREADABLE;
    } catch (error) {
      const outcome = outcomeOfError(error);
      if (outcome.kind !== 'declined') return outcome;
      const lookup = await this.#fetch(paymentReference);
      if (lookup.kind !== 'found') return lookup;
      return lookup.payment.status === 'captured' ? outcomeOfCapture(lookup.payment, request) : outcome;
    }
  }

  /** Razorpay has no such call: what is not captured goes back by itself, after the time set in its dashboard. */
  async void({ paymentReference }: VoidRequest): Promise<VoidOutcome> {
    const lookup = await this.#fetch(paymentReference);
    if (lookup.kind !== 'found') return lookup;
    const { status } = lookup.payment;
    if (status === 'voided' || status === 'declined') return { kind: 'succeeded', gatewayReference: paymentReference };
    if (status === 'captured') {
      return { kind: 'declined', code: 'captured', message: 'It is captured: only a refund gives it back.' };
    }
    const reason = 'Razorpay has no way to void: what is not captured goes back by itself, after the time set there.';
    return { kind: 'not_offered', reason };
  }

  async findPayment({ paymentReference, paymentToken, reference }: PaymentInquiry): Promise<PaymentLookup> {
    const id = paymentReference ?? paymentToken;
    if (id === null || !PAYMENT_ID.test(id)) return { kind: 'absent' };
    // One that Razorpay has told us of is there, whatever it says now.
    const lookup = await (paymentReference === null ? this.#seek(id) : this.#fetch(id));
    if (lookup.kind !== 'found') return lookup;
    // Without our reference on it, what we had to do with it was not done.
    return lookup.payment.reference === reference ? lookup : { kind: 'absent' };
  }

  /** The cursor counts entries: what is made while the books are read shows some of them again, and hides none. */
  async listPayments({ since, after }: BooksRequest): Promise<BooksPage<GatewayPayment>> {
    const skip = Number(after ?? 0);
    try {
      const { items } = await this.#clientFor().payments.all({
        count: PAGE_ROWS,
        skip,
        ...(since ? { from: Math.floor(since.getTime() / 1_000) } : {}),
      });
      const entries = Array.isArray(items) ? items.map(read) : [undefined];
      if (!entries.every((entry) => entry !== undefined)) return UNREADABLE;
      return { kind: 'page', entries, next: entries.length === PAGE_ROWS ? String(skip + PAGE_ROWS) : null };
    } catch (error) {
      return unknownOf(error);
    }
  }

  async #fetch(id: string): Promise<Found | Unknown> {
    const lookup = await this.#seek(id);
    return lookup.kind === 'absent' ? { kind: 'unknown', reason: `Razorpay has no payment ${id} any more` } : lookup;
  }

  async #seek(id: string): Promise<Found | Absent | Unknown> {
    try {
      return foundIn(await this.#clientFor().payments.fetch(id));
    } catch (error) {
      return saysThatThereIsNone(error) ? { kind: 'absent' } : unknownOf(error);
    }
  }

  /**
   * Writing the same notes twice is no change. Another payment of ours that names the same one of Razorpay's at the same
   * moment writes its own over them, and the answer bears what was written: so it is read again who is left.
   */
  async #bind(id: string, notes: Readonly<Record<string, string>>): Promise<Found | Unknown> {
    try {
      await this.#clientFor().payments.edit(id, { notes });
    } catch (error) {
      return unknownOf(error);
    }
    return this.#fetch(id);
  }
}

interface Found {
  readonly kind: 'found';
  readonly payment: GatewayPayment;
  /** What the shop itself has noted on it, which writing ours on it must not lose. */
  readonly notes: Readonly<Record<string, string>>;
}

interface Absent {
  readonly kind: 'absent';
}

type Unknown = { readonly kind: 'unknown'; readonly reason: string };

function outcomeOfCapture(payment: GatewayPayment, request: CaptureRequest): GatewayOutcome {
  const { status, gatewayReference } = payment;
  if (status !== 'captured') return { kind: 'unknown', reason: `Razorpay says that the payment is ${status}` };
  const captured = { ...payment, amountMinor: payment.capturedMinor };
  return disagreement(captured, request) ?? { kind: 'succeeded', gatewayReference };
}

function declined({ declineCode }: GatewayPayment): GatewayOutcome {
  const code = declineCode ?? 'declined';
  return { kind: 'declined', code, message: `Razorpay declined the payment: ${code}.` };
}

function foundIn(answer: unknown): Found | Unknown {
  const raw = asPayment(answer);
  const payment = raw && paymentOf(raw);
  return payment ? { kind: 'found', payment, notes: notesOf(raw) } : UNREADABLE;
}

function read(answer: unknown): GatewayPayment | undefined {
  const payment = asPayment(answer);
  return payment && paymentOf(payment);
}
