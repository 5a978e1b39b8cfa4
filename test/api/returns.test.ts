import { beforeAll, describe, expect, it } from 'vitest';
import {
  eventsOf,
  returnLifecycle,
  stateAfter,
  type ReturnEvent,
  type ReturnState,
} from '../../src/domain/lifecycles.ts';
import { useApi } from '../support/api.ts';
import {
  deliveredOrder,
  KURTA,
  moveOrder,
  moveReturn,
  placeOrder,
  requestReturn,
  type OrderJson,
  type ProblemJson,
  type ReturnJson,
} from '../support/shop/shop.ts';

const api = useApi();

const WAY_TO: Readonly<Record<ReturnState, readonly ReturnEvent[]>> = {
  REQUESTED: [],
  APPROVED: ['approve'],
  REJECTED: ['reject'],
  IN_TRANSIT: ['approve', 'dispatch'],
  RECEIVED: ['approve', 'dispatch', 'receive'],
  COMPLETED: ['approve', 'dispatch', 'receive', 'complete'],
};

const read = async (order: OrderJson) => (await api.get(`/v1/orders/${order.id}`)).json<OrderJson>();

describe('asking for a return', () => {
  it('answers 201 with the return, where it is, and the version of its order', async () => {
    const order = await deliveredOrder(api);
    const [kurta, scarf] = order.items;
    const answer = await api.post(`/v1/orders/${order.id}/returns`, {
      reason: 'Too small',
      items: [
        { order_item_id: kurta?.id, quantity: 2 },
        { order_item_id: scarf?.id, quantity: 1 },
      ],
    });
    expect(answer.statusCode).toBe(201);
    const part = answer.json<ReturnJson>();
    expect(answer.headers.location).toBe(`/v1/returns/${part.id}`);
    expect(answer.headers.etag).toBe(`"${order.version + 1}"`);
    expect(part).toMatchObject({
      order_id: order.id,
      order_number: order.order_number,
      state: 'REQUESTED',
      reason: 'Too small',
      amount_minor: 2 * 129_900 + 49_950,
      refund_id: null,
      allowed: ['approve', 'reject'],
      items: [
        { sku: 'KURTA-M', quantity: 2 },
        { sku: 'SCARF', quantity: 1 },
      ],
    });
    expect((await api.get(answer.headers.location ?? '')).body).toBe(answer.body);
    expect((await read(order)).items).toMatchObject([
      { returned_quantity: 2, returnable_quantity: 3 },
      { returned_quantity: 1, returnable_quantity: 1 },
    ]);
  });

  it('is refused while 200 of the order are not through, as its preview is, and taken again once one is', async () => {
    const order = await deliveredOrder(api, { items: [{ ...KURTA, quantity: 300 }] });
    const [first] = await Promise.all(Array.from({ length: 200 }, () => requestReturn(api, order, 1)));
    const items = [{ order_item_id: order.items[0]?.id, quantity: 1 }];
    for (const [url, body] of [
      [`/v1/orders/${order.id}/returns`, { reason: 'Too small', items }],
      [`/v1/orders/${order.id}/returns/preview`, { items }],
    ] as const) {
      const answer = await api.post(url, body);
      expect([answer.statusCode, answer.json<ProblemJson>()]).toMatchObject([
        409,
        { code: 'return.too_many', max_open_returns: 200, max_returns: 1_000 },
      ]);
    }
    await moveReturn(api, first?.id ?? 0, 'reject');
    expect((await requestReturn(api, order, 1)).state).toBe('REQUESTED');
  });

  it('names the line and what is left of it when too many are asked back', async () => {
    const order = await deliveredOrder(api);
    await requestReturn(api, order, 4);
    const answer = await api.post(`/v1/orders/${order.id}/returns`, {
      reason: 'Too small',
      items: [{ order_item_id: order.items[0]?.id, quantity: 2 }],
    });
    expect(answer.statusCode).toBe(422);
    expect(answer.json<ProblemJson>()).toMatchObject({
      code: 'return.quantity_exceeds_returnable',
      errors: [{ field: 'items[0].quantity' }],
      order_item_id: order.items[0]?.id,
      sku: 'KURTA-M',
      requested: 2,
      returnable: 1,
    });
  });

  it('grants one of fifty that each ask for three of five', async () => {
    const order = await deliveredOrder(api);
    const body = { reason: 'Too small', items: [{ order_item_id: order.items[0]?.id, quantity: 3 }] };
    const answers = await Promise.all(
      Array.from({ length: 50 }, () => api.post(`/v1/orders/${order.id}/returns`, body)),
    );
    expect(answers.map(({ statusCode }) => statusCode).sort()).toEqual([201, ...Array<number>(49).fill(422)]);
    expect((await read(order)).items[0]).toMatchObject({ returned_quantity: 3, returnable_quantity: 2 });
  });

  it('counts returns in every state but REJECTED against what is left', async () => {
    for (const state of returnLifecycle.states) {
      const order = await deliveredOrder(api);
      const { id } = await requestReturn(api, order, 5);
      if (WAY_TO[state].length > 0) await moveReturn(api, id, ...WAY_TO[state]);
      expect((await read(order)).items[0]?.returnable_quantity, state).toBe(state === 'REJECTED' ? 5 : 0);
    }
  });

  it.for(['PENDING_PAYMENT', 'PAID', 'PROCESSING_IN_WAREHOUSE', 'SHIPPED', 'CANCELLED'] as const)(
    'is refused on an order that is %s',
    async (state) => {
      const order = await placeOrder(api);
      const way = { PENDING_PAYMENT: 0, PAID: 1, PROCESSING_IN_WAREHOUSE: 2, SHIPPED: 3, CANCELLED: 0 }[state];
      const events =
        state === 'CANCELLED' ? (['cancel'] as const) : (['pay', 'process', 'ship'] as const).slice(0, way);
      if (events.length > 0) await moveOrder(api, order.id, ...events);
      const items = [{ order_item_id: order.items[0]?.id, quantity: 1 }];
      const answer = await api.post(`/v1/orders/${order.id}/returns`, { reason: 'Too small', items });
      expect(answer.statusCode).toBe(409);
      expect(answer.json<ProblemJson>()).toMatchObject({ code: 'return.order_not_delivered', state });
    },
  );

  it("refuses another order's line, and the same line twice, naming the field", async () => {
    const [order, other] = await Promise.all([deliveredOrder(api), deliveredOrder(api)]);
    const ask = async (...ids: readonly (number | undefined)[]) => {
      const items = ids.map((order_item_id) => ({ order_item_id, quantity: 1 }));
      const answer = await api.post(`/v1/orders/${order.id}/returns`, { reason: 'Too small', items });
      expect(answer.statusCode).toBe(422);
      return answer.json<ProblemJson>();
    };
    const own = order.items[0]?.id;
    expect(await ask(own, other.items[0]?.id)).toMatchObject({
      code: 'return.item_not_in_order',
      errors: [{ field: 'items[1].order_item_id' }],
      order_item_id: other.items[0]?.id,
    });
    expect(await ask(own, own)).toMatchObject({
      code: 'return.duplicate_item',
      errors: [{ field: 'items[1].order_item_id' }],
    });
    expect((await read(order)).returns).toEqual([]);
  });

  it('is refused when the order has changed since the version in If-Match', async () => {
    const order = await deliveredOrder(api);
    await requestReturn(api, order, 1);
    const body = { reason: 'Too small', items: [{ order_item_id: order.items[0]?.id, quantity: 1 }] };
    const answer = await api.post(`/v1/orders/${order.id}/returns`, body, { 'if-match': `"${order.version}"` });
    expect(answer.statusCode).toBe(412);
  });
});

