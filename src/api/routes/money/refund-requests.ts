import { MOST_GOODWILL_REFUNDS } from '../../../domain/refunds/goodwill.ts';
import type { Api, ApiDependencies } from '../../dependencies.ts';
import { problemAnswers, WITH_BODY } from '../../description/documentation.ts';
import { orderEtagOf } from '../../http/order-etag.ts';
import { expectedVersionOf, orderOf, write } from '../../http/write.ts';
import { IdParameters, MoveBody, ref, WriteHeaders } from '../../schemas/common.ts';
import { RefundListSchema, RefundSchema } from '../../schemas/order.ts';
import { NewRefund } from '../../schemas/payment.ts';
import { refundOf, refundView } from '../../views/refund.ts';
import { moveRefund } from './move-refund.ts';

const WHAT_IS_DECIDED = {
  approve: 'By another person than the one who asked: AWAITING_APPROVAL becomes PENDING, and is carried out.',
  reject: 'Final. What it reserved of its payment is free again.',
} as const;

/** Money given back without goods: asked for by one person and, above a limit, decided on by another. */
export function refundRequestRoutes(api: Api, { engine }: ApiDependencies): void {
  api.post(
    '/v1/orders/:id/refunds',
    {
      schema: {
        operationId: 'requestRefund',
        tags: ['refunds'],
        summary: 'Give money back without goods',
        description:
          'To the payments that it came by, newest first, or to the one named; each gets a refund of its own. Where it ' +
          "passes the shop's limit, with what nobody else has approved of this order before, it waits for another " +
          "person's approval, and is reserved meanwhile; so does any amount in another currency than the shop's, once " +
          `there is a limit. An order has ${MOST_GOODWILL_REFUNDS} such refunds at most.`,
        headers: WriteHeaders,
        params: IdParameters,
        body: NewRefund,
        response: {
          201: { description: 'The refunds', ...ref(RefundListSchema) },
          ...problemAnswers(
            ...WITH_BODY,
            'order.not_found',
            'order.version_mismatch',
            'payment.not_found',
            'refund.order_not_paid',
            'refund.exceeds_captured',
            'refund.too_many',
          ),
        },
      },
    },
    async (request, reply) => {
      const { amount_minor: amountMinor, payment_id: paymentId = null, reason } = request.body;
      const intent = {
        kind: 'change',
        target: { orderId: request.params.id },
        command: { type: 'request_refund', amountMinor, paymentId, reason },
        expectedVersion: expectedVersionOf(request),
      } as const;
      return write({
        engine,
        request,
        reply,
        intent,
        status: 201,
        view: (outcome) => {
          const order = orderOf(outcome);
          const firstId = outcome.kind === 'done' ? outcome.subjectId : 0;
          // The last that were added; not by their ids, of which another process may have given greater ones before.
          const added = order.refunds.slice(order.refunds.findIndex(({ id }) => id === firstId));
          const data = added.map((each) => refundView(refundOf(order, each), request.principal.scope));
          return { view: { data }, headers: { etag: orderEtagOf(order) } };
        },
      });
    },
  );

  for (const decision of ['approve', 'reject'] as const) {
    api.post(
      `/v1/refunds/:id/${decision}`,
      {
        schema: {
          operationId: `${decision}Refund`,
          tags: ['refunds'],
          summary: `${decision === 'approve' ? 'Approve' : 'Reject'} a refund that another person asked for`,
          description: WHAT_IS_DECIDED[decision],
          headers: WriteHeaders,
          params: IdParameters,
          body: MoveBody,
          response: {
            200: { description: 'The refund as it is now', ...ref(RefundSchema) },
            ...problemAnswers(
              ...WITH_BODY,
              'order.version_mismatch',
              'refund.not_found',
              'refund.illegal_transition',
              ...(decision === 'approve' ? (['refund.same_person'] as const) : []),
            ),
          },
        },
      },
      async (request, reply) => {
        const refundId = request.params.id;
        const command = { type: `${decision}_refund`, refundId, reason: request.body.reason ?? null } as const;
        return moveRefund({ engine, request, reply, refundId, command, expectedVersion: expectedVersionOf(request) });
      },
    );
  }
}
