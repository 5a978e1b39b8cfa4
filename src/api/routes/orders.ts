import { eventsOf, orderLifecycle, type OrderEvent } from '../../domain/lifecycles.ts';
import { listOrders } from '../../queries/orders/orders.ts';
import { listTransitions } from '../../queries/orders/transitions.ts';
import { SharedReads } from '../../platform/sharing/shared-reads.ts';
import { answerShared, type Worded } from '../lists/shared-answer.ts';
import { seesAll, visibleOrder } from '../access/visible-order.ts';
import { placeOrderOf } from '../commands/place-order.ts';
import type { Api, ApiDependencies } from '../dependencies.ts';
import { problemAnswers, WITH_BODY } from '../description/documentation.ts';
import { pageRequestOf, pageView, recordPageOf, recordPageView, shopFilterOf } from '../lists/list-query.ts';
import { orderEtagOf } from '../http/order-etag.ts';
import { expectedVersionOf, orderOf, write } from '../http/write.ts';
import { IdempotencyHeader, IdParameters, MoveBody, PageListQuery, ref, WriteHeaders } from '../schemas/common.ts';
import { NewOrder, OrderListQuery, OrderPage, OrderSchema } from '../schemas/order.ts';
import { TransitionPage } from '../schemas/record.ts';
import { orderSummaryView, orderView } from '../views/order.ts';
import { transitionView } from '../views/record.ts';

const WHAT_AN_EVENT_DOES: Readonly<Record<OrderEvent, string>> = {
  pay: 'Records the payment in full: PENDING_PAYMENT becomes PAID.',
  process: 'Hands the order to the warehouse: PAID becomes PROCESSING_IN_WAREHOUSE.',
  ship: 'Ships the order and issues its invoice, which is rendered and e-mailed afterwards.',
  deliver: 'Marks the order DELIVERED; from then on it can be returned.',
  cancel: 'Cancels an order that is not in the warehouse yet; what was paid is refunded.',
};

export function orderRoutes(api: Api, { engine, orders, reads, settings }: ApiDependencies): void {
  const lists = new SharedReads<Worded>();
  api.post(
    '/v1/orders',
    {
      schema: {
        operationId: 'placeOrder',
        tags: ['orders'],
        summary: 'Place an order',
        description:
          'It starts in PENDING_PAYMENT. Its total is the sum of its lines (quantity x unit price, less discounts, with ' +
          'tax) and its shipping, rounded where that is asked for. Each part is worked out, kept and answered.',
        headers: IdempotencyHeader,
        body: NewOrder,
        response: {
          201: { description: 'The order', ...ref(OrderSchema) },
          ...problemAnswers(
            ...WITH_BODY,
            'order.number_taken',
            'order.unknown_currency',
            'order.discount_exceeds_line',
            'order.discount_exceeds_items',
            'order.tax_above_price',
            'order.figures_differ',
            'order.total_too_large',
          ),
        },
      },
    },
    async (request, reply) => {
      const { shopId } = request.principal.scope;
      const command = { ...placeOrderOf(request.body, settings.currency), shopId };
      return write({
        engine,
        request,
        reply,
        intent: { kind: 'place', command },
        status: 201,
        view: (outcome) => {
          const order = orderOf(outcome);
          return {
            view: orderView(order, request.principal.scope),
            headers: { location: `/v1/orders/${order.id}`, etag: orderEtagOf(order) },
          };
        },
      });
    },
  );

  api.get(
    '/v1/orders',
    {
      schema: {
        operationId: 'listOrders',
        tags: ['orders'],
        summary: 'List orders, newest first',
        querystring: OrderListQuery,
        response: { 200: { description: 'A page of orders', ...ref(OrderPage) }, ...problemAnswers() },
      },
    },
    ({ query, principal: { scope } }, reply) => {
      const filter = { state: query.state, ...shopFilterOf(query), scope };
      const page = pageRequestOf(query, 'orders');
      return answerShared(reply, lists, [filter, page], async (looks) =>
        pageView(await listOrders(reads.telling(looks), filter, page), orderSummaryView, 'orders'),
      );
    },
  );

  api.get(
    '/v1/orders/:id',
    {
      schema: {
        operationId: 'getOrder',
        tags: ['orders'],
        summary: 'Read one order whole',
        description:
          'With its items, payments, returns, refunds and invoice. Its ETag is its version and what was sent of its papers; If-Match looks at the version.',
        params: IdParameters,
        response: { 200: { description: 'The order', ...ref(OrderSchema) }, ...problemAnswers('order.not_found') },
      },
    },
    async ({ params, principal }, reply) => {
      const found = await visibleOrder(orders, principal, params.id);
      reply.header('ETag', orderEtagOf(found.order));
      return orderView(found.order, principal.scope);
    },
  );

  api.get(
    '/v1/orders/:id/transitions',
    {
      schema: {
        operationId: 'listOrderTransitions',
        tags: ['orders'],
        summary: "Read an order's record, oldest first",
        description: 'Every change of state of the order, its returns and its refunds, as the audit chain holds it.',
        params: IdParameters,
        querystring: PageListQuery,
        response: {
          200: { description: 'A page of the record', ...ref(TransitionPage) },
          ...problemAnswers('order.not_found'),
        },
      },
    },
    async ({ params, query, principal }) => {
      const record = `order-record-${params.id}` as const;
      const request = recordPageOf(query, record);
      if (!seesAll(principal)) await visibleOrder(orders, principal, params.id);
      const page = await listTransitions(reads, params.id, undefined, request);
      if (page.rows.length === 0) await visibleOrder(orders, principal, params.id);
      return recordPageView(page, transitionView, record);
    },
  );

  for (const event of eventsOf(orderLifecycle)) {
    api.post(
      `/v1/orders/:id/${event}`,
      {
        schema: {
          operationId: `${event}Order`,
          tags: ['orders'],
          summary: `${event[0]?.toUpperCase()}${event.slice(1)} an order`,
          description: WHAT_AN_EVENT_DOES[event],
          headers: WriteHeaders,
          params: IdParameters,
          body: MoveBody,
          response: {
            200: { description: 'The order as it is now', ...ref(OrderSchema) },
            ...problemAnswers(...WITH_BODY, 'order.not_found', 'order.illegal_transition', 'order.version_mismatch'),
          },
        },
      },
      async (request, reply) =>
        write({
          engine,
          request,
          reply,
          intent: {
            kind: 'change',
            target: { orderId: request.params.id },
            command: { type: 'move_order', event, reason: request.body.reason ?? null },
            expectedVersion: expectedVersionOf(request),
          },
          status: 200,
          view: (outcome) => {
            const order = orderOf(outcome);
            return { view: orderView(order, request.principal.scope), headers: { etag: orderEtagOf(order) } };
          },
        }),
    );
  }
}
