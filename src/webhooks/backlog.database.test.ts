import type { ClientBase, Pool } from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { useDatabase } from '../../test/support/database.ts';

import { useWebhooks } from '../../test/support/webhooks.ts';
import { onlyOne } from '../domain/example-orders.ts';
import { createPool } from '../platform/database/postgres.ts';
import { silentLogger } from '../platform/logger.ts';
import { countWebhooks, listWebhookDeliveries } from '../queries/webhooks/webhook-deliveries.ts';
import { listWebhookEndpoints, readWebhookEndpoint } from '../queries/webhooks/webhook-endpoints.ts';
import { DeliveryStore, type ClaimedDelivery } from './delivery-store.ts';
import { deleteEndpoint, disableEndpoint, enableEndpoint, removeDeletedEndpoints } from './endpoints.ts';

const database = useDatabase();
const webhooks = useWebhooks(database);

const WAITING = 4_000;
const EVENTS_AN_ORDER = 4;
const HOUR_MS = 3_600_000;
const FIRST_PAGE = { limit: 50, after: undefined };
const NOTHING_IN_HAND: ReadonlyMap<number, number> = new Map();

/** Of one connection, so that what was read in its transaction can be asked for. */
let pool: Pool;
beforeAll(() => {
  pool = createPool({ databaseUrl: database.url, applicationName: 'backlog', size: 1, logger: silentLogger });
});
afterAll(() => pool.end());
beforeEach(async () => {
  await database.pool.query('DELETE FROM webhook_endpoints');
});

/** An endpoint that was disabled while so many of its deliveries waited for their next tries, hours from now. */
async function disabledEndpoint(ordered: boolean): Promise<number> {
  const { endpoint } = await webhooks.endpoint({ url: 'https://hooks.shop.example/', ordered });
  await database.pool.query(
    `INSERT INTO webhook_deliveries
       (endpoint_id, position, transition_id, order_id, event_type, attempts, failures, next_attempt_at, created_at)
     SELECT $1, n, n, n / $3, 'roundtrip.order.paid.v1', 7, 7,
            now() + (1 + hashint4(n / $3) % 600 / 60.0) * interval '1 hour', now() - interval '3 days'
     FROM generate_series(0, $2 - 1) AS n`,
    [endpoint.id, WAITING, EVENTS_AN_ORDER],
  );
  await webhooks.transact((client) => disableEndpoint(client, 'test', endpoint.id, 'FAILING'));
  return endpoint.id;
}

interface Counts {
  readonly read: number;
  readonly changed: number;
}

/** Of deliveries, in the transaction that is open. */
async function rowsTouched(client: ClientBase | Pool): Promise<Counts> {
  const { rows } = await client.query<Counts>(
    `SELECT seq_tup_read + idx_tup_fetch AS read, n_tup_upd + n_tup_del AS changed
     FROM pg_stat_xact_user_tables WHERE relname = 'webhook_deliveries'`,
  );
  return onlyOne(rows);
}

/** What a claim gives, and how many deliveries were read for it. */
async function claimAndCount(): Promise<{ claimed: readonly ClaimedDelivery[]; read: number }> {
  await pool.query('BEGIN');
  const before = await rowsTouched(pool);
  const claimed = await new DeliveryStore(pool).claim(32, NOTHING_IN_HAND);
  const { read } = await rowsTouched(pool);
  await pool.query('COMMIT');
  return { claimed, read: read - before.read };
}

describe.each([false, true])('an endpoint that failed for long (ordered: %s)', (ordered) => {
  test('is enabled without a look at its deliveries, which are due at once, with all their tries before them', async () => {
    const id = await disabledEndpoint(ordered);
    const touched = await webhooks.transact(async (client) => {
      const before = await rowsTouched(client);
      await enableEndpoint(client, 'test', id);
      const after = await rowsTouched(client);
      return { read: after.read - before.read, changed: after.changed - before.changed };
    });
    expect(touched).toEqual({ read: 0, changed: 0 });
    const { rows } = await listWebhookDeliveries(database.pool, { endpointId: id }, FIRST_PAGE);
    const { at } = onlyOne((await database.pool.query<{ at: Date }>('SELECT now() AS at')).rows);
    expect(rows.filter(({ nextAttemptAt }) => nextAttemptAt > at)).toEqual([]);
    const { claimed } = await claimAndCount();
    expect(claimed.map(({ failures, attempt }) => ({ failures, attempt }))).toEqual(
      Array.from({ length: 8 }, () => ({ failures: 0, attempt: 8 })),
    );
    // It was due since it was enabled, and not since it was first to be tried.
    const { longestWaitSeconds } = await countWebhooks(database.pool);
    expect(longestWaitSeconds).toBeGreaterThanOrEqual(0);
    expect(longestWaitSeconds).toBeLessThan(HOUR_MS / 1_000);
  });

  test('has claims that read what they take, also when its deliveries go on failing', async () => {
    const id = await disabledEndpoint(ordered);
    await webhooks.transact((client) => enableEndpoint(client, 'test', id));
    await database.pool.query('VACUUM ANALYZE webhook_deliveries');
    const seen = new Set<number>();
    for (let turn = 0; turn < 10; turn += 1) {
      const { claimed, read } = await claimAndCount();
      expect(claimed).toHaveLength(8);
      // Each is read to be found and again to be changed; in order, with the three behind it, of which each looks ahead.
      expect(read).toBeLessThanOrEqual(ordered ? 80 : 20);
      for (const delivery of claimed) {
        expect(seen.has(delivery.id)).toBe(false);
        seen.add(delivery.id);
        await fail(delivery);
      }
    }
  });

  test('is deleted without a look at its deliveries, and is gone from every answer', async () => {
    const id = await disabledEndpoint(ordered);
    const touched = await webhooks.transact(async (client) => {
      const before = await rowsTouched(client);
      expect(await deleteEndpoint(client, 'test', id)).toMatchObject({ id, disabledReason: 'FAILING' });
      const after = await rowsTouched(client);
      return { read: after.read - before.read, changed: after.changed - before.changed };
    });
    expect(touched).toEqual({ read: 0, changed: 0 });
    expect(await webhooks.transact((client) => deleteEndpoint(client, 'test', id))).toBeUndefined();
    expect(await webhooks.transact((client) => enableEndpoint(client, 'test', id))).toBeUndefined();
    expect(await readWebhookEndpoint(database.pool, id)).toBeUndefined();
    expect((await listWebhookEndpoints(database.pool, FIRST_PAGE)).rows).toEqual([]);
    expect((await listWebhookDeliveries(database.pool, { endpointId: id }, FIRST_PAGE)).rows).toEqual([]);
    expect(await countWebhooks(database.pool)).toEqual({ pending: 0, disabledEndpoints: 0, longestWaitSeconds: 0 });
  });
});