describe('moving a return', () => {
  let order: OrderJson;
  beforeAll(async () => {
    order = await deliveredOrder(api, {
      items: [{ sku: 'PIN', title: 'Pin', quantity: 1_000, unit_price_minor: 7 }],
    });
  });

  const states = returnLifecycle.states.map((state) => ({ state }));
  it.for(states)('allows in $state exactly what the lifecycle does', async ({ state }) => {
    for (const event of eventsOf(returnLifecycle)) {
      const requested = await requestReturn(api, order, 1);
      const part = WAY_TO[state].length > 0 ? await moveReturn(api, requested.id, ...WAY_TO[state]) : requested;
      expect(part.state).toBe(state);
      const answer = await api.post(`/v1/returns/${part.id}/${event}`);
      const to = stateAfter(returnLifecycle, state, event);
      expect(part.allowed.includes(event)).toBe(to !== undefined);
      if (to) {
        expect(answer.json<ReturnJson>()).toMatchObject({ id: part.id, state: to, version: part.version + 1 });
        expect(answer.headers.etag).toBe(`"${part.version + 1}"`);
      } else {
        expect(answer.statusCode).toBe(409);
        expect(answer.json<ProblemJson>()).toMatchObject({
          code: 'return.illegal_transition',
          from: state,
          event,
          allowed: part.allowed,
        });
      }
    }
  });

  it('refunds quantity x unit price when it completes, once, and says which refund it is', async () => {
    const part = await requestReturn(api, order, 3);
    await moveReturn(api, part.id, 'approve', 'dispatch', 'receive');
    const answers = await Promise.all(Array.from({ length: 10 }, () => api.post(`/v1/returns/${part.id}/complete`)));
    expect(answers.map(({ statusCode }) => statusCode).sort()).toEqual([200, ...Array<number>(9).fill(409)]);
    const completed = (await api.get(`/v1/returns/${part.id}`)).json<ReturnJson>();
    const refunds = (await read(order)).refunds.filter(({ return_id }) => return_id === part.id);
    expect(refunds).toMatchObject([{ id: completed.refund_id, amount_minor: 21, state: 'PENDING' }]);
  });

  it('is refused when the order has changed since the version in If-Match', async () => {
    const part = await requestReturn(api, order, 1);
    const current = { 'if-match': `"${part.version}"` };
    expect((await api.post(`/v1/returns/${part.id}/approve`, {}, current)).statusCode).toBe(200);
    expect((await api.post(`/v1/returns/${part.id}/dispatch`, {}, current)).statusCode).toBe(412);
  });

  it('refunds no more than what was captured, whatever someone wrote into the database', async () => {
    const spent = await deliveredOrder(api);
    const part = await requestReturn(api, spent, 1);
    await moveReturn(api, part.id, 'approve', 'dispatch', 'receive');
    await api.database.pool.query('UPDATE payments SET refunded_minor = amount_minor WHERE order_id = $1', [spent.id]);
    const answer = await api.post(`/v1/returns/${part.id}/complete`);
    expect(answer.json()).toMatchObject({
      state: 'COMPLETED',
      refund_due: { total_minor: 0, deductions: [{ kind: 'refunded_before', amount_minor: 129_900 }] },
    });
  });
});
