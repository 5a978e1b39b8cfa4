import type Stripe from 'stripe';
import { disagreement } from '../agreement.ts';
import type {
  AuthoriseRequest,
  BooksPage,
  BooksRequest,
  CaptureRequest,
  GatewayOutcome,
  GatewayPayment,
  PaymentInquiry,
  PaymentLookup,
  VoidRequest,
} from '../payment-gateway.ts';
import { refusedAmount } from './amounts.ts';
import { outcomeOfError } from './client.ts';
import { unknownOf } from './refunds.ts';
import { asIntent, METADATA, paymentOf } from './shapes.ts';

const PAGE_ROWS = 100;
/** An inquiry looks through what was made since the payment was asked for, at most so much of it. */
const MOST_PAGES = 20;
/** Stripe's clock and ours may differ by so much. */
const CLOCK_TOLERANCE_SECONDS = 300;

export class StripePayments {
  readonly #stripe: Stripe;

  constructor(stripe: Stripe) {
    this.#stripe = stripe;
  }

  async authorise(request: AuthoriseRequest): Promise<GatewayOutcome> {
    const { reference, amountMinor, currency, paymentToken, capture, idempotencyKey } = request;
    const refused = refusedAmount(request);
    if (refused) return refused;
    const sent = this.#stripe.paymentIntents.create(
      {
        amount: amountMinor,
        currency: currency.toLowerCase(),
        payment_method: paymentToken,
        automatic_payment_methods: { enabled: true, allow_redirects: 'never' },
        capture_method: capture ? 'automatic' : 'manual',
        confirm: true,
        // Nobody is there to go through a step with the customer's bank: the shop's page does that before.
        error_on_requires_action: true,
        metadata: { [METADATA.reference]: reference },
      },
      { idempotencyKey },
    );
    const done: readonly GatewayPayment['status'][] = capture ? ['captured'] : ['authorised', 'captured'];
    const differs = (payment: GatewayPayment) => disagreement(payment, request);
    const outcome = await outcomeOf(sent, done, differs);
    if (outcome.kind !== 'pending') return outcome;
    // A key that was sent before is answered as it was then, and this may have been settled since.
    return outcomeOf(this.#stripe.paymentIntents.retrieve(outcome.gatewayReference), done, differs);
  }

  async capture(request: CaptureRequest): Promise<GatewayOutcome> {
    const { paymentReference, amountMinor, idempotencyKey } = request;
    const refused = refusedAmount(request);
    if (refused) return refused;
    const asked = { amount_to_capture: amountMinor };
    const sent = this.#stripe.paymentIntents.capture(paymentReference, asked, { idempotencyKey });
    return outcomeOf(sent, ['captured'], (payment) =>
      disagreement({ ...payment, amountMinor: payment.capturedMinor }, request),
    );
  }

  async void(request: VoidRequest): Promise<GatewayOutcome> {
    const { paymentReference, idempotencyKey } = request;
    const sent = this.#stripe.paymentIntents.cancel(paymentReference, {}, { idempotencyKey });
    return outcomeOf(sent, ['voided'], (payment) => disagreement(payment, request));
  }

  /**
   * By Stripe's own name where we have it, else through the list of what was made since, which shows a payment as soon
   * as it is made. Only where that is too long, by Stripe's search.
   */
  async findPayment(inquiry: PaymentInquiry): Promise<PaymentLookup> {
    const { paymentReference, reference, requestedAt } = inquiry;
    if (paymentReference !== null) {
      try {
        const payment = read(await this.#stripe.paymentIntents.retrieve(paymentReference));
        return payment ? { kind: 'found', payment } : UNREADABLE;
      } catch (error) {
        return unknownOf(error);
      }
    }
    const since = new Date(requestedAt.getTime() - CLOCK_TOLERANCE_SECONDS * 1_000);
    const ofReference: GatewayPayment[] = [];
    let after: string | null = null;
    for (let pages = 1; pages <= MOST_PAGES; pages += 1) {
      const page = await this.listPayments({ since, after });
      if (page.kind === 'unknown') return page;
      ofReference.push(...page.entries.filter((payment) => payment.reference === reference));
      after = page.next;
      if (after === null) {
        return lookupIn(ofReference);
      }
    }
    return this.#search(reference);
  }

  /**
   * It lags behind by up to an hour: what it does not show yet is so young that its key is remembered, and sending it
   * again is answered with it. It is not offered everywhere, India among the places.
   */
  async #search(reference: string): Promise<PaymentLookup> {
    try {
      const query = `metadata['${METADATA.reference}']:'${reference}'`;
      const { data } = await this.#stripe.paymentIntents.search({ query, limit: PAGE_ROWS });
      const found = Array.isArray(data) ? data.map(read) : [undefined];
      return found.every((payment) => payment !== undefined) ? lookupIn(found) : UNREADABLE;
    } catch (error) {
      const { reason } = unknownOf(error);
      const tooLong = `Stripe made over ${MOST_PAGES} pages of payments since it was asked for`;
      return { kind: 'unknown', reason: `${tooLong}, and its search says: ${reason}`, isBeyondInquiry: true };
    }
  }

  async listPayments({ since, after }: BooksRequest): Promise<BooksPage<GatewayPayment>> {
    try {
      const { data, has_more: more } = await this.#stripe.paymentIntents.list({
        limit: PAGE_ROWS,
        ...(since ? { created: { gte: Math.floor(since.getTime() / 1_000) } } : {}),
        ...(after === null ? {} : { starting_after: after }),
      });
      const entries = Array.isArray(data) ? data.map(read) : [undefined];
      if (!entries.every((entry) => entry !== undefined)) return UNREADABLE;
      return { kind: 'page', entries, next: more ? (entries.at(-1)?.gatewayReference ?? null) : null };
    } catch (error) {
      return unknownOf(error);
    }
  }
}

const UNREADABLE = { kind: 'unknown', reason: 'the answer is not a payment' } as const;

/** What a customer tried before with a card that was declined is not what became of it. */
function lookupIn(ofReference: readonly GatewayPayment[]): PaymentLookup {
  const payment = ofReference.find(({ status }) => status !== 'declined') ?? ofReference[0];
  return payment ? { kind: 'found', payment } : { kind: 'absent' };
}

function read(answer: unknown): GatewayPayment | undefined {
  const intent = asIntent(answer);
  return intent && paymentOf(intent);
}

async function outcomeOf(
  sent: Promise<unknown>,
  done: readonly GatewayPayment['status'][],
  differs: (payment: GatewayPayment) => GatewayOutcome | undefined,
): Promise<GatewayOutcome> {
  try {
    const payment = read(await sent);
    if (!payment) return UNREADABLE;
    const { status, gatewayReference, declineCode } = payment;
    if (status === 'pending') return { kind: 'pending', gatewayReference };
    if (status === 'declined') {
      const code = declineCode ?? 'declined';
      return { kind: 'declined', code, message: `Stripe declined the payment: ${code}.` };
    }
    if (!done.includes(status)) return { kind: 'unknown', reason: `Stripe says that the payment is ${status}` };
    return differs(payment) ?? { kind: 'succeeded', gatewayReference };
  } catch (error) {
    return outcomeOfError(error);
  }
}