test('an endpoint is disabled by the first try that fails after three days, however many its deliveries have left', async () => {
  const id = await disabledEndpoint(false);
  await webhooks.transact((client) => enableEndpoint(client, 'test', id));
  const { claimed } = await claimAndCount();
  const disabled: boolean[] = [];
  for (const [index, hours] of [0, 71, 1].entries()) {
    await database.pool.query(
      'UPDATE webhook_endpoints SET failing_since = failing_since - make_interval(hours => $1)',
      [hours],
    );
    disabled.push(await fail(onlyOne(claimed.slice(index, index + 1))));
  }
  expect(disabled).toEqual([false, false, true]);
  expect(await readWebhookEndpoint(database.pool, id)).toMatchObject({ disabledReason: 'FAILING' });
  expect(new Set(await webhooks.states(id))).toEqual(new Set(['PENDING']));
});

test('an endpoint that was deleted goes a few deliveries at a time, and others keep theirs', async () => {
  const id = await disabledEndpoint(false);
  const other = await disabledEndpoint(false);
  await webhooks.transact((client) => deleteEndpoint(client, 'test', id));
  const removed: number[] = [];
  do removed.push(await removeDeletedEndpoints(database.pool));
  while (removed.at(-1) !== 0);
  expect(removed).toEqual([WAITING / 2, WAITING / 2 + 1, 0]);
  expect(await webhooks.states(id)).toEqual([]);
  expect(await webhooks.states(other)).toHaveLength(WAITING);
  const { rows } = await database.pool.query('SELECT id FROM webhook_endpoints');
  expect(rows).toEqual([{ id: other }]);
});

test('what comes of a try is not written down where the endpoint was deleted meanwhile, and its secret is gone', async () => {
  const id = await disabledEndpoint(false);
  await webhooks.transact((client) => enableEndpoint(client, 'test', id));
  const { claimed } = await claimAndCount();
  await webhooks.transact((client) => deleteEndpoint(client, 'test', id));
  for (const delivery of claimed) await fail(delivery);
  const { rows } = await database.pool.query(
    `SELECT octet_length(secret) AS secret, previous_secret, (SELECT count(*) FROM webhook_attempts) AS tries
     FROM webhook_endpoints WHERE id = $1`,
    [id],
  );
  expect(rows).toEqual([{ secret: 0, previous_secret: null, tries: 0 }]);
});

test('a try that began before an endpoint was enabled again neither disables it nor gives its delivery up', async () => {
  const id = await disabledEndpoint(true);
  await webhooks.transact((client) => enableEndpoint(client, 'test', id));
  const { claimed } = await claimAndCount();
  await webhooks.transact((client) => disableEndpoint(client, 'test', id, 'GONE'));
  await webhooks.transact((client) => enableEndpoint(client, 'test', id));
  for (const delivery of claimed) await fail(delivery, { retryInMs: undefined, endpointGone: true });
  expect(await readWebhookEndpoint(database.pool, id)).toMatchObject({ state: 'ENABLED', failingSince: null });
  expect(new Set(await webhooks.states(id))).toEqual(new Set(['PENDING']));
});

/** Answers whether the endpoint was disabled by it. */
async function fail(
  delivery: ClaimedDelivery,
  { retryInMs, endpointGone }: { retryInMs: number | undefined; endpointGone: boolean } = {
    retryInMs: HOUR_MS,
    endpointGone: false,
  },
): Promise<boolean> {
  const record = { attemptedAt: new Date(), durationMs: 1, status: 500, error: null, answerType: null, answer: null };
  return new DeliveryStore(database.pool).finish(delivery, record, { kind: 'failed', retryInMs, endpointGone });
}
