import { beforeEach, describe, expect, test } from 'vitest';
import { useDatabase } from '../../test/support/database.ts';
import { checkFeed, useFeed } from '../../test/support/event-feed.ts';
import { eventually } from '../../test/support/eventually.ts';
import { useServers } from '../../test/support/servers/test-servers.ts';
import { startReceiver, verify, type WebhookReceiver } from '../../test/support/servers/webhook-receiver.ts';
import { useWebhooks } from '../../test/support/webhooks.ts';
import { readDealingLag } from '../queries/events/event-feed.ts';
import { readWebhookEndpoint } from '../queries/webhooks/webhook-endpoints.ts';
import { DeliveryStore } from './delivery-store.ts';
import { disableEndpoint, enableEndpoint, rotateSecret } from './endpoints.ts';

const database = useDatabase();
const feed = useFeed(database);
const servers = useServers();
const webhooks = useWebhooks(database);

let receiver: WebhookReceiver;
beforeEach(async () => {
  receiver = await startReceiver(servers);
  // Each test has its own endpoints only.
  await database.pool.query('DELETE FROM webhook_endpoints');
});

/** So many events of one new order, in the feed. Answers with the order. */
async function events(count: number): Promise<number> {
  const order = await feed.addOrder();
  for (let sequence = 1; sequence <= count; sequence += 1) await feed.addTransition(database.pool, order, sequence);
  await feed.placeAll();
  return order;
}

const sequences = (orderId?: number) =>
  receiver.received
    .filter(({ event }) => orderId === undefined || event.data.order_id === orderId)
    .map(({ event }) => event.data.sequence);

describe('an endpoint', () => {
  test('is told of what happens after it was made, each event once and signed', async () => {
    await events(2);
    const { endpoint, secret } = await webhooks.endpoint({ url: receiver.url });
    const order = await events(5);
    webhooks.start();
    await webhooks.allAre(endpoint.id, 'SUCCEEDED', 5);
    expect(sequences().toSorted()).toEqual([1, 2, 3, 4, 5]);
    for (const message of receiver.received) {
      verify(message, secret);
      expect(message.headers).toMatchObject({
        'content-type': 'application/cloudevents+json',
        'user-agent': 'Roundtrip-Webhooks/1',
      });
      expect(message.event).toMatchObject({
        type: 'roundtrip.order.pending_payment.v1',
        data: { order_id: order },
      });
    }
    expect(new Set(receiver.received.map(({ id }) => id)).size).toBe(5);
  });

  test('has what is not dealt yet told by its age, for the metrics', async () => {
    const { endpoint } = await webhooks.endpoint({ url: receiver.url });
    expect(await readDealingLag(database.pool)).toBe(0);
    await events(1);
    await eventually('its age is told', async () => (await readDealingLag(database.pool)) > 0);
    webhooks.start();
    await webhooks.allAre(endpoint.id, 'SUCCEEDED', 1);
    expect(await readDealingLag(database.pool)).toBe(0);
  });

  test('is told only of the types that it asks for', async () => {
    const { endpoint } = await webhooks.endpoint({ url: receiver.url, eventTypes: ['roundtrip.order.paid.v1'] });
    const other = await webhooks.endpoint({
      url: `${receiver.url}/other`,
      eventTypes: ['roundtrip.order.paid.v1', 'roundtrip.order.pending_payment.v1'],
    });
    await events(2);
    webhooks.start();
    await webhooks.allAre(other.endpoint.id, 'SUCCEEDED', 2);
    expect(await webhooks.states(endpoint.id)).toEqual([]);
    expect(receiver.received.map(({ path }) => path)).toEqual(['/other', '/other']);
  });

  test('gets what 16 writers commit late and out of order, once each, from three workers at once', async () => {
    const { endpoint } = await webhooks.endpoint({ url: receiver.url });
    for (let worker = 0; worker < 3; worker += 1) webhooks.start();
    const writers = Array.from({ length: 16 }, async () => {
      const order = await feed.addOrder();
      const client = await feed.connection();
      for (let sequence = 1; sequence <= 6; sequence += 1) {
        await client.query('BEGIN');
        await feed.addTransition(client, order, sequence);
        await client.query('SELECT pg_sleep(random() * 0.02)');
        await client.query('COMMIT');
      }
    });
    await Promise.all(writers);
    await feed.placeAll();
    checkFeed(await feed.placed());
    await webhooks.allAre(endpoint.id, 'SUCCEEDED', 96);
    expect(receiver.received).toHaveLength(96);
    expect(new Set(receiver.received.map(({ event }) => event.id)).size).toBe(96);
  });

  test('that is slow does not keep another waiting', async () => {
    const slow = await startReceiver(servers);
    const held = Promise.withResolvers<number>();
    slow.answer = () => held.promise;
    await webhooks.endpoint({ url: slow.url });
    await events(40);
    webhooks.start();
    await eventually('as many as may be are under way', () => slow.received.length === 8);
    const quick = await webhooks.endpoint({ url: receiver.url });
    await events(10);
    await webhooks.allAre(quick.endpoint.id, 'SUCCEEDED', 10);
    expect(slow.received).toHaveLength(8);
    held.resolve(204);
  });

  test('of which fewer are in hand has the place that becomes free', async () => {
    const busy = await webhooks.endpoint({ url: receiver.url });
    const other = await webhooks.endpoint({ url: `${receiver.url}/other` });
    await events(2);
    const dealer = webhooks.start();
    await webhooks.allAre(other.endpoint.id, 'SUCCEEDED', 2);
    await dealer.stop();
    // Due for long, so that a clock that is set back a little meanwhile changes nothing.
    await database.pool.query(
      `UPDATE webhook_deliveries SET state = 'PENDING', next_attempt_at = now() - interval '1 hour'`,
    );
    const store = new DeliveryStore(database.pool);
    for (const { endpoint } of [busy, other]) {
      const inHand = new Map([busy, other].map((each) => [each.endpoint.id, each.endpoint === endpoint ? 6 : 7]));
      expect(await store.claim(1, inHand)).toMatchObject([{ endpointId: endpoint.id }]);
    }
  });
});

