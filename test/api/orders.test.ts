import { describe, expect, it } from 'vitest';
import { eventsOf, orderLifecycle, stateAfter, type OrderEvent, type OrderState } from '../../src/domain/lifecycles.ts';
import { MAX_AMOUNT_MINOR } from '../../src/domain/money/money.ts';
import { useApi } from '../support/api.ts';
import {
  KURTA,
  moveOrder,
  newOrder,
  placeOrder,
  SCARF,
  type OrderJson,
  type ProblemJson,
} from '../support/shop/shop.ts';

const api = useApi();

/** How an order gets into each state. */
const WAY_TO: Readonly<Record<OrderState, readonly OrderEvent[]>> = {
  PENDING_PAYMENT: [],
  PAID: ['pay'],
  PROCESSING_IN_WAREHOUSE: ['pay', 'process'],
  SHIPPED: ['pay', 'process', 'ship'],
  DELIVERED: ['pay', 'process', 'ship', 'deliver'],
  CANCELLED: ['cancel'],
};

async function orderThatIs(state: OrderState): Promise<OrderJson> {
  const placed = await placeOrder(api);
  return WAY_TO[state].length > 0 ? moveOrder(api, placed.id, ...WAY_TO[state]) : placed;
}

describe('placing an order', () => {
  it('answers 201 with the order, its items, its total, where it is and its version', async () => {
    const answer = await api.post('/v1/orders', newOrder({ customer_email: 'asha@example.com' }));
    expect(answer.statusCode).toBe(201);
    const order = answer.json<OrderJson>();
    expect(answer.headers.location).toBe(`/v1/orders/${order.id}`);
    expect(answer.headers.etag).toBe('"1"');
    expect(order).toMatchObject({
      customer_id: 'customer-1',
      customer_email: 'asha@example.com',
      currency: 'INR',
      state: 'PENDING_PAYMENT',
      total_minor: 5 * 129_900 + 2 * 49_950,
      allowed: ['pay', 'cancel'],
      items: [
        { ...KURTA, line_number: 1, total_minor: 649_500, returned_quantity: 0, returnable_quantity: 0 },
        { ...SCARF, line_number: 2, total_minor: 99_900, returned_quantity: 0, returnable_quantity: 0 },
      ],
      payments: [],
      returns: [],
      refunds: [],
      invoice: null,
    });
    const read = await api.get(answer.headers.location ?? '');
    expect(read.body).toBe(answer.body);
    expect(read.headers.etag).toBe('"1"');
  });

  it('keeps the number, currency and time that it is given', async () => {
    const given = { order_number: 'WEB 17', currency: 'GBP', placed_at: '2010-12-01T08:26:00+05:30' };
    const order = await placeOrder(api, given);
    expect(order).toMatchObject({ ...given, placed_at: '2010-12-01T02:56:00.000Z' });
  });

  it('makes a number that can be read out where none is given, and never the same twice', async () => {
    const orders = await Promise.all(Array.from({ length: 50 }, () => placeOrder(api)));
    const numbers = orders.map(({ order_number }) => order_number);
    for (const number of numbers) expect(number).toMatch(/^[0-9A-HJKMNP-TV-Z]{3}(-[0-9A-HJKMNP-TV-Z]{3}){2}$/);
    expect(new Set(numbers).size).toBe(50);
  });

  it('refuses a number that another order has, even when both come at once', async () => {
    const body = newOrder({ order_number: 'ONLY-ONE' });
    const answers = await Promise.all(Array.from({ length: 10 }, () => api.post('/v1/orders', body)));
    expect(answers.map(({ statusCode }) => statusCode).sort()).toEqual([201, ...Array<number>(9).fill(409)]);
    const again = await api.post('/v1/orders', body);
    expect(again.json<ProblemJson>()).toMatchObject({
      code: 'order.number_taken',
      order_number: 'ONLY-ONE',
      errors: [{ field: 'order_number' }],
    });
  });

  it('takes 2,000 items, and refuses a total past what one order may come to', async () => {
    const items = Array.from({ length: 2_000 }, (_, index) => ({ ...KURTA, sku: `SKU-${index}`, quantity: 1 }));
    const order = await placeOrder(api, { items });
    expect(order.items).toHaveLength(2_000);
    expect(order.total_minor).toBe(2_000 * 129_900);

    const largest = { ...KURTA, quantity: 1, unit_price_minor: MAX_AMOUNT_MINOR };
    expect((await placeOrder(api, { items: [largest] })).total_minor).toBe(MAX_AMOUNT_MINOR);
    const past = await api.post('/v1/orders', newOrder({ items: [largest, { ...KURTA, unit_price_minor: 1 }] }));
    expect(past.statusCode).toBe(422);
    expect(past.json<ProblemJson>().code).toBe('order.total_too_large');
  });
});

