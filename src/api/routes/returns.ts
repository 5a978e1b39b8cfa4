import type { Static } from 'typebox';
import { eventsOf, returnLifecycle, type ReturnEvent } from '../../domain/lifecycles.ts';
import type { Decided } from '../../engine/request.ts';
import type { ReturnDeduction } from '../../domain/commands.ts';
import { creditOfReturn } from '../../domain/refunds/return-credit.ts';
import { acceptedItems, problemWithCompletion, type Completion } from '../../domain/returns/complete-return.ts';
import { MOST_OPEN_RETURNS, MOST_RETURNS, problemWithReturn } from '../../domain/returns/return.ts';
import { listReturns, readReturn } from '../../queries/orders/returns.ts';
import { listTransitions } from '../../queries/orders/transitions.ts';
import type { Principal } from '../../identity/principal.ts';
import { visibleOrder } from '../access/visible-order.ts';
import type { Api, ApiDependencies } from '../dependencies.ts';
import { problemAnswers, WITH_BODY } from '../description/documentation.ts';
import { pageRequestOf, pageView, recordPageOf, recordPageView, shopFilterOf } from '../lists/list-query.ts';
import { answerShared, type Worded } from '../lists/shared-answer.ts';
import { SharedReads } from '../../platform/sharing/shared-reads.ts';
import { ProblemError, problemArguments } from '../problems/problem.ts';
import { orderEtagOf } from '../http/order-etag.ts';
import { expectedVersionOf, orderOf, write, type Written } from '../http/write.ts';
import { IdParameters, MoveBody, PageListQuery, ref, WriteHeaders } from '../schemas/common.ts';
import { CompleteReturnBody, CompletionPreview } from '../schemas/completion.ts';
import { NewReturn, ReturnListQuery, ReturnPreview, ReturnPage, ReturnSchema } from '../schemas/order.ts';
import { RefundDueSchema } from '../schemas/refund-due.ts';
import { TransitionPage } from '../schemas/record.ts';
import { refundDueView } from '../views/refund-due.ts';
import { returnView, wholeReturnView } from '../views/return.ts';
import { transitionView } from '../views/record.ts';

const WHAT_AN_EVENT_DOES: Readonly<Record<ReturnEvent, string>> = {
  approve: 'The customer may send it: REQUESTED becomes APPROVED.',
  reject: 'Final. Its units can be returned again.',
  dispatch: 'It is on its way: APPROVED becomes IN_TRANSIT.',
  receive: 'It has arrived: IN_TRANSIT becomes RECEIVED.',
  complete:
    'Final. Refunds what is due for the units that are accepted, less what is kept back, to the payments that they came ' +
    'by, once. Units that are not accepted stay sold, and can be returned again; where none is, nothing is refunded and ' +
    'no credit note is issued. While the refund needs what another reserves that awaits its approval, it is refused.',
};

/** What may be wrong with how a return is to be completed. */
const PROBLEMS_OF_COMPLETING = [
  'return.illegal_transition',
  'return.item_not_in_return',
  'return.duplicate_item',
  'return.quantity_exceeds_requested',
  'return.deductions_exceed_due',
] as const;

