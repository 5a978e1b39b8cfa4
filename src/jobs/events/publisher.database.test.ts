import { beforeEach, describe, expect, test } from 'vitest';
import { useDatabase } from '../../../test/support/database.ts';
import { useFeed } from '../../../test/support/event-feed.ts';
import { eventually } from '../../../test/support/eventually.ts';
import { readPublishingLag, type PlacedEvent } from '../../queries/events/event-feed.ts';
import type { EventExchange } from './exchange.ts';
import { EventPublisher } from './publisher.ts';

const database = useDatabase();
const feed = useFeed(database);

/** Takes everything, at once or when the test says so. */
class RecordingExchange implements EventExchange {
  ready = true;
  readonly taken: PlacedEvent[] = [];
  confirm: () => Promise<void> = () => Promise.resolve();
  mostConfirmed = Infinity;
  publishing = 0;
  mostPublishing = 0;

  async publish(events: readonly PlacedEvent[]): Promise<number> {
    this.mostPublishing = Math.max(this.mostPublishing, (this.publishing += 1));
    this.taken.push(...events);
    try {
      await this.confirm();
      return Math.min(events.length, this.mostConfirmed);
    } finally {
      this.publishing -= 1;
    }
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

let exchange: RecordingExchange;
let orderId: number;
/** Of the order, so far. */
let sequence: number;

beforeEach(async () => {
  exchange = new RecordingExchange();
  orderId = await feed.addOrder();
  sequence = 0;
});

/** Answers with the ids of the transitions that it has added and placed. */
async function addEvents(count: number): Promise<number[]> {
  const ids: number[] = [];
  for (let index = 0; index < count; index += 1) {
    ids.push(await feed.addTransition(database.pool, orderId, (sequence += 1)));
  }
  await feed.placeAll();
  return ids;
}

const publisher = () => new EventPublisher(database.pool, exchange);
const idsTaken = () => exchange.taken.map(({ transitionId }) => transitionId);
const leaseRunsOut = () =>
  database.pool.query(`UPDATE event_feed_progress SET leased_until = now() - interval '1 second'`);

describe('the publisher', () => {
  test('publishes what is placed, once, in the order of the feed, and then has nothing to do', async () => {
    const ids = await addEvents(5);
    const one = publisher();
    expect(await one.publishNext()).toEqual({ published: 5, more: false });
    expect(idsTaken()).toEqual(ids);
    expect(await one.publishNext()).toEqual({ published: 0, more: false });
    const [next] = await addEvents(1);
    await publisher().publishNext();
    expect(idsTaken()).toEqual([...ids, next]);
  });

  test('claims nothing while the exchange is away', async () => {
    const ids = await addEvents(2);
    exchange.ready = false;
    expect(await publisher().publishNext()).toEqual({ published: 0, more: false });
    exchange.ready = true;
    await publisher().publishNext();
    expect(idsTaken()).toEqual(ids);
  });

  test('killed between confirm and cursor, it leaves duplicates of the same id to the next, and no loss', async () => {
    const ids = await addEvents(3);
    // Everything was sent, and the process is gone before it can say so.
    const held = Promise.withResolvers<undefined>();
    exchange.confirm = () => held.promise.then(() => undefined);
    const killed = publisher().publishNext();
    await eventually('the first has sent', () => exchange.taken.length === 3);

    exchange.confirm = () => Promise.resolve();
    expect(await publisher().publishNext(), 'while the lease lasts').toEqual({ published: 0, more: false });
    await leaseRunsOut();
    const later = await addEvents(2);
    expect(await publisher().publishNext()).toEqual({ published: 5, more: false });
    expect(idsTaken()).toEqual([...ids, ...ids, ...later]);

    // If it was only slow, what it says now takes nothing back.
    held.resolve(undefined);
    await killed;
    const [last] = await addEvents(1);
    await publisher().publishNext();
    expect(idsTaken().at(-1)).toBe(last);
    expect(idsTaken()).toHaveLength(9);
  });

  test('sends again, at once, what could not be confirmed', async () => {
    const ids = await addEvents(2);
    exchange.confirm = () => Promise.reject(new Error('the connection was lost'));
    await expect(publisher().publishNext()).rejects.toThrow('the connection was lost');
    exchange.confirm = () => Promise.resolve();
    expect(await publisher().publishNext()).toEqual({ published: 2, more: false });
    expect(idsTaken()).toEqual([...ids, ...ids]);
  });

  test('goes on behind what was confirmed where that is not all', async () => {
    const ids = await addEvents(5);
    exchange.mostConfirmed = 2;
    expect(await publisher().publishNext()).toEqual({ published: 2, more: true });
    expect(await publisher().publishNext(), 'another process, at once').toEqual({ published: 2, more: true });
    expect(await publisher().publishNext()).toEqual({ published: 1, more: false });
    expect(idsTaken()).toEqual([...ids, ...ids.slice(2), ...ids.slice(4)]);
  });

  test('leaves behind it what the metrics tell the age of: the oldest event that is not confirmed', async () => {
    expect(await readPublishingLag(database.pool)).toBe(0);
    await addEvents(2);
    exchange.mostConfirmed = 1;
    await publisher().publishNext();
    await eventually('its age is told', async () => (await readPublishingLag(database.pool)) > 0);
    await publisher().publishNext();
    expect(await readPublishingLag(database.pool)).toBe(0);
  });

  test('is one at a time across the fleet: four at once publish 1,200 events, each once and in order', async () => {
    await feed.addTransitions(orderId, 1_200);
    await feed.placeAll();
    const fleet = Array.from({ length: 4 }, () => publisher());
    const publish = async (one: EventPublisher) => {
      while (exchange.taken.length < 1_200) await one.publishNext();
    };
    await Promise.all(fleet.map(publish));
    expect(exchange.taken.map((event) => event.sequence)).toEqual(Array.from({ length: 1_200 }, (_, n) => n + 1));
    expect(exchange.mostPublishing).toBe(1);
  });
});
