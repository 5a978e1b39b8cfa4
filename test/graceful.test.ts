import { referenceOf } from './support/shop/reference.ts';
import { describe, expect, test } from 'vitest';
import { useDatabase } from './support/database.ts';
import { useEngine } from './support/engine.ts';
import { eventually } from './support/eventually.ts';
import { send } from './support/http/lone-requests.ts';
import { useJobs } from './support/jobs.ts';
import { beginRole, makePlace, startRole, type Place } from './support/running-roundtrip.ts';
import { useSessions } from './support/sessions.ts';
import { answering, useServers } from './support/servers/test-servers.ts';

const database = useDatabase();
const shop = useEngine(database);
const jobs = useJobs(database);
const sessions = useSessions(database);
const servers = useServers();

/** What a stop may take at most, the start of the process not counted. */
const LONGEST_STOP_MS = 20_000;

async function withPlace(settings: Record<string, string>, use: (place: Place) => Promise<void>): Promise<void> {
  const place = await makePlace({ DATABASE_URL: database.url, ...settings });
  try {
    await use(place);
  } finally {
    await place.remove();
  }
}

describe('SIGTERM to a web', () => {
  test('is told on /ready before the port closes, and every request in flight is answered', async () => {
    await withPlace({ STOP_DELAY_MS: '1000' }, async (place) => {
      const orders = await Promise.all(Array.from({ length: 50 }, () => shop.place()));
      const [first] = orders;
      const web = await startRole(place, 'web');
      // Whoever holds the first order's row holds up the batch that it is in, and those behind it.
      const holder = await sessions.open();
      await holder.query('BEGIN');
      await holder.query('SELECT FROM orders WHERE id = $1 FOR UPDATE', [first?.id]);
      const inFlight = orders.map(({ id }) => send(`${place.webUrl}/v1/orders/${id}/pay`, 'POST'));
      await sessions.waitingForLock('roundtrip engine');

      const stoppedAt = performance.now();
      const ended = web.end('SIGTERM');
      const notReady = await eventually('/ready says so', async () => {
        const answer = await send(`${place.webUrl}/ready`, 'GET');
        return answer?.status === 503 && answer;
      });
      expect(notReady.closesConnection).toBe(true);
      await eventually('the port closes', async () => (await send(`${place.webUrl}/health`, 'GET')) === undefined);
      expect(performance.now() - stoppedAt).toBeGreaterThan(900);
      await holder.query('ROLLBACK');

      const answers = await Promise.all(inFlight);
      expect(answers).toEqual(orders.map(() => ({ status: 200, closesConnection: true })));
      expect((await ended).code).toBe(0);
      expect(performance.now() - stoppedAt).toBeLessThan(LONGEST_STOP_MS);
      const { rows } = await database.pool.query<{ state: string }>('SELECT DISTINCT state FROM orders');
      expect(rows).toEqual([{ state: 'PAID' }]);
    });
  });

  test('under load: what was done was answered, and what was not answered was not done', async () => {
    await withPlace({ STOP_DELAY_MS: '200' }, async (place) => {
      const web = await startRole(place, 'web');
      const customerId = 'customer-under-load';
      const items = [{ sku: 'MUG', title: 'Mug', quantity: 1, unit_price_minor: 100 }];
      let placed = 0;
      /** Places orders one after the other until no answer comes. */
      const shopper = async (): Promise<void> => {
        for (;;) {
          const answer = await send(`${place.webUrl}/v1/orders`, 'POST', { customer_id: customerId, items });
          if (!answer) return;
          expect(answer.status).toBe(201);
          placed += 1;
        }
      };
      const shoppers = Promise.all(Array.from({ length: 50 }, shopper));
      await eventually('there is load', () => placed > 200);
      const ended = await web.end('SIGTERM');
      await shoppers;
      expect(ended.code).toBe(0);
      const { rows } = await database.pool.query<{ count: number }>(
        'SELECT count(*) FROM orders WHERE customer_id = $1',
        [customerId],
      );
      expect(rows[0]?.count).toBe(placed);
    });
  });
});