describe('a message that is not taken', () => {
  test.each([500, 404, 302, 429])('is sent again after %d, with the same id and a later signature', async (status) => {
    receiver.answer = () => (receiver.received.length === 1 ? status : 200);
    const { endpoint, secret } = await webhooks.endpoint({ url: receiver.url });
    await events(1);
    webhooks.start();
    await eventually('it has failed once', async () => {
      return (await readWebhookEndpoint(database.pool, endpoint.id))?.failingSince !== null;
    });
    await webhooks.hurry();
    await webhooks.allAre(endpoint.id, 'SUCCEEDED', 1);
    const [first, second] = receiver.received;
    expect(second?.id).toBe(first?.id);
    expect(second?.body).toBe(first?.body);
    if (second) verify(second, secret);
    expect((await readWebhookEndpoint(database.pool, endpoint.id))?.failingSince).toBeNull();
    const { rows } = await database.pool.query('SELECT number, status, error FROM webhook_attempts ORDER BY number');
    expect(rows.slice(-2)).toEqual([
      { number: 1, status, error: null },
      { number: 2, status: 200, error: null },
    ]);
  });

  test('waits between its tries, for three days in all; then the endpoint is disabled, and the record says so', async () => {
    receiver.answer = () => 500;
    const { endpoint } = await webhooks.endpoint({ url: receiver.url });
    await events(1);
    webhooks.start();
    for (let tries = 1; tries <= 9; tries += 1) {
      await eventually(`try ${tries} has failed`, async () => {
        const { rows } = await database.pool.query<{ failures: number; due: boolean }>(
          'SELECT failures, next_attempt_at <= now() AS due FROM webhook_deliveries WHERE endpoint_id = $1',
          [endpoint.id],
        );
        return rows[0]?.failures === tries && !rows[0].due;
      });
      if (tries === 9) {
        await database.pool.query(`UPDATE webhook_endpoints SET failing_since = failing_since - interval '73 hours'`);
      }
      await webhooks.hurry();
    }
    await disabled(endpoint.id, 'FAILING');
    expect(receiver.received).toHaveLength(10);
    const { rows } = await database.pool.query(
      'SELECT change, detail, actor FROM webhook_endpoint_changes WHERE endpoint_id = $1 ORDER BY id',
      [endpoint.id],
    );
    expect(rows.at(-1)).toEqual({ change: 'disabled', detail: 'FAILING', actor: 'roundtrip' });
    await sentOnceEnabled(endpoint.id, 1);
  });

  test('is tried no more where the endpoint says that it is gone; none is lost when it is enabled again', async () => {
    receiver.answer = () => 410;
    const { endpoint } = await webhooks.endpoint({ url: receiver.url });
    await events(3);
    webhooks.start();
    await disabled(endpoint.id, 'GONE');
    await sentOnceEnabled(endpoint.id, 3);
  });

  async function disabled(endpointId: number, reason: string): Promise<void> {
    await eventually(`the endpoint is disabled as ${reason}`, async () => {
      const endpoint = await readWebhookEndpoint(database.pool, endpointId);
      return endpoint?.state === 'DISABLED' && endpoint.disabledReason === reason;
    });
  }

  async function sentOnceEnabled(endpointId: number, count: number): Promise<void> {
    receiver.answer = () => 204;
    await webhooks.transact((client) => enableEndpoint(client, 'test', endpointId));
    await webhooks.allAre(endpointId, 'SUCCEEDED', count);
  }

  test('comes again when the worker that had it died', async () => {
    const { endpoint } = await webhooks.endpoint({ url: receiver.url });
    await events(1);
    const worker = webhooks.start();
    await webhooks.allAre(endpoint.id, 'SUCCEEDED', 1);
    await worker.stop();
    // As if the answer had come, and the process had ended before it could be written down.
    await database.pool.query(
      `UPDATE webhook_deliveries SET state = 'PENDING', next_attempt_at = now() + interval '60 seconds'`,
    );
    webhooks.start();
    await database.pool.query(`UPDATE webhook_deliveries SET next_attempt_at = now() - interval '1 second'`);
    await webhooks.allAre(endpoint.id, 'SUCCEEDED', 1);
    expect(receiver.received.map(({ id }) => id)).toEqual([receiver.received[0]?.id, receiver.received[0]?.id]);
  });
});