describe('moving an order', () => {
  const states = orderLifecycle.states.map((state) => ({ state }));

  it.for(states)('allows in $state exactly what the lifecycle does', async ({ state }) => {
    const reached = await orderThatIs(state);
    expect(reached.state).toBe(state);
    const events = eventsOf(orderLifecycle);
    expect(reached.allowed).toEqual(events.filter((event) => stateAfter(orderLifecycle, state, event)));

    for (const event of events) {
      const order = await orderThatIs(state);
      const answer = await api.post(`/v1/orders/${order.id}/${event}`, { reason: 'A test' });
      const to = stateAfter(orderLifecycle, state, event);
      if (to) {
        expect(answer.statusCode).toBe(200);
        expect(answer.json<OrderJson>()).toMatchObject({ state: to, version: order.version + 1 });
        expect(answer.headers.etag).toBe(`"${order.version + 1}"`);
      } else {
        expect(answer.statusCode).toBe(409);
        expect(answer.json<ProblemJson>()).toMatchObject({
          code: 'order.illegal_transition',
          from: state,
          event,
          allowed: order.allowed,
        });
      }
      expect((await api.get(`/v1/orders/${order.id}`)).json<OrderJson>().state).toBe(to ?? state);
    }
  });

  it('takes the payment in full, and gives it back when the order is cancelled', async () => {
    const { id, total_minor } = await placeOrder(api);
    const paid = await moveOrder(api, id, 'pay');
    expect(paid.payments).toMatchObject([{ amount_minor: total_minor, refunded_minor: 0 }]);
    const cancelled = await moveOrder(api, id, 'cancel');
    expect(cancelled.payments).toMatchObject([{ amount_minor: total_minor, refunded_minor: total_minor }]);
    expect(cancelled.refunds).toMatchObject([{ amount_minor: total_minor, state: 'PENDING', return_id: null }]);
    const unpaid = await placeOrder(api);
    expect((await moveOrder(api, unpaid.id, 'cancel')).refunds).toEqual([]);
  });

  it('ships once, with one invoice, however many ship at once', async () => {
    const { id } = await orderThatIs('PROCESSING_IN_WAREHOUSE');
    const answers = await Promise.all(Array.from({ length: 10 }, () => api.post(`/v1/orders/${id}/ship`)));
    expect(answers.map(({ statusCode }) => statusCode).sort()).toEqual([200, ...Array<number>(9).fill(409)]);
    const { rows } = await api.database.pool.query('SELECT number FROM invoices WHERE order_id = $1', [id]);
    expect(rows).toHaveLength(1);
  });

  it('lets one of cancel and process win', async () => {
    const { id } = await orderThatIs('PAID');
    const [cancel, process] = await Promise.all([
      api.post(`/v1/orders/${id}/cancel`),
      api.post(`/v1/orders/${id}/process`),
    ]);
    expect([cancel.statusCode, process.statusCode].sort()).toEqual([200, 409]);
  });

  it('takes no body for an empty one', async () => {
    const { id } = await placeOrder(api);
    expect((await api.post(`/v1/orders/${id}/pay`, '', { 'content-type': 'application/json' })).statusCode).toBe(200);
  });
});

describe('If-Match', () => {
  it('refuses a change of an order that has changed since, and names both versions', async () => {
    const { id } = await placeOrder(api);
    const stale = { 'if-match': '"1"' };
    expect((await api.post(`/v1/orders/${id}/pay`, {}, stale)).statusCode).toBe(200);
    const answer = await api.post(`/v1/orders/${id}/process`, {}, stale);
    expect(answer.statusCode).toBe(412);
    expect(answer.json<ProblemJson>()).toMatchObject({
      code: 'order.version_mismatch',
      expected_version: 1,
      current_version: 2,
    });
    expect((await api.get(`/v1/orders/${id}`)).json<OrderJson>().state).toBe('PAID');
  });

  it('lets one of ten people act on the version that they all read', async () => {
    const { id } = await placeOrder(api);
    const { headers } = await api.get(`/v1/orders/${id}`);
    const given = { 'if-match': headers.etag };
    const answers = await Promise.all(Array.from({ length: 10 }, () => api.post(`/v1/orders/${id}/pay`, {}, given)));
    expect(answers.map(({ statusCode }) => statusCode).sort()).toEqual([200, ...Array<number>(9).fill(412)]);
  });

  it('takes * for any version', async () => {
    const { id } = await placeOrder(api);
    expect((await api.post(`/v1/orders/${id}/pay`, {}, { 'if-match': '*' })).statusCode).toBe(200);
  });

  it.for(['1', 'W/"1"', '"1", "2"', '"one"', '""', '"99999999999"'])('refuses %s as no ETag of ours', async (value) => {
    const { id } = await placeOrder(api);
    const answer = await api.post(`/v1/orders/${id}/pay`, {}, { 'if-match': value });
    expect(answer.statusCode).toBe(400);
    expect(answer.json<ProblemJson>().errors).toMatchObject([{ field: 'if-match' }]);
  });
});
