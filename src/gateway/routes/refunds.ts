import { Type } from 'typebox';
import type { BookedRefund, NewRefund, RefundBook } from '../books/refund-book.ts';
import { problemAnswers, WITH_BODY } from '../documentation.ts';
import type { FaultBoard } from '../faults.ts';
import { fateOf, misbehavesAfter, misbehavesBefore } from '../misbehaviour.ts';
import { GatewayProblem } from '../problem.ts';
import type { GatewayApp } from '../types.ts';
import { AmountMinor, Currency, filterOf, KeyHeader, limitOf, ListQuery, pageOf, Text } from './book-schemas.ts';

const RefundBody = Type.Object(
  {
    reference: { ...Text(200), description: "The caller's own name for the refund", examples: ['refund-123'] },
    amount_minor: AmountMinor,
    currency: Currency,
    payment_id: Type.Optional({
      ...Text(100),
      description: 'The payment that it pays back; absent: money that was captured elsewhere',
    }),
    reason: Type.Optional(Text(1_000)),
  },
  { additionalProperties: false },
);

const RefundView = Type.Object({
  id: Type.String({ examples: ['rf_3f9d2c'] }),
  reference: Type.String(),
  idempotency_key: Type.String(),
  payment_id: Type.Union([Type.String(), Type.Null()]),
  amount_minor: Type.Integer(),
  currency: Type.String(),
  status: Type.Enum(['pending', 'succeeded', 'declined'] as const),
  decline_code: Type.Union([Type.String(), Type.Null()]),
  created_at: Type.Unsafe<Date>(Type.String({ format: 'date-time' })),
});

export interface RefundRouteOptions {
  readonly book: RefundBook;
  readonly faults: FaultBoard;
}

export function refundRoutes(gateway: GatewayApp, { book, faults }: RefundRouteOptions): void {
  gateway.post(
    '/v1/refunds',
    {
      schema: {
        operationId: 'createRefund',
        summary: 'Pay back',
        description: 'The same key with the same body gets the same answer, a decline included; with another, 422.',
        headers: KeyHeader,
        body: RefundBody,
        response: {
          201: { description: 'Paid back, or `pending`: taken on, and settled later', ...RefundView },
          ...problemAnswers(
            ...WITH_BODY,
            'refund.declined',
            'idempotency.in_flight',
            'idempotency.key_reused',
            'service.busy',
          ),
        },
      },
    },
    async (request, reply) => {
      const fault = await faults.strike('refund');
      if (misbehavesBefore(fault, reply)) return reply;

      const { body } = request;
      const asked = {
        idempotencyKey: request.headers['idempotency-key'],
        reference: body.reference,
        paymentId: body.payment_id ?? null,
        reason: body.reason ?? null,
        amountMinor: body.amount_minor,
        currency: body.currency,
      };
      const { refund, isNew } = await book.book(asked, fateOf(fault));
      if (!isSameRequest(refund, asked)) {
        throw new GatewayProblem('idempotency.key_reused', 'This Idempotency-Key was used with another request.');
      }
      const { id, reference, amountMinor, currency, status, idempotencyKey } = refund;
      request.log.info(
        {
          refund: id,
          reference,
          idempotency_key: idempotencyKey,
          amount_minor: amountMinor,
          currency,
          status,
          replayed: !isNew,
        },
        'refund',
      );

      if (await misbehavesAfter(fault, faults, reply)) return reply;
      if (!isNew) reply.header('Idempotency-Replayed', 'true');
      if (refund.status === 'declined') {
        throw new GatewayProblem('refund.declined', 'The refund was declined.', {
          decline_code: refund.declineCode,
          refund_id: refund.id,
        });
      }
      return reply.code(201).send(refundView(refund));
    },
  );

  gateway.get(
    '/v1/refunds',
    {
      schema: {
        operationId: 'listRefunds',
        summary: 'List refunds, newest first',
        querystring: ListQuery,
        response: {
          200: {
            description: 'A page of refunds',
            ...Type.Object({ data: Type.Array(RefundView), next: Type.Union([Type.Integer(), Type.Null()]) }),
          },
          ...problemAnswers('request.invalid', 'service.busy'),
        },
      },
    },
    async ({ query }, reply) => {
      const fault = await faults.strike('query');
      if (misbehavesBefore(fault, reply)) return reply;
      const limit = limitOf(query);
      const rows = await book.list(filterOf(query), limit + 1);
      if (await misbehavesAfter(fault, faults, reply)) return reply;
      return reply.send(pageOf(rows, limit, refundView));
    },
  );

  gateway.get(
    '/v1/refunds/totals',
    {
      schema: {
        operationId: 'getRefundTotals',
        summary: 'What was paid back in all, by currency',
        response: {
          200: {
            description: 'The totals; amounts as text, since a sum may be past 2^53',
            ...Type.Object({
              data: Type.Array(
                Type.Object({ currency: Type.String(), count: Type.Integer(), amount_minor: Type.String() }),
              ),
            }),
          },
          ...problemAnswers(),
        },
      },
    },
    async () => ({
      data: (await book.totals()).map(({ currency, count, amountMinor }) => ({
        currency,
        count,
        amount_minor: amountMinor,
      })),
    }),
  );

  gateway.get(
    '/v1/refunds/:id',
    {
      schema: {
        operationId: 'getRefund',
        summary: 'Read one refund',
        params: Type.Object({ id: Text(100) }),
        response: {
          200: { description: 'The refund', ...RefundView },
          ...problemAnswers('request.malformed', 'request.invalid', 'refund.not_found'),
        },
      },
    },
    async ({ params }) => {
      const refund = await book.byId(params.id);
      if (!refund) throw new GatewayProblem('refund.not_found', 'No refund has this id.');
      return refundView(refund);
    },
  );
}

function isSameRequest(booked: BookedRefund, asked: NewRefund): boolean {
  return (
    booked.reference === asked.reference &&
    booked.paymentId === asked.paymentId &&
    booked.reason === asked.reason &&
    booked.amountMinor === asked.amountMinor &&
    booked.currency === asked.currency
  );
}

function refundView(refund: BookedRefund): Type.Static<typeof RefundView> {
  return {
    id: refund.id,
    reference: refund.reference,
    idempotency_key: refund.idempotencyKey,
    payment_id: refund.paymentId,
    amount_minor: refund.amountMinor,
    currency: refund.currency,
    status: refund.status,
    decline_code: refund.declineCode,
    created_at: refund.createdAt,
  };
}
