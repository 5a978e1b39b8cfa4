import type { Pool } from 'pg';
import { Type } from 'typebox';
import { listPayments, paymentTotals } from '../books/payment-list.ts';
import type { Booked, BookedPayment, PaymentBook } from '../books/payment-book.ts';
import { problemAnswers, WITH_BODY } from '../documentation.ts';
import type { Fault, FaultBoard } from '../faults.ts';
import { fateOf, misbehavesAfter, misbehavesBefore } from '../misbehaviour.ts';
import { GatewayProblem } from '../problem.ts';
import type { GatewayApp } from '../types.ts';
import { AmountMinor, Currency, filterOf, KeyHeader, limitOf, ListQuery, pageOf, Text } from './book-schemas.ts';
import type { FastifyReply } from 'fastify';

const PaymentBody = Type.Object(
  {
    reference: { ...Text(200), description: "The caller's own name for the payment", examples: ['payment-123'] },
    amount_minor: AmountMinor,
    currency: Currency,
    payment_token: {
      ...Text(200),
      description: "Stands for the customer's means of payment; `decline` is one that is declined",
      examples: ['token-visa'],
    },
    capture: Type.Optional(Type.Boolean({ default: false, description: 'Capture in the same step' })),
  },
  { additionalProperties: false },
);
const CaptureBody = Type.Object(
  { amount_minor: Type.Optional({ ...AmountMinor, description: 'Absent: all; what is not captured is released' }) },
  { additionalProperties: false },
);
const NoBody = Type.Object({}, { additionalProperties: false });
const Id = Type.Object({ id: Text(100) });

const PaymentView = Type.Object({
  id: Type.String({ examples: ['pay_3f9d2c'] }),
  reference: Type.String(),
  amount_minor: Type.Integer(),
  captured_minor: Type.Integer(),
  currency: Type.String(),
  status: Type.Enum(['pending', 'authorised', 'captured', 'voided', 'declined'] as const),
  decline_code: Type.Union([Type.String(), Type.Null()]),
  created_at: Type.Unsafe<Date>(Type.String({ format: 'date-time' })),
});

const TotalsView = Type.Object({
  data: Type.Array(
    Type.Object({
      currency: Type.String(),
      status: Type.String(),
      count: Type.Integer(),
      amount_minor: Type.String(),
      captured_minor: Type.String(),
    }),
  ),
});

const DECLINING_TOKEN = 'decline';
const MONEY_PROBLEMS = [
  ...WITH_BODY,
  'payment.declined',
  'idempotency.in_flight',
  'idempotency.key_reused',
  'service.busy',
] as const;

export interface PaymentRouteOptions {
  readonly pool: Pool;
  readonly book: PaymentBook;
  readonly faults: FaultBoard;
}

