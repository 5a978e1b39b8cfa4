import type { PlaceOrder } from '../domain/commands.ts';
import type { OrderPricingFacts } from '../domain/pricing/facts.ts';
import type { OrderEvent, ReturnEvent } from '../domain/lifecycles.ts';
import type { Order } from '../domain/orders/order.ts';
import type { Intent } from '../engine/request.ts';
import type { Backend } from './backend.ts';

const ACTOR = 'sample';

const GST_5 = [
  { name: 'CGST', rateBp: 250 },
  { name: 'SGST', rateBp: 250 },
];
const GST_18 = [
  { name: 'CGST', rateBp: 900 },
  { name: 'SGST', rateBp: 900 },
];

/** Prices as shops in India show them: with their tax. */
const CATALOGUE = [
  { sku: 'KURTA-M-BLUE', title: 'Cotton kurta, blue, M', unitPriceMinor: 129_900, commodityCode: '6205', taxes: GST_5 },
  { sku: 'DUPATTA-RED', title: 'Silk dupatta, red', unitPriceMinor: 84_950, commodityCode: '6214', taxes: GST_5 },
  { sku: 'LAMP-BRASS', title: 'Brass oil lamp', unitPriceMinor: 45_000, commodityCode: '9405', taxes: GST_18 },
  { sku: 'TEA-ASSAM-500', title: 'Assam tea, 500 g', unitPriceMinor: 37_500, commodityCode: '0902', taxes: GST_5 },
  { sku: 'SANDAL-42', title: 'Leather sandals, 42', unitPriceMinor: 219_900, commodityCode: '6403', taxes: GST_18 },
  { sku: 'CARD-DIWALI', title: 'Greeting card, Diwali', unitPriceMinor: 9_900, commodityCode: '4909', taxes: GST_18 },
] as const;

/** What every second order has besides its goods: something off, and parcel post. */
const EXTRAS: OrderPricingFacts = {
  discountMinor: 5_000,
  shipping: { amountMinor: 9_900, commodityCode: '9968', taxes: GST_18 },
  roundTotalToMinor: 100,
};

const CUSTOMERS = ['asha', 'bela', 'chandra', 'dev', 'esha', 'farid', 'gita'] as const;

/** How an order comes to its state; as many orders as there are paths, times ROUNDS. */
const PATHS: readonly (readonly OrderEvent[])[] = [
  [],
  ['pay'],
  ['pay', 'process'],
  ['pay', 'process', 'ship'],
  ['pay', 'process', 'ship', 'deliver'],
  ['cancel'],
  ['pay', 'cancel'],
];
const ROUNDS = 5;

/** How far the two sample returns go. */
const RETURN_PATHS: readonly (readonly ReturnEvent[])[] = [[], ['approve', 'dispatch', 'receive', 'complete']];

/**
 * Fills an empty shop with something to look at: orders in every state and two returns, one of which waits for approval
 * and one of which is refunded. Leaves a shop that has orders alone.
 *
 * @returns how many orders were placed
 */
export async function loadSampleShop({ engine, pool }: Pick<Backend, 'engine' | 'pool'>): Promise<number> {
  const { rows } = await pool.query('SELECT FROM orders LIMIT 1');
  if (rows.length > 0) return 0;

  const plans = Array.from({ length: ROUNDS }, () => PATHS).flat();
  const orders = await Promise.all(plans.map((path, index) => placeAndMove(index, path)));
  const delivered = orders.filter(({ state }) => state === 'DELIVERED');
  await Promise.all(RETURN_PATHS.map((path, index) => returnFirstItem(delivered[index], path)));
  return orders.length;

  async function placeAndMove(index: number, path: readonly OrderEvent[]): Promise<Order> {
    let order = (await done({ kind: 'place', command: sampleOrder(index) })).order;
    for (const event of path) {
      const command = { type: 'move_order', event, reason: null } as const;
      order = (await done({ kind: 'change', target: { orderId: order.id }, command })).order;
    }
    return order;
  }

  async function returnFirstItem(order: Order | undefined, path: readonly ReturnEvent[]): Promise<void> {
    const item = order?.items[0];
    if (!order || !item) return;
    const requested = await done({
      kind: 'change',
      target: { orderId: order.id },
      command: { type: 'request_return', reason: 'Too small', items: [{ orderItemId: item.id, quantity: 1 }] },
    });
    const returnId = requested.subjectId;
    for (const event of path) {
      const command = { type: 'move_return', returnId, event, reason: null } as const;
      await done({ kind: 'change', target: { returnId }, command });
    }
  }

  async function done(intent: Intent): Promise<{ order: Order; subjectId: number }> {
    const outcome = await engine.execute({ intent, actor: ACTOR });
    if (outcome.kind === 'done') return outcome;
    throw new Error(
      `the sample shop was refused: ${outcome.kind === 'refused' ? outcome.refusal.detail : outcome.kind}`,
    );
  }
}

function sampleOrder(index: number): PlaceOrder {
  const customer = CUSTOMERS[index % CUSTOMERS.length] ?? CUSTOMERS[0];
  const lines = 1 + (index % 3);
  return {
    type: 'place_order',
    orderNumber: null,
    customerId: customer,
    customerEmail: `${customer}@example.com`,
    currency: 'INR',
    placedAt: null,
    pricing: { pricesIncludeTax: true, ...(index % 2 === 0 ? EXTRAS : {}) },
    items: Array.from({ length: lines }, (_, line) => {
      const product = CATALOGUE[(index + line) % CATALOGUE.length] ?? CATALOGUE[0];
      return { ...product, quantity: 1 + ((index + line) % 2) };
    }),
  };
}
