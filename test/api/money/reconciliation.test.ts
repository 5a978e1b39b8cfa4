import { beforeAll, expect, test } from 'vitest';
import { failTurn, finishTurn, takeTurn } from '../../../src/jobs/reconciliation/turns.ts';
import { useApi } from '../../support/api.ts';
import type { PageJson } from '../../support/shop/shop.ts';

const api = useApi();
const URL = '/v1/reconciliation/differences';

interface DifferenceJson {
  readonly id: number;
  readonly kind: string;
  readonly state: string;
  readonly gateway_reference: string | null;
  readonly resolution: string | null;
  readonly resolved_by: string | null;
}

beforeAll(async () => {
  await api.database.pool.query(
    `INSERT INTO reconciliation_differences (gateway, kind, gateway_reference, their_amount_minor, their_currency)
     SELECT 'local', 'unknown_here', 'rf_' || n, n, 'INR' FROM generate_series(1, 5) n`,
  );
});

const listed = async (query = '') => (await api.get(`${URL}${query}`)).json<PageJson<DifferenceJson>>();

test('differences are listed page by page, each once, and by state', async () => {
  const seen: number[] = [];
  let next: string | null = null;
  do {
    const page: PageJson<DifferenceJson> = await listed(`?limit=2&state=OPEN${next ? `&after=${next}` : ''}`);
    seen.push(...page.data.map(({ id }) => id));
    next = page.next;
  } while (next !== null);
  expect(seen).toHaveLength(5);
  expect(new Set(seen).size).toBe(5);
  expect((await listed('?state=RESOLVED')).data).toEqual([]);
  expect((await listed('?kind=paid_twice')).data).toEqual([]);
  expect((await listed('?gateway=stripe')).data).toEqual([]);
});

test('one is resolved with a reason, once, and who did it is on record', async () => {
  const [first] = (await listed('?state=OPEN')).data;
  const url = `${URL}/${first?.id ?? 0}/resolve`;
  for (const body of [{}, { reason: '' }, { reason: 'x', amount: 1 }]) {
    expect((await api.post(url, body)).json()).toMatchObject({ status: 400, code: 'request.invalid' });
  }
  const key = { 'idempotency-key': 'resolve-1' };
  const resolved = await api.post(url, { reason: 'Paid by hand' }, key);
  expect(resolved.json()).toMatchObject({ state: 'RESOLVED', resolution: 'Paid by hand', resolved_by: 'local' });
  const again = await api.post(url, { reason: 'Paid by hand' }, key);
  expect([again.statusCode, again.body]).toEqual([200, resolved.body]);
  expect((await api.post(url, { reason: 'Another' })).json()).toMatchObject({
    status: 409,
    code: 'reconciliation.resolved',
  });
  expect((await listed('?state=RESOLVED')).data).toMatchObject([{ id: first?.id, resolution: 'Paid by hand' }]);
  expect((await listed('?state=OPEN')).data).toHaveLength(4);
});

test('one that is not there is 404', async () => {
  const answer = await api.post(`${URL}/999999/resolve`, { reason: 'x' });
  expect(answer.json()).toMatchObject({ status: 404, code: 'reconciliation.not_found' });
});

test('a comparison is asked for, of a gateway that is configured, and a worker that looks takes the turn once', async () => {
  const comparisons = '/v1/reconciliation/comparisons';
  const never = { requested_at: null, begun_at: null, finished_at: null, repaired: null, differ: null, failure: null };
  expect((await api.get(comparisons)).json()).toEqual({
    data: [
      { gateway: 'local', ...never },
      { gateway: 'stripe', ...never },
    ],
  });
  const refused = await api.post(comparisons, { gateway: 'razorpay' });
  expect(refused.json()).toMatchObject({ status: 422, code: 'payment.gateway_not_configured' });
  expect((await api.post(comparisons, { gateway: 'nobody' })).json()).toMatchObject({ code: 'request.invalid' });

  const asked = await api.post(comparisons, { gateway: 'local' });

  expect(asked.statusCode).toBe(202);
  expect(asked.json()).toMatchObject({ gateway: 'local', begun_at: null });
  expect(asked.json<{ requested_at: string | null }>().requested_at).not.toBeNull();
  expect((await api.post(comparisons, { gateway: 'local' })).json()).toEqual(asked.json());

  const { pool } = api.database;
  expect([await takeTurn(pool, 'local'), await takeTurn(pool, 'local')]).toEqual([true, false]);
  // Asked for while one is under way: it comes after that, whether it is finished or fails.
  await api.post(comparisons, { gateway: 'local' });
  expect(await takeTurn(pool, 'local')).toBe(false);
  await failTurn(pool, 'local', 'the gateway does not give its books');
  expect((await api.get(comparisons)).json<{ data: unknown[] }>().data[0]).toMatchObject({
    failure: 'the gateway does not give its books',
    finished_at: null,
  });
  expect([await takeTurn(pool, 'local'), await takeTurn(pool, 'local')]).toEqual([true, false]);
  await finishTurn(pool, 'local', { repaired: 2, differ: 5 });
  expect(await takeTurn(pool, 'local')).toBe(false);
  expect((await api.get(comparisons)).json<{ data: unknown[] }>().data[0]).toMatchObject({
    requested_at: null,
    repaired: 2,
    differ: 5,
    failure: null,
  });
});