export function paymentRoutes(gateway: GatewayApp, { pool, book, faults }: PaymentRouteOptions): void {
  gateway.post(
    '/v1/payments',
    {
      schema: {
        operationId: 'createPayment',
        summary: 'Authorise',
        description: 'The same key with the same body gets the payment as it is now, a decline included; another, 422.',
        headers: KeyHeader,
        body: PaymentBody,
        response: {
          201: { description: 'Authorised, captured or pending', ...PaymentView },
          ...problemAnswers(...MONEY_PROBLEMS),
        },
      },
    },
    async ({ headers, body }, reply) => {
      const fault = await faults.strike('payment');
      if (misbehavesBefore(fault, reply)) return reply;
      const { reference, amount_minor: amountMinor, currency, payment_token: paymentToken, capture = false } = body;
      const fate = paymentToken === DECLINING_TOKEN ? fateOf({ ...NO_FAULT, mode: 'decline' }) : fateOf(fault);
      const payment = { reference, amountMinor, currency, paymentToken, capture };
      return answer(reply.code(201), await book.authorise(headers['idempotency-key'], payment, fate), fault);
    },
  );

  gateway.post(
    '/v1/payments/:id/capture',
    {
      schema: {
        operationId: 'capturePayment',
        summary: 'Capture what was authorised, or part of it',
        headers: KeyHeader,
        params: Id,
        body: CaptureBody,
        response: {
          200: { description: 'Captured', ...PaymentView },
          ...problemAnswers(...MONEY_PROBLEMS, 'payment.not_found'),
        },
      },
    },
    async ({ headers, params, body }, reply) => {
      const fault = await faults.strike('payment');
      if (misbehavesBefore(fault, reply)) return reply;
      const { declineCode } = fateOf(fault);
      const key = headers['idempotency-key'];
      return answer(reply, await book.capture(key, params.id, body.amount_minor ?? null, declineCode), fault);
    },
  );

  gateway.post(
    '/v1/payments/:id/void',
    {
      schema: {
        operationId: 'voidPayment',
        summary: 'Give an authorisation up',
        headers: KeyHeader,
        params: Id,
        body: NoBody,
        response: {
          200: { description: 'Voided', ...PaymentView },
          ...problemAnswers(...MONEY_PROBLEMS, 'payment.not_found'),
        },
      },
    },
    async ({ headers, params }, reply) => {
      const fault = await faults.strike('payment');
      if (misbehavesBefore(fault, reply)) return reply;
      return answer(reply, await book.void(headers['idempotency-key'], params.id, fateOf(fault).declineCode), fault);
    },
  );

  gateway.get(
    '/v1/payments',
    {
      schema: {
        operationId: 'listPayments',
        summary: 'List payments, newest first',
        querystring: ListQuery,
        response: {
          200: {
            description: 'A page of payments',
            ...Type.Object({ data: Type.Array(PaymentView), next: Type.Union([Type.Integer(), Type.Null()]) }),
          },
          ...problemAnswers('request.invalid', 'service.busy'),
        },
      },
    },
    async ({ query }, reply) => {
      const fault = await faults.strike('query');
      if (misbehavesBefore(fault, reply)) return reply;
      const limit = limitOf(query);
      const rows = await listPayments(pool, filterOf(query), limit + 1);
      if (await misbehavesAfter(fault, faults, reply)) return reply;
      return reply.send(pageOf(rows, limit, paymentView));
    },
  );

  gateway.get(
    '/v1/payments/totals',
    {
      schema: {
        operationId: 'getPaymentTotals',
        summary: 'What was authorised and captured in all, by currency and status',
        response: {
          200: { description: 'The totals; amounts as text, since a sum may be past 2^53', ...TotalsView },
          ...problemAnswers(),
        },
      },
    },
    async () => ({
      data: (await paymentTotals(pool)).map(({ amountMinor, capturedMinor, ...rest }) => ({
        ...rest,
        amount_minor: amountMinor,
        captured_minor: capturedMinor,
      })),
    }),
  );

  gateway.get(
    '/v1/payments/:id',
    {
      schema: {
        operationId: 'getPayment',
        summary: 'Read one payment',
        params: Id,
        response: {
          200: { description: 'The payment', ...PaymentView },
          ...problemAnswers('request.malformed', 'request.invalid', 'payment.not_found'),
        },
      },
    },
    async ({ params }) => {
      const payment = await book.byId(params.id);
      if (!payment) throw new GatewayProblem('payment.not_found', 'No payment has this id.');
      return paymentView(payment);
    },
  );

  async function answer(reply: FastifyReply, booked: Booked | undefined, fault: Fault | undefined) {
    if (!booked) throw new GatewayProblem('payment.not_found', 'No payment has this id.');
    const { payment, declineCode, isNew, sameRequest } = booked;
    if (!sameRequest) {
      throw new GatewayProblem('idempotency.key_reused', 'This Idempotency-Key was used with another request.');
    }
    const { id, reference, amountMinor, status } = payment;
    reply.log.info({ payment: id, reference, amount_minor: amountMinor, status, replayed: !isNew }, 'payment');
    if (await misbehavesAfter(fault, faults, reply)) return reply;
    if (!isNew) reply.header('Idempotency-Replayed', 'true');
    if (declineCode !== null) {
      throw new GatewayProblem('payment.declined', 'The payment was declined.', {
        decline_code: declineCode,
        payment_id: id,
      });
    }
    return reply.send(paymentView(payment));
  }
}

const NO_FAULT = { hits: 'payment', timesLeft: null, probability: 1, delayMs: null } as const;

function paymentView(payment: BookedPayment): Type.Static<typeof PaymentView> {
  return {
    id: payment.id,
    reference: payment.reference,
    amount_minor: payment.amountMinor,
    captured_minor: payment.capturedMinor,
    currency: payment.currency,
    status: payment.status,
    decline_code: payment.declineCode,
    created_at: payment.createdAt,
  };
}
