import { Type } from 'typebox';
import { Compile } from 'typebox/compile';
import { disagreement } from '../agreement.ts';
import type { Answer } from '../bounded-exchange.ts';
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
import { Code, decline, Id, outcomeOfRefusal, read, type LocalGatewayClient } from './client.ts';

const PATH = 'v1/payments';

const Payment = Type.Object({
  id: Id,
  reference: Type.String(),
  amount_minor: Type.Integer(),
  captured_minor: Type.Integer(),
  currency: Type.String({ pattern: '^[A-Z]{3}$' }),
  status: Type.Enum(['pending', 'authorised', 'captured', 'voided', 'declined'] as const),
  decline_code: Type.Union([Code, Type.Null()]),
});

const paymentSchema = Compile(Payment);
const listSchema = Compile(
  Type.Object({ data: Type.Array(Payment), next: Type.Union([Type.Integer({ minimum: 1 }), Type.Null()]) }),
);

type Status = GatewayPayment['status'];

export class LocalPayments {
  readonly #client: LocalGatewayClient;

  constructor(client: LocalGatewayClient) {
    this.#client = client;
  }

  async authorise(request: AuthoriseRequest): Promise<GatewayOutcome> {
    const { reference, amountMinor, currency, paymentToken, capture, idempotencyKey } = request;
    const answer = await this.#client.post(PATH, idempotencyKey, {
      reference,
      amount_minor: amountMinor,
      currency,
      payment_token: paymentToken,
      capture,
    });
    return outcomeOf(answer, capture ? ['captured'] : ['authorised', 'captured'], (payment) =>
      disagreement(payment, request),
    );
  }

  async capture(request: CaptureRequest): Promise<GatewayOutcome> {
    const { paymentReference, idempotencyKey, amountMinor } = request;
    const path = `${PATH}/${encodeURIComponent(paymentReference)}/capture`;
    const answer = await this.#client.post(path, idempotencyKey, { amount_minor: amountMinor });
    return outcomeOf(answer, ['captured'], (payment) =>
      disagreement({ ...payment, amountMinor: payment.capturedMinor }, request),
    );
  }

  async void(request: VoidRequest): Promise<GatewayOutcome> {
    const { paymentReference, idempotencyKey } = request;
    const path = `${PATH}/${encodeURIComponent(paymentReference)}/void`;
    const answer = await this.#client.post(path, idempotencyKey, {});
    return outcomeOf(answer, ['voided'], (payment) => disagreement(payment, request));
  }

  /** One that was declined and then authorised under a later key counts as authorised. */
  async findPayment({ reference }: PaymentInquiry): Promise<PaymentLookup> {
    const page = await this.#page({ reference, after: null });
    if (page.kind === 'unknown') return page;
    const ofReference = page.entries.map(asGatewayPayment).filter((payment) => payment.reference === reference);
    const payment = ofReference.find(({ status }) => status !== 'declined') ?? ofReference[0];
    return payment ? { kind: 'found', payment } : { kind: 'absent' };
  }

  async listPayments(request: BooksRequest): Promise<BooksPage<GatewayPayment>> {
    const page = await this.#page(request);
    return page.kind === 'page' ? { ...page, entries: page.entries.map(asGatewayPayment) } : page;
  }

  #page(filter: Parameters<LocalGatewayClient['page']>[1]) {
    return this.#client.page(PATH, filter, listSchema);
  }
}

function outcomeOf(
  answer: Answer,
  done: readonly Status[],
  differs: (payment: GatewayPayment) => GatewayOutcome | undefined,
): GatewayOutcome {
  if (answer.kind !== 'answered') return answer;
  if (answer.status !== 200 && answer.status !== 201) return outcomeOfRefusal(answer, 'payment');
  const entry = read(paymentSchema, answer.body);
  if (!entry) return { kind: 'unknown', reason: 'the answer is not a payment' };
  const payment = asGatewayPayment(entry);
  const { status, gatewayReference } = payment;
  if (status === 'pending') return { kind: 'pending', gatewayReference };
  if (status === 'declined') return decline('payment', payment.declineCode ?? 'declined');
  if (!done.includes(status)) return { kind: 'unknown', reason: `the gateway says that the payment is ${status}` };
  return differs(payment) ?? { kind: 'succeeded', gatewayReference };
}

function asGatewayPayment(payment: Type.Static<typeof Payment>): GatewayPayment {
  return {
    gatewayReference: payment.id,
    reference: payment.reference,
    amountMinor: payment.amount_minor,
    capturedMinor: payment.captured_minor,
    currency: payment.currency,
    status: payment.status,
    declineCode: payment.decline_code,
  };
}
