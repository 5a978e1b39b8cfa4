import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LiveFeed } from '../../../src/api/live/live-feed.ts';
import { EventFeed } from '../../../src/jobs/events/feed.ts';
import { silentLogger } from '../../../src/platform/logger.ts';
import { useApi } from '../../support/api.ts';
import { useFeed } from '../../support/event-feed.ts';
import { eventually } from '../../support/eventually.ts';
import { moveOrder, placeOrder } from '../../support/shop/shop.ts';

const api = useApi();
const feed = useFeed(api.database);
let running: EventFeed;
beforeAll(() => {
  running = new EventFeed({ pool: api.database.pool, exchange: undefined, logger: silentLogger });
  running.start();
});
afterAll(() => running.stop());

interface Message {
  readonly id: string;
  readonly event: string;
  readonly data: { readonly entity_id?: number; readonly to_state?: string };
}

/** What a browser's EventSource reads of a stream. */
function listenTo(stream: AsyncIterable<Uint8Array>) {
  const messages: Message[] = [];
  let ended = false;
  const reading = (async () => {
    let text = '';
    const decoder = new TextDecoder();
    for await (const chunk of stream) {
      text += decoder.decode(chunk, { stream: true });
      const blocks = text.split('\n\n');
      text = blocks.pop() ?? '';
      for (const block of blocks) {
        const fields = Object.fromEntries(
          block.split('\n').map((line) => line.split(/: (.*)/s, 2) as [string, string]),
        );
        const { id = '', event = '', data } = fields;
        if (data !== undefined) messages.push({ id, event, data: JSON.parse(data) as Message['data'] });
      }
    }
  })()
    .catch(() => undefined)
    .then(() => {
      ended = true;
    });
  return { messages, reading, ended: () => ended };
}

const statesOf = (messages: readonly Message[], orderId: number) =>
  messages.filter(({ data }) => data.entity_id === orderId).map(({ data }) => data.to_state);

/** The stream of somebody who is let in. */
async function placeOf(joined: ReturnType<LiveFeed['join']>) {
  const place = await joined;
  if (typeof place === 'string') throw new Error(`it was not let in: ${place}`);
  return place;
}

it.for(['/v1/stream', '/v1/ledger/export.csv?from=2020-01-01T00:00:00Z&to=2030-01-01T00:00:00Z'])(
  'whoever asks for headers alone takes no place and has nothing read: HEAD %s is not taken',
  async (url) => {
    const answer = await api.app.inject({ method: 'HEAD', url, headers: { 'last-event-id': '0' } });
    expect([answer.statusCode, answer.headers.allow]).toEqual([405, 'GET']);
    expect((await api.app.inject({ method: 'HEAD', url: '/v1/orders' })).statusCode).toBe(200);
  },
);

describe('GET /v1/stream', () => {
  it('says at once where it stands: one that leaves before it has heard of anything misses nothing either', async () => {
    const url = `http://127.0.0.1:${await api.listen()}/v1/stream`;
    const reader: ReadableStreamDefaultReader<Uint8Array> | undefined = (await fetch(url)).body?.getReader();
    const hello = new TextDecoder().decode((await reader?.read())?.value);
    await reader?.cancel();
    const order = await placeOrder(api);
    await moveOrder(api, order.id, 'pay');
    const { body } = await fetch(url, { headers: { 'Last-Event-ID': /^id: (\d+)$/m.exec(hello)?.[1] ?? '' } });
    if (!body) throw new Error('the answer has no body');
    const back = listenTo(body);
    await eventually('it hears what it missed', () => statesOf(back.messages, order.id).length === 2);
  });

  it('tells every listener of each change once, and one that comes back what it missed', async () => {
    const url = `http://127.0.0.1:${await api.listen()}/v1/stream`;
    const leaving = new AbortController();
    const [first, second] = await Promise.all([fetch(url), fetch(url, { signal: leaving.signal })]);
    expect(first.headers.get('content-type')).toBe('text/event-stream');
    if (!first.body || !second.body) throw new Error('an answer has no body');
    const [staying, going] = [listenTo(first.body), listenTo(second.body)];

    const order = await placeOrder(api);
    await moveOrder(api, order.id, 'pay');
    const both = [staying, going];
    await eventually('both hear of it', () => both.every(({ messages }) => statesOf(messages, order.id).length === 2));
    leaving.abort();
    await going.reading;
    const lastId = going.messages.at(-1)?.id ?? '';
    await moveOrder(api, order.id, 'process', 'ship');
    await eventually('the one that stayed hears of it', () => statesOf(staying.messages, order.id).length === 4);

    const third = await fetch(url, { headers: { 'Last-Event-ID': lastId } });
    if (!third.body) throw new Error('the answer has no body');
    const back = listenTo(third.body);
    await eventually('it hears what it missed', () => statesOf(back.messages, order.id).length === 2);
    await moveOrder(api, order.id, 'deliver');
    await eventually('and goes on', () => statesOf(back.messages, order.id).length === 3);
    await eventually('so does the other', () => statesOf(staying.messages, order.id).length === 5);
    expect(statesOf(back.messages, order.id)).toEqual(['PROCESSING_IN_WAREHOUSE', 'SHIPPED', 'DELIVERED']);
    expect(new Set(staying.messages.map(({ id }) => id)).size).toBe(staying.messages.length);

    await api.app.close();
    await eventually('both have ended', () => staying.ended() && back.ended());
  });
});

