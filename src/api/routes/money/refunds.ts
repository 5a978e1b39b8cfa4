import { listRefunds, readRefund } from '../../../queries/money/refunds.ts';
import type { Api, ApiDependencies } from '../../dependencies.ts';
import { problemAnswers, WITH_BODY } from '../../description/documentation.ts';
import { pageRequestOf, pageView } from '../../lists/list-query.ts';
import { ProblemError } from '../../problems/problem.ts';
import { expectedVersionOf } from '../../http/write.ts';
import { IdempotencyHeader, IdParameters, MoveBody, ref, WriteHeaders } from '../../schemas/common.ts';
import { RefundListQuery, RefundPage, RefundSchema } from '../../schemas/order.ts';
import { RecordRefundBody } from '../../schemas/payment.ts';
import { refundView } from '../../views/refund.ts';
import { moveRefund } from './move-refund.ts';

export function refundRoutes(api: Api, { engine, reads }: ApiDependencies): void {
  api.get(
    '/v1/refunds',
    {
      schema: {
        operationId: 'listRefunds',
        tags: ['refunds'],
        summary: 'List refunds, newest first',
        querystring: RefundListQuery,
        response: { 200: { description: 'A page of refunds', ...ref(RefundPage) }, ...problemAnswers() },
      },
    },
    async ({ query, principal: { scope } }) => {
      const filter = { state: query.state, orderId: query.order_id, scope };
      const page = await listRefunds(reads, filter, pageRequestOf(query, 'refunds'));
      return pageView(page, (refund) => refundView(refund, scope), 'refunds');
    },
  );

  api.get(
    '/v1/refunds/:id',
    {
      schema: {
        operationId: 'getRefund',
        tags: ['refunds'],
        summary: 'Read one refund',
        params: IdParameters,
        response: { 200: { description: 'The refund', ...ref(RefundSchema) }, ...problemAnswers('refund.not_found') },
      },
    },
    async ({ params, principal }) => {
      const found = await readRefund(reads, params.id, principal.scope);
      if (!found) throw new ProblemError('refund.not_found', `No refund has the id ${params.id}.`);
      return refundView(found, principal.scope);
    },
  );

  api.post(
    '/v1/refunds/:id/retry',
    {
      schema: {
        operationId: 'retryRefund',
        tags: ['refunds'],
        summary: 'Send a declined refund to the gateway again',
        description: 'FAILED becomes PENDING, as a new attempt with a new key at the gateway.',
        headers: IdempotencyHeader,
        params: IdParameters,
        body: MoveBody,
        response: {
          200: { description: 'The refund as it is now', ...ref(RefundSchema) },
          ...problemAnswers(...WITH_BODY, 'refund.not_found', 'refund.illegal_transition'),
        },
      },
    },
    async (request, reply) => {
      const refundId = request.params.id;
      const command = { type: 'retry_refund', refundId, reason: request.body.reason ?? null } as const;
      return moveRefund({ engine, request, reply, refundId, command });
    },
  );

  api.post(
    '/v1/refunds/:id/record',
    {
      schema: {
        operationId: 'recordRefund',
        tags: ['refunds'],
        summary: 'Record that a declined refund was paid elsewhere',
        description:
          'For what the gateway will not pay back, such as to a card that is closed: pay it some other way first, then ' +
          'say here how. FAILED becomes SUCCEEDED; the gateway is not asked, and the ledger takes it from `cash:elsewhere`.',
        headers: WriteHeaders,
        params: IdParameters,
        body: RecordRefundBody,
        response: {
          200: { description: 'The refund as it is now', ...ref(RefundSchema) },
          ...problemAnswers(...WITH_BODY, 'order.version_mismatch', 'refund.not_found', 'refund.illegal_transition'),
        },
      },
    },
    async (request, reply) => {
      const refundId = request.params.id;
      const { reference, reason = null } = request.body;
      const command = { type: 'record_refund', refundId, reference, reason } as const;
      return moveRefund({ engine, request, reply, refundId, command, expectedVersion: expectedVersionOf(request) });
    },
  );
}
