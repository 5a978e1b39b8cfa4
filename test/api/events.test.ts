import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DOMAIN_EVENTS } from '../../src/domain/events.ts';
import { EventFeed } from '../../src/jobs/events/feed.ts';
import { silentLogger } from '../../src/platform/logger.ts';
import type { CloudEvent } from '../../src/queries/events/cloud-event.ts';
import { useApi } from '../support/api.ts';
import { checkFeed, useFeed } from '../support/event-feed.ts';
import { eventually } from '../support/eventually.ts';
import {
  deliveredOrder,
  moveOrder,
  moveReturn,
  placeOrder,
  requestReturn,
  type ProblemJson,
} from '../support/shop/shop.ts';

type EventJson = Omit<CloudEvent, 'time'> & { readonly time: string };
interface PageOfEvents {
  readonly data: readonly EventJson[];
  readonly next: string;
}

const api = useApi();
const feed = useFeed(api.database);
let running: EventFeed;

beforeAll(() => {
  running = new EventFeed({ pool: api.database.pool, exchange: undefined, logger: silentLogger });
  running.start();
});
afterAll(() => running.stop());

async function readPage(query: string): Promise<PageOfEvents> {
  const answer = await api.get(`/v1/events${query}`);
  expect(answer.statusCode, answer.body).toBe(200);
  return answer.json<PageOfEvents>();
}

/** From `after` on, until the feed has no more. */
async function readOn(after: string, query = ''): Promise<{ events: EventJson[]; next: string; pages: number }> {
  const events: EventJson[] = [];
  let next = after;
  for (let pages = 1; pages <= 10_000; pages += 1) {
    const page = await readPage(`?after=${next}${query}`);
    events.push(...page.data);
    if (page.next === next) return { events, next, pages };
    next = page.next;
  }
  throw new Error('the feed does not end');
}

/** The cursor after everything that is committed now. */
async function endOfFeed(): Promise<string> {
  await feed.placeAll();
  return String((await feed.placed()).length);
}

const idsOf = (events: readonly EventJson[]) => events.map(({ id }) => Number(id));

