import type Razorpay from 'razorpay';
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
import { outcomeOfError } from './client.ts';
import { asRefund, noteOf, NOTES, refundOf, settledRefund, type RazorpayRefund } from './shapes.ts';

export const PAGE_ROWS = 100;

/** Makes the SDK's client for one request, with the headers of that request. */
export type ClientFor = (headers?: Readonly<Record<string, string>>) => Razorpay;

type Unknown = { readonly kind: 'unknown'; readonly reason: string };

export class RazorpayRefunds implements RefundGateway {
  readonly #clientFor: ClientFor;

  constructor(clientFor: ClientFor) {
    this.#clientFor = clientFor;
  }

  async refund(request: RefundRequest): Promise<GatewayOutcome> {
    const { reference, idempotencyKey, amountMinor, paymentReference } = request;
    if (paymentReference === null) {
      const message = 'The payment was captured elsewhere: Razorpay has none to pay back.';
      return { kind: 'declined', code: 'no_payment_at_gateway', message };
    }
    try {
      const client = this.#clientFor({ 'x-refund-idempotency': idempotencyKey });
      const answer = await client.payments.refund(paymentReference, {
        amount: amountMinor,
        receipt: idempotencyKey,
        notes: { [NOTES.reference]: reference, [NOTES.key]: idempotencyKey },
      });
      return outcomeOf(answer, request);
    } catch (error) {
      return outcomeOfError(error);
    }
  }

  /** By the payment's own list. */
  async findRefund(request: RefundRequest): Promise<RefundLookup> {
    const { paymentReference, reference } = request;
    if (paymentReference === null) return { kind: 'absent' };
    const page = await read(() =>
      this.#clientFor().payments.fetchMultipleRefund(paymentReference, { count: PAGE_ROWS }),
    );
    if (page.kind === 'unknown') return page;
    if (page.refunds.length === PAGE_ROWS) {
      return { kind: 'unknown', reason: `Razorpay has ${PAGE_ROWS} refunds or more for one payment` };
    }
    return lookupIn(
      page.refunds.filter((refund) => noteOf(refund, NOTES.reference) === reference),
      request,
    );
  }

  /** The cursor counts entries: what is made while the books are read shows some of them again, and hides none. */
  async listRefunds({ since, after }: BooksRequest): Promise<BooksPage<GatewayRefund>> {
    const skip = Number(after ?? 0);
    const page = await read(() =>
      this.#clientFor().refunds.all({
        count: PAGE_ROWS,
        skip,
        ...(since ? { from: Math.floor(since.getTime() / 1_000) } : {}),
      }),
    );
    if (page.kind === 'unknown') return page;
    const entries = page.refunds.map(refundOf);
    if (!entries.every((entry) => entry !== undefined))
      return { kind: 'unknown', reason: 'a refund of unknown status' };
    return { kind: 'page', entries, next: entries.length === PAGE_ROWS ? String(skip + PAGE_ROWS) : null };
  }
}

/** A question that was not answered, for whatever reason, leaves things unknown. */
export function unknownOf(error: unknown): Unknown {
  const outcome = outcomeOfError(error);
  return { kind: 'unknown', reason: outcome.kind === 'declined' ? outcome.message : outcome.reason };
}

async function read(
  ask: () => Promise<{ items: readonly unknown[] }>,
): Promise<{ kind: 'page'; refunds: RazorpayRefund[] } | Unknown> {
  try {
    const { items } = await ask();
    const refunds = Array.isArray(items) ? items.map(asRefund) : [undefined];
    if (!refunds.every((refund) => refund !== undefined)) {
      return { kind: 'unknown', reason: 'the answer is not a list of refunds' };
    }
    return { kind: 'page', refunds };
  } catch (error) {
    return unknownOf(error);
  }
}

function outcomeOf(answer: unknown, request: RefundRequest): GatewayOutcome {
  const refund = asRefund(answer);
  const entry = refund && refundOf(refund);
  if (!refund || !entry) return { kind: 'unknown', reason: 'the answer is not a refund' };
  return disagreement(entry, request) ?? settledRefund(refund, entry.status);
}

function lookupIn(ofReference: readonly RazorpayRefund[], request: RefundRequest): RefundLookup {
  const entries = ofReference.map((refund) => ({ refund, entry: refundOf(refund) }));
  const found =
    entries.find(({ entry }) => entry?.status === 'succeeded') ??
    // Of an unknown status, it may have been paid.
    entries.find(({ entry }) => entry?.status !== 'declined') ??
    entries.find(({ refund }) => noteOf(refund, NOTES.key) === request.idempotencyKey);
  if (!found) return { kind: 'absent' };
  const { refund, entry } = found;
  if (!entry) return { kind: 'unknown', reason: 'the refund has a status that we do not know' };
  return disagreement(entry, request) ?? { kind: 'found', outcome: settledRefund(refund, entry.status) };
}
