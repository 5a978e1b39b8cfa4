import { customerId, newOrder, skuOf } from '../shop/catalogue.ts';
import { get, idOf, post, type Flow, type Request } from './request.ts';
import { pick, type ShopSample } from './sample.ts';

/** Makes the flow of one connection. Names are what `npm run bench` takes. */
export const FLOWS = {
  create: (shop) => createOrders(shop, { lines: 3, keyed: false }),
  'create-keyed': (shop) => createOrders(shop, { lines: 3, keyed: true }),
  'create-single-line': (shop) => createOrders(shop, { lines: 1, keyed: false }),
  'create-2000-lines': (shop) => createOrders(shop, { lines: 2_000, keyed: false }),
  lifecycle: wholeLifecycles,
  return: wholeReturns,
  read: (shop) => repeat(() => get(`/v1/orders/${pick(shop.orderIds)}`)),
  list: () => repeat(newestOrders),
  customer: (shop) => repeat(() => get(`/v1/orders?customer_id=${customerId(random(shop.customers))}`)),
  sku: (shop) => repeat(() => get(`/v1/orders?sku=${skuOf(random(shop.skus))}`)),
  timeline: (shop) => repeat(() => get(`/v1/orders/${pick(shop.orderIds)}/transitions`)),
  mixed: mixedDay,
} as const satisfies Record<string, (shop: ShopSample, connection: number) => Flow>;

export type FlowName = keyof typeof FLOWS;

function random(limit: number): number {
  return Math.floor(Math.random() * limit);
}

function* repeat(next: () => Request): Flow {
  for (;;) yield next();
}

const LISTED_STATES = ['', '&state=DELIVERED', '&state=PAID', '&state=SHIPPED', '&created_from=2020-01-01T00:00:00Z'];

/** The newest 50, of all and by filters that many orders pass. */
function newestOrders(): Request {
  return get(`/v1/orders?limit=50${LISTED_STATES[random(LISTED_STATES.length)] ?? ''}`);
}

let orders = 0;

/** Numbers of one process are consecutive, behind its own prefix, as those of a shop are. */
function place(shop: ShopSample, lines: number, completes: boolean, keyed = false): Request {
  orders += 1;
  const number = `B${process.pid}-${Date.now().toString(36)}-${orders}`;
  const body = newOrder(number, random(shop.customers), lines, () => random(shop.skus));
  return post('/v1/orders', { status: 201, completes, body, ...(keyed ? { idempotencyKey: number } : {}) });
}

function* createOrders(shop: ShopSample, { lines, keyed }: { lines: number; keyed: boolean }): Flow {
  for (;;) yield place(shop, lines, true, keyed);
}

const MOVES = ['pay', 'process', 'ship', 'deliver'] as const;

function* wholeLifecycles(shop: ShopSample): Flow {
  for (;;) {
    const id = idOf(yield place(shop, 3, false));
    for (const move of MOVES) yield post(`/v1/orders/${id}/${move}`, { status: 200, completes: move === 'deliver' });
  }
}

const RETURN_MOVES = ['approve', 'dispatch', 'receive', 'complete'] as const;

/** From the request to its completion, which creates the refund; the scenario waits for those to be settled. */
function* wholeReturns(shop: ShopSample, connection: number): Flow {
  for (let at = connection; ; at += CONNECTIONS_APART) {
    const pairs = shop.returnable.length / 2;
    const orderId = shop.returnable[2 * (at % pairs)] ?? 0;
    const itemId = shop.returnable[2 * (at % pairs) + 1] ?? 0;
    const body = { reason: 'Too small', items: [{ order_item_id: itemId, quantity: 1 }] };
    const id = idOf(yield post(`/v1/orders/${orderId}/returns`, { status: 201, completes: false, body }));
    for (const move of RETURN_MOVES) {
      yield post(`/v1/returns/${id}/${move}`, { status: 200, completes: move === 'complete' });
    }
  }
}

/** Each connection walks orders of its own, so that no two want the same unit back. */
const CONNECTIONS_APART = 64;

/** 70 % reads, 20 % creates and moves of orders, 10 % returns. Orders and returns go one step on at each turn. */
function* mixedDay(shop: ShopSample, connection: number): Flow {
  const walking = wholeLifecycles(shop);
  const returning = wholeReturns(shop, connection);
  let nextMove = walking.next().value;
  let nextOfReturn = returning.next().value;
  for (;;) {
    const turn = Math.random();
    if (turn < 0.2) nextMove = walking.next(yield { ...nextMove, completes: true }).value;
    else if (turn < 0.3) nextOfReturn = returning.next(yield { ...nextOfReturn, completes: true }).value;
    else yield lookAround(shop, (turn - 0.3) / 0.7);
  }
}

/** @param turn from 0 to 1: most look at one order */
function lookAround(shop: ShopSample, turn: number): Request {
  if (turn < 0.55) return get(`/v1/orders/${pick(shop.orderIds)}`);
  if (turn < 0.7) return newestOrders();
  if (turn < 0.85) return get(`/v1/orders?customer_id=${customerId(random(shop.customers))}`);
  if (turn < 0.9) return get(`/v1/orders?sku=${skuOf(random(shop.skus))}`);
  return get(`/v1/orders/${pick(shop.orderIds)}/transitions`);
}