export function returnRoutes(api: Api, { engine, orders, reads }: ApiDependencies): void {
  const lists = new SharedReads<Worded>();
  /** A return in its order, for those who may see it. */
  const visibleReturn = async (id: number, { scope }: Principal) => {
    const found = await readReturn(reads, id, scope);
    const whole = found && (await orders.read(found.orderId));
    const part = whole?.order.returns.find((each) => each.id === id);
    if (!whole || !part) throw new ProblemError('return.not_found', `No return has the id ${id}.`);
    return { whole, part };
  };
  api.post(
    '/v1/orders/:id/returns',
    {
      schema: {
        operationId: 'requestReturn',
        tags: ['returns'],
        summary: 'Ask to return part of a delivered order',
        description:
          'Of one or more of its lines, in any quantity not in another return; rejected ones do not count. An order has ' +
          `${MOST_OPEN_RETURNS} returns at most that are not through, and ${MOST_RETURNS} in all.`,
        headers: WriteHeaders,
        params: IdParameters,
        body: NewReturn,
        response: {
          201: { description: 'The return', ...ref(ReturnSchema) },
          ...problemAnswers(
            ...WITH_BODY,
            'order.not_found',
            'order.version_mismatch',
            'return.order_not_delivered',
            'return.item_not_in_order',
            'return.too_many',
            'return.duplicate_item',
            'return.quantity_exceeds_returnable',
          ),
        },
      },
    },
    async (request, reply) => {
      const { reason, items } = request.body;
      const intent = {
        kind: 'change',
        target: { orderId: request.params.id },
        command: {
          type: 'request_return',
          reason,
          items: items.map((item) => ({ orderItemId: item.order_item_id, quantity: item.quantity })),
        },
        expectedVersion: expectedVersionOf(request),
      } as const;
      return write({ engine, request, reply, intent, status: 201, view: (outcome) => written(outcome, true) });
    },
  );

  api.post(
    '/v1/orders/:id/returns/preview',
    {
      schema: {
        operationId: 'previewReturn',
        tags: ['returns'],
        summary: 'What a return would refund',
        description: 'The figures that completing such a return would refund as the order is now. Nothing is written.',
        params: IdParameters,
        body: ReturnPreview,
        response: {
          200: { description: 'What would be refunded', ...ref(RefundDueSchema) },
          ...problemAnswers(
            ...WITH_BODY,
            'order.not_found',
            'return.order_not_delivered',
            'return.item_not_in_order',
            'return.too_many',
            'return.duplicate_item',
            'return.quantity_exceeds_returnable',
          ),
        },
      },
    },
    async ({ params, body, principal }) => {
      const found = await visibleOrder(orders, principal, params.id);
      const items = body.items.map((item) => ({ orderItemId: item.order_item_id, quantity: item.quantity }));
      const problem = problemWithReturn(found.order, { items });
      if (problem) throw new ProblemError(...problemArguments(problem.refusal));
      return refundDueView(creditOfReturn(found.order, { items }));
    },
  );

  api.get(
    '/v1/returns',
    {
      schema: {
        operationId: 'listReturns',
        tags: ['returns'],
        summary: 'List returns, newest first',
        querystring: ReturnListQuery,
        response: { 200: { description: 'A page of returns', ...ref(ReturnPage) }, ...problemAnswers() },
      },
    },
    ({ query, principal: { scope } }, reply) => {
      const filter = { state: query.state, ...shopFilterOf(query), scope };
      const page = pageRequestOf(query, 'returns');
      return answerShared(reply, lists, [filter, page], async (looks) =>
        pageView(await listReturns(reads.telling(looks), filter, page), returnView, 'returns'),
      );
    },
  );

  api.get(
    '/v1/returns/:id',
    {
      schema: {
        operationId: 'getReturn',
        tags: ['returns'],
        summary: 'Read one return',
        params: IdParameters,
        response: { 200: { description: 'The return', ...ref(ReturnSchema) }, ...problemAnswers('return.not_found') },
      },
    },
    async ({ params, principal }, reply) => {
      const { whole, part } = await visibleReturn(params.id, principal);
      reply.header('ETag', orderEtagOf(whole.order));
      return wholeReturnView(whole.order, part);
    },
  );

  api.get(
    '/v1/returns/:id/transitions',
    {
      schema: {
        operationId: 'listReturnTransitions',
        tags: ['returns'],
        summary: "Read a return's record, oldest first",
        params: IdParameters,
        querystring: PageListQuery,
        response: {
          200: { description: 'A page of the record', ...ref(TransitionPage) },
          ...problemAnswers('return.not_found'),
        },
      },
    },
    async ({ params, query, principal }) => {
      const record = `return-record-${params.id}` as const;
      const request = recordPageOf(query, record);
      const found = await readReturn(reads, params.id, principal.scope);
      if (!found) throw new ProblemError('return.not_found', `No return has the id ${params.id}.`);
      return recordPageView(await listTransitions(reads, found.orderId, found.id, request), transitionView, record);
    },
  );

  api.post(
    '/v1/returns/:id/complete/preview',
    {
      schema: {
        operationId: 'previewReturnCompletion',
        tags: ['returns'],
        summary: 'What completing a return would refund',
        description: 'Of the units that would be accepted, less what would be kept back. Nothing is written.',
        params: IdParameters,
        body: CompletionPreview,
        response: {
          200: { description: 'What would be refunded', ...ref(RefundDueSchema) },
          ...problemAnswers(...WITH_BODY, 'return.not_found', ...PROBLEMS_OF_COMPLETING),
        },
      },
    },
    async ({ params, body, principal }) => {
      const { whole, part } = await visibleReturn(params.id, principal);
      const completion = completionOf(body);
      const problem = problemWithCompletion(whole.order, part, completion);
      if (problem) throw new ProblemError(...problemArguments(problem.refusal));
      const items = acceptedItems(part, completion);
      return refundDueView(creditOfReturn(whole.order, { items }, completion.deductions));
    },
  );

  for (const event of eventsOf(returnLifecycle)) {
    api.post(
      `/v1/returns/:id/${event}`,
      {
        schema: {
          operationId: `${event}Return`,
          tags: ['returns'],
          summary: `${event[0]?.toUpperCase()}${event.slice(1)} a return`,
          description: WHAT_AN_EVENT_DOES[event],
          headers: WriteHeaders,
          params: IdParameters,
          body: event === 'complete' ? CompleteReturnBody : MoveBody,
          response: {
            200: { description: 'The return as it is now', ...ref(ReturnSchema) },
            ...problemAnswers(
              ...WITH_BODY,
              'return.not_found',
              'return.illegal_transition',
              'order.version_mismatch',
              ...(event === 'complete' ? ([...PROBLEMS_OF_COMPLETING, 'refund.awaits_approval'] as const) : []),
            ),
          },
        },
      },
      async (request, reply) => {
        const returnId = request.params.id;
        const intent = {
          kind: 'change',
          target: { returnId },
          command: {
            type: 'move_return',
            returnId,
            event,
            reason: request.body.reason ?? null,
            ...completionOf(request.body),
          },
          expectedVersion: expectedVersionOf(request),
        } as const;
        return write({ engine, request, reply, intent, status: 200, view: (outcome) => written(outcome, false) });
      },
    );
  }
}

function completionOf(body: Static<typeof CompleteReturnBody>): Completion {
  const { accepted = [], restocking_fee_minor: feeMinor, deductions = [] } = body;
  const fee: ReturnDeduction[] =
    feeMinor === undefined ? [] : [{ kind: 'restocking_fee', description: 'Restocking fee', amountMinor: feeMinor }];
  const others = deductions.map(({ description, amount_minor: amountMinor }) => {
    return { kind: 'deduction', description, amountMinor } as const;
  });
  return {
    accepted: accepted.map((units) => ({ orderItemId: units.order_item_id, quantity: units.quantity })),
    deductions: [...fee, ...others],
  };
}

function written(
  outcome: Exclude<Decided, { kind: 'refused' }>,
  isNew: boolean,
): Written<ReturnType<typeof returnView>> {
  const order = orderOf(outcome);
  const found = outcome.kind === 'done' ? order.returns.find(({ id }) => id === outcome.subjectId) : undefined;
  if (!found) throw new TypeError('the outcome has no return');
  const etag = orderEtagOf(order);
  return {
    view: wholeReturnView(order, found),
    headers: isNew ? { location: `/v1/returns/${found.id}`, etag } : { etag },
  };
}
