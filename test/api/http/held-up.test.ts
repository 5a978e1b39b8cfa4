import { describe, expect, it } from 'vitest';
import { useApi, type Answer } from '../../support/api.ts';
import { useSessions } from '../../support/sessions.ts';
import { moveOrder, placeOrder, type ProblemJson } from '../../support/shop/shop.ts';

/** As many as the pool of the test's API has. */
const POOL_SIZE = 10;
/** Two seconds are what asking a full pool may take; the rest is a busy machine's. */
const MOST_MS = 4_000;

describe('a table and an order that somebody has locked', () => {
  const api = useApi();
  const sessions = useSessions(api.database);

  it('hold up only so long: 503 with Retry-After, also for who finds the pool exhausted; then all is well', async () => {
    const { id } = await placeOrder(api);
    const holder = await sessions.open();
    await holder.query('BEGIN; LOCK TABLE returns IN ACCESS EXCLUSIVE MODE');
    await holder.query('SELECT FROM orders WHERE id = $1 FOR UPDATE', [id]);

    // Each another list: those who ask for the same one share its reading.
    const reads = Array.from({ length: POOL_SIZE }, (_, n) => api.get(`/v1/returns?limit=${n + 1}`));
    const write = api.post(`/v1/orders/${id}/pay`);
    await sessions.waitingForLock('roundtrip test api', POOL_SIZE);
    const askedAt = performance.now();
    const exhausted = await api.get('/v1/refunds');
    expect(performance.now() - askedAt).toBeLessThan(MOST_MS);
    expectBusy(exhausted, 'service.unavailable');

    // Nobody lets go: PostgreSQL ends the waiting, after the time that each of our sessions asks it to.
    for (const answer of await Promise.all([...reads, write])) expectBusy(answer, 'service.overloaded');

    await holder.query('COMMIT');
    expect((await api.get('/v1/returns')).statusCode).toBe(200);
    expect((await moveOrder(api, id, 'pay')).payments).toHaveLength(1);
  });
});

function expectBusy(answer: Answer, code: string): void {
  expect(answer.statusCode).toBe(503);
  expect(answer.headers['retry-after']).toBe('1');
  expect(answer.json<ProblemJson>().code).toBe(code);
}