describe('in order', () => {
  test("an order's next event waits for the one before it, and other orders do not", async () => {
    let failing = true;
    const { endpoint } = await webhooks.endpoint({ url: receiver.url, ordered: true });
    const stuck = await events(4);
    const other = await events(4);
    receiver.answer = ({ event }) => (failing && event.data.order_id === stuck ? 500 : 200);
    webhooks.start();
    await eventually('the other order has arrived', () => sequences(other).length === 4);
    await eventually('the first has failed', async () => {
      const { rows } = await database.pool.query('SELECT FROM webhook_deliveries WHERE failures > 0');
      return rows.length === 1;
    });
    expect(sequences(other)).toEqual([1, 2, 3, 4]);
    expect(sequences(stuck)).toEqual([1]);
    failing = false;
    await webhooks.hurry();
    await webhooks.allAre(endpoint.id, 'SUCCEEDED', 8);
    expect(sequences(stuck)).toEqual([1, 1, 2, 3, 4]);
  });

  test('holds with three workers, and with answers that take their time', async () => {
    const { endpoint } = await webhooks.endpoint({ url: receiver.url, ordered: true });
    receiver.answer = async () => {
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 10));
      return 200;
    };
    const orders = [await events(12), await events(12), await events(12)];
    for (let worker = 0; worker < 3; worker += 1) webhooks.start();
    await webhooks.allAre(endpoint.id, 'SUCCEEDED', 36);
    for (const order of orders) expect(sequences(order)).toEqual(Array.from({ length: 12 }, (_, n) => n + 1));
  });
});

describe('a disabled endpoint', () => {
  test('gets nothing; enabled again, it gets what was on its way, and what happens from then on', async () => {
    const { endpoint } = await webhooks.endpoint({ url: receiver.url });
    const other = await webhooks.endpoint({ url: `${receiver.url}/other` });
    receiver.answer = ({ path }) => (path === '/' ? 500 : 200);
    await events(1);
    webhooks.start();
    await webhooks.allAre(other.endpoint.id, 'SUCCEEDED', 1);
    await webhooks.transact((client) => disableEndpoint(client, 'test', endpoint.id, 'PERSON'));
    await events(1);
    await webhooks.allAre(other.endpoint.id, 'SUCCEEDED', 2);
    expect(await webhooks.states(endpoint.id)).toEqual(['PENDING']);
    receiver.answer = () => 200;
    await webhooks.transact((client) => enableEndpoint(client, 'test', endpoint.id));
    await events(1);
    await webhooks.allAre(endpoint.id, 'SUCCEEDED', 2);
    await webhooks.allAre(other.endpoint.id, 'SUCCEEDED', 3);
  });
});

describe('a secret', () => {
  test('signs beside the one before it while the two overlap, and is sealed in the database', async () => {
    const { endpoint, secret } = await webhooks.endpoint({ url: receiver.url });
    const { box } = webhooks;
    const rotated = await webhooks.transact((client) => rotateSecret(client, box, 'test', endpoint.id, 24));
    await events(1);
    webhooks.start();
    await webhooks.allAre(endpoint.id, 'SUCCEEDED', 1);
    const [message] = receiver.received;
    if (!message || !rotated) throw new Error('nothing was received');
    verify(message, secret);
    verify(message, rotated.secret);
    await database.pool.query(`UPDATE webhook_endpoints SET previous_secret_until = now() - interval '1 second'`);
    await events(1);
    await webhooks.allAre(endpoint.id, 'SUCCEEDED', 2);
    const last = receiver.received.at(-1);
    if (!last) throw new Error('nothing was received');
    verify(last, rotated.secret);
    expect(() => {
      verify(last, secret);
    }).toThrow('No matching signature');
    const { rows } = await database.pool.query<{ text: string }>(
      `SELECT encode(secret, 'escape') || encode(coalesce(previous_secret, ''), 'escape') AS text FROM webhook_endpoints`,
    );
    expect(rows[0]?.text).not.toContain('whsec_');
  });
});