describe('SIGTERM to a worker that waits for the gateway', () => {
  test('finishes the job when the answer comes in time', async () => {
    const { promise: asked, resolve: ask } = Promise.withResolvers<undefined>();
    const { promise: mayAnswer, resolve: letAnswer } = Promise.withResolvers<undefined>();
    const { order, refund } = await shop.refundedOrder();
    const reference = await referenceOf(database.pool, 'refund', refund.id);
    const gatewayUrl = await servers.httpServer((incoming, response) => {
      // The daily comparison asks for the gateway's books meanwhile, perhaps first.
      if (incoming.method === 'POST') ask(undefined);
      void mayAnswer.then(() => {
        answering(201, {
          id: 'rf_slow',
          reference,
          idempotency_key: `${reference}-1`,
          amount_minor: refund.amountMinor,
          currency: refund.currency,
          status: 'succeeded',
          decline_code: null,
        })(incoming, response);
      });
    });
    await withPlace({ PAYMENT_GATEWAY_BASE_URL: gatewayUrl }, async (place) => {
      const worker = await startRole(place, 'worker');
      await asked;
      const ended = worker.end('SIGTERM');
      letAnswer(undefined);
      expect((await ended).code).toBe(0);
      expect(await jobs.of(order.id, 'refund.submit')).toMatchObject([{ state: 'DONE', attempts: 1 }]);
      const { rows } = await database.pool.query('SELECT state, gateway_reference FROM refunds WHERE id = $1', [
        refund.id,
      ]);
      expect(rows).toEqual([{ state: 'SUCCEEDED', gateway_reference: 'rf_slow' }]);
    });
  });

  test('puts the job back when it does not, at the end of its patience, and counts no attempt', async () => {
    const { order, refund } = await shop.refundedOrder();
    // On record before: the worker asks what became of it (in vain for seconds), and then sends it (in vain).
    await shop.change(order.id, { type: 'submit_refund', refundId: refund.id });
    const { promise: asked, resolve: ask } = Promise.withResolvers<undefined>();
    const gatewayUrl = await servers.httpServer((incoming, response) => {
      // About this refund: the daily comparison asks for all.
      if (incoming.url?.includes('reference=')) ask(undefined);
      if (incoming.method === 'POST') return;
      setTimeout(() => {
        answering(200, { data: [], next: null })(incoming, response);
      }, 9_000);
    });
    await withPlace({ PAYMENT_GATEWAY_BASE_URL: gatewayUrl }, async (place) => {
      const worker = await startRole(place, 'worker');
      await asked;
      const stoppedAt = performance.now();
      expect((await worker.end('SIGTERM')).code).toBe(0);
      expect(performance.now() - stoppedAt).toBeLessThan(LONGEST_STOP_MS);
      expect(await jobs.of(order.id, 'refund.submit')).toMatchObject([{ state: 'READY', attempts: 0 }]);
    });
  });
});

describe('SIGTERM to a worker that has other work under way', () => {
  test('takes no job that comes while it waits for that work', async () => {
    const { promise: asked, resolve: ask } = Promise.withResolvers<undefined>();
    const methods: string[] = [];
    // The gateway's books are asked for, and never come.
    const gatewayUrl = await servers.httpServer((incoming) => {
      methods.push(incoming.method ?? '');
      ask(undefined);
    });
    await withPlace({ PAYMENT_GATEWAY_BASE_URL: gatewayUrl }, async (place) => {
      await database.pool.query('DELETE FROM reconciliation_turns');
      const worker = await startRole(place, 'worker');
      await asked;
      const stoppedAt = performance.now();
      const ended = worker.end('SIGTERM');
      await eventually('it stops', () => worker.stderr().includes('stopping'));
      const { order } = await shop.refundedOrder();
      expect((await ended).code).toBe(0);
      expect(performance.now() - stoppedAt).toBeLessThan(LONGEST_STOP_MS);
      expect(await jobs.of(order.id, 'refund.submit')).toMatchObject([{ state: 'READY', attempts: 0 }]);
      expect(methods).not.toContain('POST');
    });
  });
});

describe('SIGTERM while the broker is away', () => {
  test.each(['web', 'worker'] as const)('ends a %s in time all the same', async (role) => {
    const away = {
      BROKER_URL: 'amqp://127.0.0.1:1',
      PAYMENT_GATEWAY_BASE_URL: 'http://127.0.0.1:1',
      STOP_DELAY_MS: '0',
    };
    await withPlace(away, async (place) => {
      const process = await startRole(place, role);
      const stoppedAt = performance.now();
      expect((await process.end('SIGTERM')).code).toBe(0);
      expect(performance.now() - stoppedAt).toBeLessThan(LONGEST_STOP_MS);
    });
  });
});

describe('SIGTERM while a web starts', () => {
  test('lets it come up, and then stops it in good order', async () => {
    await withPlace({ STOP_DELAY_MS: '0' }, async (place) => {
      // Each start looks at what has been migrated.
      const holder = await sessions.open();
      await holder.query('BEGIN; LOCK TABLE schema_migrations');
      const web = beginRole(place, 'web');
      await sessions.waitingForLock('roundtrip migrate');
      const ended = web.end('SIGTERM');
      await holder.query('COMMIT');
      expect((await ended).code).toBe(0);
    });
  });
});
