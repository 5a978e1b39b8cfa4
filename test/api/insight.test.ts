import { describe, expect, it } from 'vitest';
import { lifecycles } from '../../src/domain/lifecycles.ts';
import { DEFAULT_MONEY_POLICY } from '../../src/domain/money/money-policy.ts';
import { useApi } from '../support/api.ts';
import { eventually } from '../support/eventually.ts';
import { deliveredOrder, moveOrder, moveReturn, placeOrder, requestReturn } from '../support/shop/shop.ts';

const api = useApi({ moneyPolicy: { ...DEFAULT_MONEY_POLICY, refundApprovalAboveMinor: 0 } });

async function read<Answer>(url: string): Promise<Answer> {
  const answer = await api.get(url);
  expect(answer.statusCode, answer.body).toBe(200);
  return answer.json<Answer>();
}

interface Overview {
  readonly attention: readonly { kind: string; count: number; oldest_at: string | null }[];
}

describe('what needs a person, and the figures', () => {
  it('begins with nothing, and names every kind', async () => {
    const { attention } = await read<Overview>('/v1/overview');
    expect(attention.length).toBeGreaterThan(5);
    for (const each of attention) expect(each).toMatchObject({ count: 0, oldest_at: null });
  });

  it('counts what waits, with the time of what waits longest; an order is stuck once it waited too long', async () => {
    const order = await deliveredOrder(api);
    await requestReturn(api, order, 1);
    const received = await requestReturn(api, order, 1);
    await moveReturn(api, received.id, 'approve', 'dispatch', 'receive');
    const coming = await requestReturn(api, order, 1);
    await moveReturn(api, coming.id, 'approve', 'dispatch');
    const paid = await placeOrder(api);
    await moveOrder(api, paid.id, 'pay');
    const asked = await api.post(`/v1/orders/${paid.id}/refunds`, { amount_minor: 100, reason: 'A dent' });
    expect(asked.statusCode, asked.body).toBe(201);
    const old = await placeOrder(api);
    await moveOrder(api, old.id, 'pay', 'process');
    await api.database.pool.query(
      `UPDATE orders SET created_at = now() - interval '3 days', updated_at = now() - interval '49 hours' WHERE id = $1`,
      [old.id],
    );
    await api.database.pool.query(`UPDATE jobs SET state = 'DEAD'`);
    const jobs = await api.database.pool.query('SELECT FROM jobs');
    const attention = await eventually('the figures that were kept are let go', async () => {
      const overview = await read<Overview>('/v1/overview');
      return overview.attention.some(({ count }) => count > 0) && overview.attention;
    });
    const counts = Object.fromEntries(attention.map(({ kind, count }) => [kind, count]));
    expect(counts).toMatchObject({
      refunds_to_approve: 1,
      returns_to_approve: 1,
      returns_to_complete: 1,
      parcels_expected: 1,
      orders_to_process: 1,
      orders_to_ship: 1,
      orders_stuck_paid: 0,
      orders_stuck_in_warehouse: 1,
      jobs_dead: jobs.rowCount,
      refunds_failed: 0,
    });
    const stuck = attention.find(({ kind }) => kind === 'orders_stuck_in_warehouse')?.oldest_at ?? '';
    expect(Date.now() - Date.parse(stuck)).toBeGreaterThan(49 * 3_600_000 - 60_000);
  });

  it('counts days, times in states and refunds over the window that was asked for', async () => {
    const { days, time_in_state: times } = await read<{
      days: { date: string; orders: number; returns: number; refunds: number }[];
      time_in_state: { entity: string; state: string; samples: number; median_seconds: number }[];
    }>('/v1/statistics?days=7');
    expect(days).toHaveLength(7);
    const today = new Intl.DateTimeFormat('en-CA', { timeZone: 'Asia/Kolkata' }).format(new Date());
    expect(days.at(-1)).toMatchObject({ date: today, returns: 3 });
    const { rows } = await api.database.pool.query<{ orders: number }>('SELECT count(*) AS orders FROM orders');
    expect(days.reduce((sum, { orders }) => sum + orders, 0)).toBe(rows[0]?.orders);
    expect(times).toContainEqual(expect.objectContaining({ entity: 'order', state: 'PAID', samples: 2 }));
    expect((await api.get('/v1/statistics?days=91')).statusCode).toBe(400);
  });

  it('tells the lifecycles as the core has them, with how many are in each state', async () => {
    const { data } = await read<{
      data: { entity: string; states: { state: string; count: number }[]; moves: unknown[] }[];
    }>('/v1/lifecycles');
    expect(data.map(({ entity, moves }) => [entity, moves.length])).toEqual(
      lifecycles.map(({ entity, moves }) => [entity, moves.length]),
    );
    for (const { entity, states } of lifecycles) {
      const told = data.find((each) => each.entity === entity);
      expect(told?.states.map(({ state }) => state)).toEqual(states);
    }
    const returns = data.find(({ entity }) => entity === 'return')?.states;
    expect(returns).toContainEqual({ state: 'IN_TRANSIT', count: 1 });
  });

  it('tells currency, decimals, time zone, locale and financial year, and nothing that is anybody else’s business', async () => {
    expect(Object.keys(await read<object>('/v1/settings')).toSorted()).toEqual([
      'currency',
      'currency_exponents',
      'financial_year_start_month',
      'locale',
      'seller',
      'timezone',
    ]);
    expect(await read('/v1/settings')).toMatchObject({
      currency_exponents: { JPY: 0, KWD: 3 },
      financial_year_start_month: 4,
    });
  });
});

describe('jobs', () => {
  it('lists those of one order, and knows an order without jobs from none', async () => {
    const order = await deliveredOrder(api);
    const { data } = await read<{ data: { kind: string; order_id: number }[] }>(`/v1/orders/${order.id}/jobs`);
    expect(data.map(({ kind }) => kind)).toEqual(['invoice.render']);
    for (const job of data) expect(job.order_id).toBe(order.id);
    const fresh = await placeOrder(api);
    expect(await read(`/v1/orders/${fresh.id}/jobs`)).toEqual({ data: [] });
    expect((await api.get('/v1/orders/900000000/jobs')).statusCode).toBe(404);
  });

  it('runs dead ones that are alike again, and leaves the others', async () => {
    await api.database.pool.query(`UPDATE jobs SET state = 'DEAD', last_error = 'away'`);
    const odd = await deliveredOrder(api);
    await api.database.pool.query(`UPDATE jobs SET state = 'DEAD', last_error = 'odd' WHERE order_id = $1`, [odd.id]);
    const body = { kind: 'invoice.render', last_error: 'away' };
    const answer = await api.post('/v1/jobs/retry', body);
    const { retried, remaining } = answer.json<{ retried: number; remaining: boolean }>();
    expect({ status: answer.statusCode, remaining }).toEqual({ status: 200, remaining: false });
    expect(retried).toBeGreaterThan(0);
    const { rows } = await api.database.pool.query<{ last_error: string; state: string }>(
      `SELECT DISTINCT last_error, state FROM jobs WHERE kind = 'invoice.render' ORDER BY state`,
    );
    expect(rows.filter(({ state }) => state === 'DEAD')).toEqual([{ state: 'DEAD', last_error: 'odd' }]);
    expect((await api.post('/v1/jobs/retry', body)).json()).toEqual({ retried: 0, failed: 0, remaining: false });
    expect((await api.post('/v1/jobs/retry', { kind: 'nothing' })).statusCode).toBe(400);
  });
});
