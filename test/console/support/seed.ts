import type { Backend } from '../../../src/cli/backend.ts';
import type { PlaceOrder } from '../../../src/domain/commands.ts';
import type { OrderEvent, ReturnEvent } from '../../../src/domain/lifecycles.ts';
import type { Order } from '../../../src/domain/orders/order.ts';
import type { Intent } from '../../../src/engine/request.ts';

const CATALOGUE = [
  { sku: 'KURTA-M-BLUE', title: 'Cotton kurta, blue, M', unitPriceMinor: 129_900 },
  { sku: 'DUPATTA-RED', title: 'Silk dupatta, red', unitPriceMinor: 84_950 },
  { sku: 'LAMP-BRASS', title: 'Brass oil lamp', unitPriceMinor: 45_000 },
  { sku: 'TEA-ASSAM-500', title: 'Assam tea, 500 g', unitPriceMinor: 37_500 },
  { sku: 'SANDAL-42', title: 'Leather sandals, 42', unitPriceMinor: 219_900 },
  { sku: 'CARD-DIWALI', title: 'Greeting card, Diwali', unitPriceMinor: 9_900 },
] as const;
const NAMES = ['asha', 'bela', 'chandra', 'dev', 'esha', 'farid', 'gita', 'hari', 'indu', 'jaya'] as const;
const REASONS = ['Too small', 'Arrived damaged', 'Not as described', 'Changed my mind', 'Wrong colour'] as const;

/** How many orders go which way: 10,000 in all. Few are shipped, because each of those has an invoice drawn. */
const WAYS: readonly (readonly [number, readonly OrderEvent[]])[] = [
  [5_180, []],
  [3_000, ['cancel']],
  [1_000, ['pay']],
  [700, ['pay', 'process']],
  [40, ['pay', 'process', 'ship']],
  [80, ['pay', 'process', 'ship', 'deliver']],
];
const RETURN_WAYS: readonly (readonly [number, readonly ReturnEvent[]])[] = [
  [24, []],
  [6, ['approve']],
  [10, ['approve', 'dispatch']],
  [6, ['approve', 'dispatch', 'receive']],
  [8, ['approve', 'dispatch', 'receive', 'complete']],
  [3, ['reject']],
];
const AT_ONCE = 500;
const MIXING_STEP = 7_919;

/** Fills the shop through the engine, as it would have filled over a month. */
export async function seedShop({ engine, pool }: Pick<Backend, 'engine' | 'pool'>): Promise<void> {
  const done = async (intent: Intent): Promise<{ order: Order; subjectId: number }> => {
    const outcome = await engine.execute({ intent, actor: 'seed' });
    if (outcome.kind !== 'done') throw new Error(`the seed was refused: ${JSON.stringify(outcome)}`);
    return outcome;
  };
  const delivered: Order[] = [];
  const sorted = WAYS.flatMap(([count, way]) => Array.from({ length: count }, () => way));
  // Mixed, and the same each time: the step has no divisor in common with the number of orders.
  const ways = sorted.map((_, index) => sorted[(index * MIXING_STEP) % sorted.length] ?? []);
  await inBatches(ways, async (way, index) => {
    let { order } = await done({ kind: 'place', command: placement(index) });
    for (const event of way) {
      const command = { type: 'move_order', event, reason: null } as const;
      order = (await done({ kind: 'change', target: { orderId: order.id }, command })).order;
    }
    if (order.state === 'DELIVERED') delivered.push(order);
  });

  const returnWays = RETURN_WAYS.flatMap(([count, way]) => Array.from({ length: count }, () => way));
  await inBatches(returnWays, async (way, index) => {
    const order = delivered[index];
    const [item] = order?.items ?? [];
    if (!order || !item) throw new Error('more returns than delivered orders');
    const { subjectId: returnId } = await done({
      kind: 'change',
      target: { orderId: order.id },
      command: {
        type: 'request_return',
        reason: REASONS[index % REASONS.length] ?? '',
        items: [{ orderItemId: item.id, quantity: 1 }],
      },
    });
    for (const event of way) {
      const reason = event === 'reject' ? 'Worn, and out of its thirty days' : null;
      await done({
        kind: 'change',
        target: { returnId },
        command: { type: 'move_return', returnId, event, reason },
      });
    }
  });

  // Nobody orders ten thousand times in one moment: what is older lies further back.
  await pool.query(
    `UPDATE orders SET created_at = created_at - age, placed_at = placed_at - age,
                       updated_at = updated_at - least(age, interval '20 hours')
     FROM (SELECT id, make_interval(secs => power((1 - row_number() OVER (ORDER BY id) / 10000.0), 1.3) * 2500000) AS age
           FROM orders) AS ages WHERE ages.id = orders.id`,
  );
  await pool.query(
    `UPDATE returns SET created_at = created_at - age, updated_at = updated_at - age / 3
     FROM (SELECT id, make_interval(hours => (row_number() OVER (ORDER BY id) * 7 % 300)::integer) AS age
           FROM returns) AS ages WHERE ages.id = returns.id`,
  );
  await pool.query('ANALYZE');
}

function placement(index: number): PlaceOrder {
  const name = NAMES[index % NAMES.length] ?? NAMES[0];
  const customer = `${name}-${Math.floor(index / 25)}`;
  return {
    type: 'place_order',
    orderNumber: `WEB-${String(index + 1).padStart(5, '0')}`,
    customerId: customer,
    customerEmail: `${customer}@example.com`,
    currency: 'INR',
    placedAt: null,
    items: Array.from({ length: 1 + (index % 3) }, (_, line) => {
      const product = CATALOGUE[(index + line) % CATALOGUE.length] ?? CATALOGUE[0];
      return { ...product, quantity: 1 + ((index + line) % 3) };
    }),
  };
}

async function inBatches<Item>(
  items: readonly Item[],
  work: (item: Item, index: number) => Promise<void>,
): Promise<void> {
  for (let start = 0; start < items.length; start += AT_ONCE) {
    await Promise.all(items.slice(start, start + AT_ONCE).map((item, index) => work(item, start + index)));
  }
}
