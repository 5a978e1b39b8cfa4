import { setTimeout as delay } from 'node:timers/promises';
import type { Random } from '../random.ts';
import type { Acknowledged, AcknowledgedOrder } from './acknowledged.ts';
import { Broken, type ShopClient } from './shop-client.ts';

const MOST_THINK_MS = 120;
/** Long invoices take long enough to draw that a fault can meet one half-way. */
const LONG_ORDER_LINES = 150;

const PATHS = [
  { weight: 6, events: ['pay', 'process', 'ship', 'deliver'], returns: true },
  { weight: 2, events: ['pay', 'process', 'ship', 'deliver'], returns: false },
  { weight: 3, events: ['pay', 'cancel'], returns: false },
  { weight: 1, events: ['cancel'], returns: false },
] as const;

interface Line {
  readonly id: number;
  readonly quantity: number;
  readonly unitPriceMinor: number;
}

export interface LifecycleOptions {
  readonly client: ShopClient;
  readonly acknowledged: Acknowledged;
  readonly random: Random;
  /** Unique in the run: it begins the order's number and its keys. */
  readonly name: string;
}

/** One order from its placing to its end, each step under a key of its own, and each answer written down. */
export async function liveThrough({ client, acknowledged, random, name }: LifecycleOptions): Promise<void> {
  const path = random.pick(PATHS.flatMap((each) => Array.from({ length: each.weight }, () => each)));
  const { order, lines } = await place({ client, acknowledged, random, name });
  for (const event of path.events) {
    await think(random);
    await client.post(`/v1/orders/${order.id}/${event}`, `${name}-${event}`, {});
    order.moves.push({ entity: 'order', id: order.id, event });
  }
  if (path.events.length === 2) order.refunds.push({ returnId: undefined, amountMinor: worthOf(lines) });
  if (path.returns) await giveBack({ client, random, name }, order, lines);
}

async function place({ client, acknowledged, random, name }: LifecycleOptions) {
  const count = random.chance(0.15) ? LONG_ORDER_LINES : random.between(1, 4);
  const items = Array.from({ length: count }, (_, index) => ({
    sku: `SKU-${index + 1}`,
    title: `Thing ${index + 1} of ${name}`,
    quantity: random.between(1, 5),
    unit_price_minor: random.between(1, 500_000),
  }));
  const body = await client.post('/v1/orders', `${name}-place`, {
    order_number: name,
    customer_id: `customer-${random.between(1, 50)}`,
    customer_email: `${name.toLowerCase()}@example.com`,
    items,
  });
  const answered = listField(body, 'items').map((item): Line => ({
    id: numberField(item, 'id'),
    quantity: numberField(item, 'quantity'),
    unitPriceMinor: numberField(item, 'unit_price_minor'),
  }));
  if (answered.length !== count)
    throw new Broken(`order ${name} was answered with ${answered.length} of ${count} lines`);
  return { order: acknowledged.add(numberField(body, 'id'), name), lines: answered };
}

async function giveBack(
  { client, random, name }: Omit<LifecycleOptions, 'acknowledged'>,
  order: AcknowledgedOrder,
  lines: readonly Line[],
): Promise<void> {
  const returned = random
    .shuffled(lines)
    .slice(0, random.between(1, Math.min(3, lines.length)))
    .map((line) => ({ ...line, quantity: random.between(1, line.quantity) }));
  const body = await client.post(`/v1/orders/${order.id}/returns`, `${name}-return`, {
    reason: 'Does not fit',
    items: returned.map(({ id, quantity }) => ({ order_item_id: id, quantity })),
  });
  const id = numberField(body, 'id');
  order.moves.push({ entity: 'return', id, event: 'request' });
  for (const event of ['approve', 'dispatch', 'receive', 'complete']) {
    await think(random);
    await client.post(`/v1/returns/${id}/${event}`, `${name}-return-${event}`, {});
    order.moves.push({ entity: 'return', id, event });
  }
  order.refunds.push({ returnId: id, amountMinor: worthOf(returned) });
}

function think(random: Random): Promise<unknown> {
  return delay(random.between(0, MOST_THINK_MS));
}

function worthOf(lines: readonly Line[]): number {
  return lines.reduce((sum, { quantity, unitPriceMinor }) => sum + quantity * unitPriceMinor, 0);
}

function fieldOf(body: unknown, name: string): unknown {
  return typeof body === 'object' && body !== null ? Reflect.get(body, name) : undefined;
}

function numberField(body: unknown, name: string): number {
  const value = fieldOf(body, name);
  if (typeof value !== 'number') throw new Broken(`an answer has no number "${name}": ${JSON.stringify(body)}`);
  return value;
}

function listField(body: unknown, name: string): readonly unknown[] {
  const value = fieldOf(body, name);
  if (!Array.isArray(value)) throw new Broken(`an answer has no list "${name}": ${JSON.stringify(body)}`);
  return value;
}