describe('the live feed', () => {
  const open = (limits: ConstructorParameters<typeof LiveFeed>[0]['limits']) =>
    new LiveFeed({ pool: api.database.pool, logger: silentLogger, limits });

  it('serves no more listeners than it may, and another when one has gone', async () => {
    const feed = open({ mostClients: 2 });
    const [one] = await Promise.all([placeOf(feed.join('asha', undefined)), placeOf(feed.join('ben', undefined))]);
    expect(await feed.join('cara', undefined)).toBe('full');
    one.destroy();
    await eventually('it has left', () => feed.clients === 1);
    await placeOf(feed.join('cara', undefined));
    feed.close();
    expect(await feed.join('dev', undefined)).toBe('full');
  });

  it('leaves places to others, however many one caller asks for', async () => {
    const feed = open({ mostClientsPerCaller: 2 });
    const [one] = await Promise.all([placeOf(feed.join('asha', undefined)), placeOf(feed.join('asha', undefined))]);
    expect(await feed.join('asha', undefined)).toBe('too_many_of_caller');
    await placeOf(feed.join('ben', undefined));
    one.destroy();
    await eventually('it has left', () => feed.clients === 2);
    await placeOf(feed.join('asha', undefined));
    feed.close();
  });

  it('tells one that missed too much, or is ahead of the feed, to read everything anew', async () => {
    const feed = open({ mostMissedEvents: 1 });
    for (const lastSeen of [0, 900_000_000]) {
      const stream = await placeOf(feed.join('asha', lastSeen));
      const { messages } = listenTo(stream);
      await eventually('it is told', () => messages.length > 0);
      expect(messages[0]?.event).toBe('reset');
    }
    feed.close();
  });

  it('tells one that stayed of what comes after a fail-over that has lost the newest events', async () => {
    const live = open({ pollIntervalMs: 5 });
    const { messages } = listenTo(await placeOf(live.join('asha', undefined)));
    await feed.addTransitions(await feed.addOrder(), 2);
    await eventually('it has heard of both', () => messages.length === 2);
    // As the standby knows it: their positions are given out again.
    await api.database.pool.query(`
      WITH kept AS (UPDATE event_feed_progress SET placed_position = placed_position - 2 RETURNING placed_position)
      DELETE FROM event_feed USING kept WHERE position > placed_position`);
    await eventually('it is told to read everything anew', () => messages.at(-1)?.event === 'reset');
    const next = await feed.addOrder();
    await feed.addTransition(api.database.pool, next, 1);
    await eventually('it hears of what is next', () => messages.at(-1)?.data.entity_id === next);
    live.close();
  });

  it('lets one go that does not take what it is sent, and ends each stream after its time', async () => {
    const feed = open({ mostWaitingBytes: 10, pollIntervalMs: 5, heartbeatIntervalMs: 5 });
    const stuck = await placeOf(feed.join('asha', undefined));
    stuck.on('error', () => undefined);
    await eventually('it was let go', () => feed.clients === 0);
    const brief = open({ longestStreamMs: 20 });
    const stream = await placeOf(brief.join('asha', undefined));
    stream.resume();
    await eventually('it has ended', () => stream.readableEnded);
    feed.close();
    brief.close();
  });
});
