import type Stripe from 'stripe';
import { disagreement } from '../agreement.ts';
import type {
  BooksPage,
  BooksRequest,
  GatewayOutcome,
  GatewayRefund,
  RefundGateway,
  RefundLookup,
  RefundRequest,
} from '../payment-gateway.ts';
import { refusedAmount } from './amounts.ts';
import { outcomeOfError } from './client.ts';
import { asRefund, METADATA, refundOf, settledRefund, type StripeRefund } from './shapes.ts';

const PAGE_ROWS = 100;
/** Stripe keeps a charge's refunds to far fewer. */
const MOST_PAGES = 5;

export class StripeRefunds implements RefundGateway {
  readonly #stripe: Stripe;

  constructor(stripe: Stripe) {
    this.#stripe = stripe;
  }

  async refund(request: RefundRequest): Promise<GatewayOutcome> {
    const { reference, idempotencyKey, amountMinor, paymentReference } = request;
    if (paymentReference === null) {
      const message = 'The payment was captured elsewhere: Stripe has none to pay back.';
      return { kind: 'declined', code: 'no_payment_at_gateway', message };
    }
    const refused = refusedAmount(request);
    if (refused) return refused;
    try {
      const answer = await this.#stripe.refunds.create(
        {
          payment_intent: paymentReference,
          amount: amountMinor,
          metadata: { [METADATA.reference]: reference, [METADATA.key]: idempotencyKey },
        },
        { idempotencyKey },
      );
      return outcomeOf(answer, request);
    } catch (error) {
      return outcomeOfError(error);
    }
  }

  /** By the payment's list, which shows a refund as soon as it is made; Stripe's search lags behind. */
  async findRefund(request: RefundRequest): Promise<RefundLookup> {
    if (request.paymentReference === null) return { kind: 'absent' };
    const ofReference: StripeRefund[] = [];
    let after: string | null = null;
    for (let pages = 1; pages <= MOST_PAGES; pages += 1) {
      const page = await this.#page({ payment_intent: request.paymentReference }, after);
      if (page.kind === 'unknown') return page;
      ofReference.push(...page.refunds.filter(({ metadata }) => metadata?.[METADATA.reference] === request.reference));
      after = page.next;
      if (after === null) return lookupIn(ofReference, request);
    }
    return { kind: 'unknown', reason: `Stripe has over ${MOST_PAGES} pages of refunds for one payment` };
  }

  async listRefunds({ since, after }: BooksRequest): Promise<BooksPage<GatewayRefund>> {
    const created = since ? { created: { gte: Math.floor(since.getTime() / 1_000) } } : {};
    const page = await this.#page(created, after);
    if (page.kind === 'unknown') return page;
    const entries = page.refunds.map(refundOf);
    if (!entries.every((entry) => entry !== undefined))
      return { kind: 'unknown', reason: 'a refund of unknown status' };
    return { kind: 'page', entries, next: page.next };
  }

  async #page(filter: Stripe.RefundListParams, after: string | null): Promise<RefundsPage | Unknown> {
    try {
      const starting = after === null ? {} : { starting_after: after };
      const { data, has_more: more } = await this.#stripe.refunds.list({ ...filter, limit: PAGE_ROWS, ...starting });
      const refunds = Array.isArray(data) ? data.map(asRefund) : [undefined];
      if (!refunds.every((refund) => refund !== undefined)) {
        return { kind: 'unknown', reason: 'the answer is not a list of refunds' };
      }
      return { kind: 'page', refunds, next: more ? (refunds.at(-1)?.id ?? null) : null };
    } catch (error) {
      return unknownOf(error);
    }
  }
}

interface RefundsPage {
  readonly kind: 'page';
  readonly refunds: readonly StripeRefund[];
  readonly next: string | null;
}

type Unknown = { readonly kind: 'unknown'; readonly reason: string };

/** A question that was not answered, for whatever reason, leaves things unknown. */
export function unknownOf(error: unknown): Unknown {
  const outcome = outcomeOfError(error);
  return { kind: 'unknown', reason: 'message' in outcome ? outcome.message : outcome.reason };
}

function outcomeOf(answer: unknown, request: RefundRequest): GatewayOutcome {
  const refund = asRefund(answer);
  const entry = refund && refundOf(refund);
  if (!refund || !entry) return { kind: 'unknown', reason: 'the answer is not a refund' };
  return disagreement(entry, request) ?? settledRefund(refund, entry.status);
}

function lookupIn(ofReference: readonly StripeRefund[], request: RefundRequest): RefundLookup {
  const entries = ofReference.map((refund) => ({ refund, entry: refundOf(refund) }));
  const found =
    entries.find(({ entry }) => entry?.status === 'succeeded') ??
    // Of an unknown status, it may have been paid.
    entries.find(({ entry }) => entry?.status !== 'declined') ??
    entries.find(({ refund }) => refund.metadata?.[METADATA.key] === request.idempotencyKey);
  if (!found) return { kind: 'absent' };
  const { refund, entry } = found;
  if (!entry) return { kind: 'unknown', reason: 'the refund has a status that we do not know' };
  return disagreement(entry, request) ?? { kind: 'found', outcome: settledRefund(refund, entry.status) };
}
