import {
  listComparisons,
  listDifferences,
  readDifference,
  requestComparison,
  resolveDifference,
} from '../../../queries/money/reconciliation.ts';
import type { Api, ApiDependencies } from '../../dependencies.ts';
import { problemAnswers, WITH_BODY } from '../../description/documentation.ts';
import { pageRequestOf, pageView } from '../../lists/list-query.ts';
import { ProblemError } from '../../problems/problem.ts';
import { writeOnce } from '../../http/write-once.ts';
import { IdempotencyHeader, IdParameters, ref } from '../../schemas/common.ts';
import {
  ComparisonList,
  ComparisonSchema,
  DifferenceListQuery,
  DifferencePage,
  DifferenceSchema,
  NewComparison,
  ResolutionBody,
} from '../../schemas/reconciliation.ts';
import { comparisonView, differenceView } from '../../views/reconciliation.ts';

/** Where our books and a payment gateway's differ: what the daily reconciliation found, and what people said of it. */
export function reconciliationRoutes(api: Api, { pool, paymentGateways = [] }: ApiDependencies): void {
  api.get(
    '/v1/reconciliation/differences',
    {
      schema: {
        operationId: 'listReconciliationDifferences',
        tags: ['payments'],
        summary: "List where our books and the gateways' differ, newest first",
        querystring: DifferenceListQuery,
        response: { 200: { description: 'A page of differences', ...ref(DifferencePage) }, ...problemAnswers() },
      },
    },
    async ({ query }) => {
      const { state, kind, gateway, subject } = query;
      return pageView(
        await listDifferences(pool, { state, kind, gateway, subject }, pageRequestOf(query, 'differences')),
        differenceView,
        'differences',
      );
    },
  );

  api.post(
    '/v1/reconciliation/differences/:id/resolve',
    {
      schema: {
        operationId: 'resolveReconciliationDifference',
        tags: ['payments'],
        summary: 'Mark a difference as resolved, with what was found and done',
        description:
          'It moves no money and changes no payment or refund. Found again, it stays resolved, until an ' +
          'amount of it or our state is another.',
        headers: IdempotencyHeader,
        params: IdParameters,
        body: ResolutionBody,
        response: {
          200: { description: 'The difference as it is now', ...ref(DifferenceSchema) },
          ...problemAnswers(...WITH_BODY, 'reconciliation.not_found', 'reconciliation.resolved'),
        },
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      return writeOnce({
        pool,
        request,
        reply,
        status: 200,
        make: async (client, actor) => {
          const wasOpen = await resolveDifference(client, id, actor, request.body.reason);
          const difference = await readDifference(client, id);
          if (!difference) throw new ProblemError('reconciliation.not_found', `No difference has the id ${id}.`);
          if (!wasOpen) {
            const by = difference.resolvedBy ?? 'somebody';
            throw new ProblemError('reconciliation.resolved', `Difference ${id} was resolved by ${by}.`);
          }
          return { view: differenceView(difference) };
        },
      });
    },
  );

  api.get(
    '/v1/reconciliation/comparisons',
    {
      schema: {
        operationId: 'listComparisons',
        tags: ['payments'],
        summary: "When each gateway's books were last compared with ours, and what came of it",
        response: { 200: { description: 'One for each gateway', ...ComparisonList }, ...problemAnswers() },
      },
    },
    async () => ({ data: (await listComparisons(pool, paymentGateways)).map(comparisonView) }),
  );

  api.post(
    '/v1/reconciliation/comparisons',
    {
      schema: {
        operationId: 'requestComparison',
        tags: ['payments'],
        summary: "Have a worker compare a gateway's books with ours now",
        description:
          'Of the last 35 days, as once a day. What the gateway has done without our knowing is written down here; ' +
          'the rest is a difference for a person. One asked for while another is under way comes after it.',
        headers: IdempotencyHeader,
        body: NewComparison,
        response: {
          202: { description: 'Asked for', ...ref(ComparisonSchema) },
          ...problemAnswers(...WITH_BODY, 'payment.gateway_not_configured'),
        },
      },
    },
    async (request, reply) => {
      const { gateway } = request.body;
      if (!paymentGateways.includes(gateway)) {
        throw new ProblemError('payment.gateway_not_configured', `The gateway ${gateway} is not configured.`, {
          errors: [{ field: 'gateway', message: `is none of: ${paymentGateways.join(', ') || 'none is configured'}` }],
        });
      }
      return writeOnce({
        pool,
        request,
        reply,
        status: 202,
        make: async (client) => {
          await requestComparison(client, gateway);
          const [comparison] = await listComparisons(client, [gateway]);
          if (!comparison) throw new Error('the comparison is gone');
          return { view: comparisonView(comparison) };
        },
      });
    },
  );
}
