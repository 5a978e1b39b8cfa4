import { afterEach, expect, test } from 'vitest';
import { useDatabase } from '../../test/support/database.ts';
import { useGateway } from '../../test/support/servers/gateway.ts';

const database = useDatabase();
const gateway = useGateway(database);

/** Far less than any delay or keep-alive that could hold a close up. */
const BOUND_MS = 3_000;

afterEach(() => gateway.switchOff());

/** Over a socket that the client would keep open. */
function refund(key: string): Promise<Response> {
  return fetch(`${gateway.url}/v1/refunds`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'idempotency-key': key },
    body: JSON.stringify({ reference: key, amount_minor: 5, currency: 'INR' }),
  });
}

const bookedKeys = async () => (await gateway.books()).map(({ idempotency_key: key }) => key);

/** Connections that wait for a lock, besides the one by which the gateway settles what is pending of its own accord. */
async function waitingForLock(): Promise<number> {
  const { rows } = await database.pool.query<{ waiting: number }>(
    `SELECT count(*)::int AS waiting FROM pg_stat_activity
     WHERE datname = current_database() AND wait_event_type = 'Lock' AND query NOT LIKE 'WITH due%'`,
  );
  return rows[0]?.waiting ?? 0;
}

test('a refund under way when the gateway closes is booked and answered', async () => {
  const blocker = await database.pool.connect();
  await blocker.query('BEGIN');
  await blocker.query('LOCK TABLE gateway.refunds IN ACCESS EXCLUSIVE MODE');
  const underway = refund('under-way');
  await expect.poll(waitingForLock).toBe(1);

  let hasClosed = false;
  const closing = gateway.restart().then(() => {
    hasClosed = true;
  });
  await expect.poll(() => gateway.app.server.listening).toBe(false);
  expect(hasClosed).toBe(false);
  await blocker.query('COMMIT');
  blocker.release();

  expect((await underway).status).toBe(201);
  await closing;
  expect(await bookedKeys()).toContain('under-way');
});

test('a slow answer is sent at once when the gateway closes', async () => {
  await gateway.switchOn({ mode: 'slow', delay_ms: 120_000 });
  const underway = refund('slow');
  await expect.poll(bookedKeys).toContain('slow');
  const startedAt = performance.now();
  await gateway.restart();
  expect(performance.now() - startedAt).toBeLessThan(BOUND_MS);
  expect((await underway).status).toBe(201);
});

test('a time-out stays unanswered when the gateway closes', async () => {
  await gateway.switchOn({ mode: 'timeout_after', delay_ms: 120_000 });
  const underway = refund('silent').catch((error: unknown) => error);
  await expect.poll(bookedKeys).toContain('silent');
  const startedAt = performance.now();
  await gateway.restart();
  expect(performance.now() - startedAt).toBeLessThan(BOUND_MS);
  expect(await underway).toBeInstanceOf(TypeError);
});
