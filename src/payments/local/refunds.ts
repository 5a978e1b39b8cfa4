import { Type } from 'typebox';
import { Compile } from 'typebox/compile';
import { disagreement } from '../agreement.ts';
import type {
  BooksPage,
  BooksRequest,
  GatewayOutcome,
  GatewayRefund,
  RefundGateway,
  RefundLookup,
  RefundRequest,
  Settled,
} from '../payment-gateway.ts';
import { Code, decline, Id, outcomeOfRefusal, read, type Answered, type LocalGatewayClient } from './client.ts';

/** A reference has a refund for each attempt that a person started: more pages than this are a fault of the gateway. */
const MOST_PAGES = 5;
const PATH = 'v1/refunds';

const Refund = Type.Object({
  id: Id,
  reference: Type.String(),
  idempotency_key: Type.String(),
  amount_minor: Type.Integer(),
  currency: Type.String({ pattern: '^[A-Z]{3}$' }),
  status: Type.Enum(['pending', 'succeeded', 'declined'] as const),
  decline_code: Type.Union([Code, Type.Null()]),
});
type Refund = Type.Static<typeof Refund>;

const refundSchema = Compile(Refund);
const listSchema = Compile(
  Type.Object({ data: Type.Array(Refund), next: Type.Union([Type.Integer({ minimum: 1 }), Type.Null()]) }),
);

export class LocalRefunds implements RefundGateway {
  readonly #client: LocalGatewayClient;

  constructor(client: LocalGatewayClient) {
    this.#client = client;
  }

  async refund(request: RefundRequest): Promise<GatewayOutcome> {
    const { reference, amountMinor, currency, paymentReference, idempotencyKey } = request;
    const answer = await this.#client.post(PATH, idempotencyKey, {
      reference,
      amount_minor: amountMinor,
      currency,
      ...(paymentReference === null ? {} : { payment_id: paymentReference }),
    });
    return answer.kind === 'answered' ? outcomeOf(answer, request) : answer;
  }

  async findRefund(request: RefundRequest): Promise<RefundLookup> {
    const ofReference: Refund[] = [];
    let after: string | null = null;
    for (let pages = 1; pages <= MOST_PAGES; pages += 1) {
      const page = await this.#page({ reference: request.reference, after });
      if (page.kind === 'unknown') return page;
      ofReference.push(...page.entries.filter(({ reference }) => reference === request.reference));
      after = page.next;
      if (after === null) return lookupIn(ofReference, request);
    }
    return { kind: 'unknown', reason: `the gateway has over ${MOST_PAGES} pages of refunds for one reference` };
  }

  async listRefunds(request: BooksRequest): Promise<BooksPage<GatewayRefund>> {
    const page = await this.#page(request);
    return page.kind === 'page' ? { ...page, entries: page.entries.map(asGatewayRefund) } : page;
  }

  #page(filter: Parameters<LocalGatewayClient['page']>[1]) {
    return this.#client.page(PATH, filter, listSchema);
  }
}

function outcomeOf(answer: Answered, request: RefundRequest): GatewayOutcome {
  if (answer.status !== 200 && answer.status !== 201) return outcomeOfRefusal(answer, 'refund');
  const refund = read(refundSchema, answer.body);
  if (!refund) return { kind: 'unknown', reason: 'the answer is not a refund' };
  const other = disagreement(asGatewayRefund(refund), request);
  if (other) return other;
  if (refund.idempotency_key !== request.idempotencyKey) {
    return { kind: 'unknown', reason: `the gateway answered with another key than ${request.idempotencyKey}` };
  }
  return settledOf(refund);
}

function lookupIn(ofReference: readonly Refund[], request: RefundRequest): RefundLookup {
  const refund =
    ofReference.find(({ status }) => status === 'succeeded') ??
    ofReference.find(({ status }) => status === 'pending') ??
    ofReference.find(({ idempotency_key: key }) => key === request.idempotencyKey);
  if (!refund) return { kind: 'absent' };
  return disagreement(asGatewayRefund(refund), request) ?? { kind: 'found', outcome: settledOf(refund) };
}

function settledOf({ id, status, decline_code: code }: Refund): Settled {
  if (status === 'declined') return decline('refund', code ?? 'declined');
  return { kind: status, gatewayReference: id };
}

function asGatewayRefund({ id, reference, amount_minor: amountMinor, currency, status }: Refund): GatewayRefund {
  return { gatewayReference: id, reference, amountMinor, currency, status };
}