describe('GET /v1/events', () => {
  it('answers with a CloudEvent for each change of state, an order and its parts in their order', async () => {
    const start = await endOfFeed();
    const order = await deliveredOrder(api, { customer_email: 'asha@example.com', customer_id: 'customer-secret' });
    const part = await requestReturn(api, order, 1);
    await moveReturn(api, part.id, 'approve', 'dispatch', 'receive', 'complete');
    await feed.placeAll();

    const { events } = await readOn(start, '&limit=3');
    const types = events.map(({ type }) => type.replace(/^roundtrip\.(.*)\.v1$/, '$1'));
    expect(types).toEqual([
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
    const record = await api.get(`/v1/orders/${order.id}/transitions`);
    const transitions = record.json<{ data: { id: number; created_at: string; hash: string; actor: string }[] }>().data;
    expect(idsOf(events)).toEqual(transitions.map(({ id }) => id));
    expect(events[6]).toEqual({
      specversion: '1.0',
      id: String(transitions[6]?.id),
      source: expect.stringMatching(/^\/roundtrip\/r[0-9a-f]{11}$/) as unknown,
      type: 'roundtrip.return.approved.v1',
      subject: `orders/${order.id}`,
      time: transitions[6]?.created_at,
      datacontenttype: 'application/json',
      dataschema: 'urn:roundtrip:schema:transition:v1',
      data: {
        transition_id: transitions[6]?.id,
        order_id: order.id,
        order_number: order.order_number,
        entity_type: 'return',
        entity_id: part.id,
        event: 'approve',
        from_state: 'REQUESTED',
        to_state: 'APPROVED',
        actor: transitions[6]?.actor,
        reason: null,
        sequence: 7,
      },
    });
    expect(JSON.stringify(events)).not.toMatch(/asha|customer-secret/);
  });

  it('says by the same `next` that there is nothing more, and goes on from it later', async () => {
    const next = await endOfFeed();
    expect(await readPage(`?after=${next}`)).toEqual({ data: [], next });
    const { id } = await placeOrder(api);
    await feed.placeAll();
    const page = await readPage(`?after=${next}`);
    expect(page.data.map(({ subject }) => subject)).toEqual([`orders/${id}`]);
    expect(page.next).not.toBe(next);
  });

  it('shows fifty from the beginning unless told, and as many as it is told', async () => {
    await Promise.all(Array.from({ length: 60 }, () => placeOrder(api)));
    await feed.placeAll();
    expect((await readPage('')).data).toHaveLength(50);
    expect((await readPage('?limit=7')).data).toHaveLength(7);
    expect((await readPage('?limit=7&after=0')).next).toBe('7');
  });

  it('shows a reader who follows it every event once and in order, while 16 writers write', async () => {
    const start = await endOfFeed();
    const writing = new AbortController();
    const followed: EventJson[] = [];
    let next = start;
    const readOnce = async () => {
      const read = await readOn(next, '&limit=11');
      followed.push(...read.events);
      next = read.next;
    };
    const following = (async () => {
      while (!writing.signal.aborted) await readOnce();
    })();
    const orders = await Promise.all(Array.from({ length: 16 }, () => deliveredOrder(api)));
    const write = async (writer: number) => {
      for (let round = 0; round < 4; round += 1) {
        const order = orders[(writer + round * 4) % orders.length];
        if (!order) throw new Error('there is no such order');
        const part = await requestReturn(api, order, 1);
        await moveReturn(api, part.id, 'reject');
        await moveOrder(api, (await placeOrder(api)).id, 'pay', 'cancel');
      }
    };
    await Promise.all(Array.from({ length: 16 }, (_, writer) => write(writer)));
    writing.abort();
    await following;
    await feed.placeAll();
    await readOnce();

    const placed = await feed.placed();
    checkFeed(placed);
    expect(idsOf(followed)).toEqual(placed.slice(Number(start)).map(({ transition_id: id }) => id));
    expect(followed.length).toBeGreaterThan(16 * 4 * 5);
  });

  it('never shows an event before one that commits later and has its place first', async () => {
    const start = await endOfFeed();
    const order = await feed.addOrder();
    const open = await feed.connection();
    await open.query('BEGIN');
    const late = await feed.addTransition(open, order, 1);
    const { id } = await placeOrder(api);
    await feed.sequencer.placeNext();
    expect(await readPage(`?after=${start}`)).toEqual({ data: [], next: start });
    await open.query('COMMIT');
    await feed.placeAll();
    const { events } = await readOn(start);
    expect(Number(events[0]?.id)).toBe(late);
    expect(events[1]?.subject).toBe(`orders/${id}`);
  });

  it('shows only what is asked for by type, page by page, also where it is rare in a long feed', async () => {
    const start = await endOfFeed();
    const rare = await placeOrder(api);
    await moveOrder(api, rare.id, 'cancel');
    const order = await feed.addOrder();
    await feed.addTransitions(order, 6_000);
    await feed.placeAll();
    const other = await placeOrder(api);
    await moveOrder(api, other.id, 'cancel');
    await feed.placeAll();

    const first = await readPage(`?after=${start}&type=roundtrip.order.cancelled.v1&limit=1`);
    expect(first.data.map(({ subject }) => subject)).toEqual([`orders/${rare.id}`]);
    const { events, pages } = await readOn(start, '&type=roundtrip.order.cancelled.v1');
    expect(events.map(({ subject }) => subject)).toEqual([`orders/${rare.id}`, `orders/${other.id}`]);
    expect(pages).toBe(3);
    for (const { type } of DOMAIN_EVENTS) {
      const page = await readPage(`?type=${type}&limit=1`);
      for (const event of page.data) expect(event.type).toBe(type);
    }
  });

  it.for(['-1', 'x', '', '1.5', '1e3', '0x1', '%00', '9'.repeat(16), '1&after=2'])(
    'refuses %s, which is no cursor',
    async (after) => {
      const answer = await api.get(`/v1/events?after=${after}`);
      expect(answer.statusCode).toBe(400);
      expect(answer.json<ProblemJson>()).toMatchObject({ code: 'request.invalid', errors: [{ field: 'after' }] });
    },
  );

  it('refuses a cursor that is ahead of the feed, instead of passing over what is to come', async () => {
    const next = await endOfFeed();
    const answer = await api.get(`/v1/events?after=${Number(next) + 1}`);
    expect(answer.statusCode).toBe(400);
    expect(answer.json<ProblemJson>()).toMatchObject({ code: 'request.invalid', errors: [{ field: 'after' }] });
  });

  it.for(['type=order.shipped', 'type=', 'limit=0', 'limit=201', 'colour=red'])('refuses %s', async (query) => {
    expect((await api.get(`/v1/events?${query}`)).statusCode).toBe(400);
  });
});

it('the metrics tell how long the oldest transition has been waiting for its place', async () => {
  const lag = async () => {
    const text = (await api.get('/metrics')).body;
    return Number(/^event_feed_lag_seconds (\S+)$/m.exec(text)?.[1]);
  };
  await feed.placeAll();
  expect(await lag()).toBe(0);
  const order = await feed.addOrder();
  const holder = await feed.connection();
  await holder.query('BEGIN; SELECT pg_current_xact_id()');
  await feed.addTransition(api.database.pool, order, 1);
  await eventually('the lag grows', async () => (await lag()) > 0);
  await holder.query('COMMIT');
  await feed.placeAll();
  expect(await lag()).toBe(0);
});
