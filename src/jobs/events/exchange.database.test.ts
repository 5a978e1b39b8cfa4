import type { AsyncMessage } from 'rabbitmq-client';
import { afterAll, afterEach, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { brokerAbsence, TEST_BROKER_URL, useBroker } from '../../../test/support/servers/broker.ts';
import { useDatabase } from '../../../test/support/database.ts';
import { useEngine } from '../../../test/support/engine.ts';
import { useFeed } from '../../../test/support/event-feed.ts';
import { eventually } from '../../../test/support/eventually.ts';
import { TcpProxy } from '../../../test/support/servers/tcp-proxy.ts';
import { silentLogger } from '../../platform/logger.ts';
import type { CloudEvent } from '../../queries/events/cloud-event.ts';
import { readEventFeed, type PlacedEvent } from '../../queries/events/event-feed.ts';
import { RabbitEventExchange } from './exchange.ts';
import { EventFeed } from './feed.ts';

const CUTS = 6;

const absence = await brokerAbsence();

describe.skipIf(absence)(`the event exchange${absence ? ` (left out: ${absence})` : ''}`, () => {
  const database = useDatabase();
  const shop = useEngine(database);
  const feed = useFeed(database);
  const { namespace, rabbit } = useBroker();
  const exchangeName = `${namespace}.events`;
  let running: EventFeed[] = [];
  let queues = 0;

  const runFeed = (brokerUrl = TEST_BROKER_URL) => {
    const exchange = new RabbitEventExchange(brokerUrl, namespace);
    const eventFeed = new EventFeed({ pool: database.pool, exchange, logger: silentLogger });
    running.push(eventFeed);
    eventFeed.start();
  };

  beforeEach(async () => {
    await rabbit.exchangeDeclare({ exchange: exchangeName, type: 'topic', durable: true });
  });
  afterEach(async () => {
    await Promise.all(running.map((eventFeed) => eventFeed.stop()));
    running = [];
  });
  afterAll(async () => {
    await rabbit.exchangeDelete({ exchange: exchangeName });
  });

  /** Binds a queue to what `routingKey` names, and collects what arrives. */
  async function listen(routingKey: string): Promise<AsyncMessage[]> {
    const queue = await bindQueue(routingKey);
    const messages: AsyncMessage[] = [];
    const consumer = rabbit.createConsumer({ queue, concurrency: 1, queueOptions: { passive: true } }, (message) => {
      messages.push(message);
    });
    onTestFinished(() => consumer.close());
    return messages;
  }

  async function bindQueue(routingKey: string, options: object = {}): Promise<string> {
    const queue = `${namespace}.listener-${(queues += 1)}`;
    await rabbit.queueDeclare({ queue, ...options });
    await rabbit.queueBind({ exchange: exchangeName, queue, routingKey });
    onTestFinished(async () => {
      await rabbit.queueDelete({ queue });
    });
    return queue;
  }

  const eventOf = (message: Pick<AsyncMessage, 'body'>): CloudEvent =>
    JSON.parse((message.body as Buffer).toString('utf8')) as CloudEvent;

  const allPublished = () =>
    eventually('everything is published', async () => {
      const { rows } = await database.pool.query<{ done: boolean }>(
        `SELECT published_position = (SELECT count(*) FROM state_transitions) AS done FROM event_feed_progress`,
      );
      return rows[0]?.done;
    });

  test('carries each transition once, as a CloudEvent, under the routing key that its name is', async () => {
    const everything = await listen('#');
    const returns = await listen('return.*');
    runFeed();
    const { order } = await shop.returnedOrder();
    const { rows } = await database.pool.query<{ id: number; sequence: number; created_at: Date }>(
      'SELECT id, sequence, created_at FROM state_transitions WHERE order_id = $1 ORDER BY sequence',
      [order.id],
    );
    await eventually('every message is there', () => everything.length >= rows.length && returns.length >= 5);
    await allPublished();
    expect(everything.map(({ messageId }) => messageId)).toEqual(rows.map(({ id }) => String(id)));
    expect(everything.map(({ routingKey }) => routingKey)).toEqual([
      'order.pending_payment',
      'order.paid',
      'order.processing_in_warehouse',
      'order.shipped',
      'order.delivered',
      'return.requested',
      'return.approved',
      'return.in_transit',
      'return.received',
      'return.completed',
      'refund.pending',
    ]);
    expect(returns.map(({ routingKey }) => routingKey)).toEqual(
      everything.map(({ routingKey }) => routingKey).filter((key) => key.startsWith('return.')),
    );
    const shipped = everything[3];
    if (!shipped) throw new Error('nothing was shipped');
    expect(shipped).toMatchObject({ contentType: 'application/cloudevents+json', durable: true });
    expect(eventOf(shipped)).toEqual({
      specversion: '1.0',
      id: String(rows[3]?.id),
      source: expect.stringMatching(/^\/roundtrip\/r[0-9a-f]{11}$/) as unknown,
      type: 'roundtrip.order.shipped.v1',
      subject: `orders/${order.id}`,
      time: rows[3]?.created_at.toISOString(),
      datacontenttype: 'application/json',
      dataschema: 'urn:roundtrip:schema:transition:v1',
      data: {
        transition_id: rows[3]?.id,
        order_id: order.id,
        order_number: order.orderNumber,
        entity_type: 'order',
        entity_id: order.id,
        event: 'ship',
        from_state: 'PROCESSING_IN_WAREHOUSE',
        to_state: 'SHIPPED',
        actor: 'test',
        reason: null,
        sequence: 4,
      },
    });
    const words = everything.map((message) => (message.body as Buffer).toString()).join();
    expect(words).not.toContain(order.customerId);
    expect(words).not.toContain('@');
  });

  test('is a durable topic exchange, and declared again when it was deleted', async () => {
    const otherwise = rabbit.exchangeDeclare({ exchange: exchangeName, type: 'fanout', durable: true });
    await expect(otherwise).rejects.toThrow(/inequivalent arg 'type'.*'topic'/);
    const transient = rabbit.exchangeDeclare({ exchange: exchangeName, type: 'topic', durable: false });
    await expect(transient).rejects.toThrow(/inequivalent arg 'durable'.*'true'/);
    runFeed();
    await shop.place();
    await allPublished();
    await rabbit.exchangeDelete({ exchange: exchangeName });
    const { id } = await shop.place();
    await allPublished();
    const messages = await listen('order.paid');
    await shop.move(id, 'pay');
    await eventually('it carries events again', () => messages.length > 0);
  });

  test('sends no event of an order after one that is not confirmed', async () => {
    const exchange = new RabbitEventExchange(TEST_BROKER_URL, namespace);
    onTestFinished(() => exchange.close());
    const messages = await listen('#');
    // A full queue refuses what is paid, while all others take it.
    const full = await bindQueue('order.paid', { arguments: { 'x-max-length': 1, 'x-overflow': 'reject-publish' } });
    const publisher = rabbit.createPublisher({ confirm: true });
    await publisher.send({ routingKey: full }, 'it is full now');
    await publisher.close();

    const { id } = await shop.shippedOrder();
    await feed.placeAll();
    const events = await eventsOfOrder(id);
    expect(events.map(({ sequence }) => sequence)).toEqual([1, 2, 3, 4]);
    expect(await exchange.publish(events), 'the one before it is confirmed').toBe(1);
    await expect(exchange.publish(events.slice(1)), 'none is').rejects.toThrow();
    await rabbit.queuePurge({ queue: full });
    expect(await exchange.publish(events.slice(1))).toBe(3);
    await eventually('all have arrived', () => messages.length >= 6);
    expect(messages.map((message) => eventOf(message).data.sequence)).toEqual([1, 2, 2, 2, 3, 4]);
  });

  test('an order with more events than are confirmed in one go leaves all the same, each of them once', async () => {
    // So slowly that the first page of them takes longer than a page has.
    const proxy = new TcpProxy({ delayMs: 25 });
    const brokerUrl = await proxy.start(TEST_BROKER_URL);
    onTestFinished(() => proxy.cut());
    const messages = await listen('#');
    const orderId = await feed.addOrder();
    await feed.addTransitions(orderId, 600);
    await feed.placeAll();
    const { id } = await shop.place();
    runFeed(brokerUrl);
    const sequencesOf = (order: number) =>
      messages
        .map(eventOf)
        .filter(({ data }) => data.order_id === order)
        .map(({ data }) => data.sequence);
    await expect.poll(() => sequencesOf(orderId).at(-1), { timeout: 60_000 }).toBe(600);
    await allPublished();
    expect(sequencesOf(orderId)).toEqual(Array.from({ length: 600 }, (_, index) => index + 1));
    expect(sequencesOf(id), 'another order, in one of the pages').toContain(1);
  }, 90_000);

  test('loses nothing and keeps every order in order while its connections are cut again and again', async () => {
    const proxy = new TcpProxy();
    const brokerUrl = await proxy.start(TEST_BROKER_URL);
    onTestFinished(() => proxy.cut());
    const messages = await listen('#');
    runFeed(brokerUrl);
    runFeed(brokerUrl);
    const ids: number[] = [];
    for (let cut = 0; cut < CUTS; cut += 1) {
      const before = messages.length;
      const shipping = Promise.all(Array.from({ length: 20 }, () => shop.shippedOrder()));
      await eventually('some have arrived', () => messages.length > before);
      await proxy.cut();
      await proxy.restore();
      ids.push(...(await shipping).map(({ id }) => id));
    }
    await allPublished();
    const { rows } = await database.pool.query<{ id: number }>(
      'SELECT id FROM state_transitions WHERE order_id = ANY ($1)',
      [ids],
    );
    const expected = new Set(rows.map(({ id }) => String(id)));
    await eventually('all have arrived', () => {
      const arrived = new Set(messages.map(({ messageId }) => messageId));
      return [...expected].every((id) => arrived.has(id));
    });

    const seen = new Set<string>();
    const lastOfOrder = new Map<string, number>();
    for (const { id, subject, data } of messages.map(eventOf)) {
      if (seen.has(id)) continue;
      seen.add(id);
      expect(data.sequence, subject).toBe((lastOfOrder.get(subject) ?? 0) + 1);
      lastOfOrder.set(subject, data.sequence);
    }
  });

  async function eventsOfOrder(orderId: number): Promise<PlacedEvent[]> {
    const { rows } = await database.pool.query<{ first: number }>(
      'SELECT min(position) AS first FROM event_feed WHERE order_id = $1',
      [orderId],
    );
    const page = await readEventFeed(database.pool, { after: (rows[0]?.first ?? 1) - 1, limit: 100 });
    return (page?.events ?? []).filter((event) => event.orderId === orderId);
  }
});
