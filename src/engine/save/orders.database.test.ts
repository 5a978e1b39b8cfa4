import { expect, test } from 'vitest';
import { useDatabase } from '../../../test/support/database.ts';
import { useEngine } from '../../../test/support/engine.ts';
import type { NewItem, PlaceOrder } from '../../domain/commands.ts';
import { onlyOne } from '../../domain/example-orders.ts';
import type { Order, OrderItem } from '../../domain/orders/order.ts';
import type { Party } from '../../domain/orders/party.ts';
import type { OrderPricing } from '../../domain/pricing/facts.ts';
import { connectPipelined } from '../../platform/database/postgres.ts';
import { readWholeOrders } from '../../queries/orders/whole-orders.ts';

const database = useDatabase();
const shop = useEngine(database);

const PLAIN_ITEM: NewItem = { sku: 'LAMP', title: 'Lamp', quantity: 3, unitPriceMinor: 1_005 };
const PLAIN: Partial<PlaceOrder> = { customerEmail: null, placedAt: null, items: [PLAIN_ITEM] };
const PARTY: Party = {
  name: 'Asha Rao',
  addressLines: ['12 Example Road'],
  city: 'Bengaluru',
  postalCode: '560001',
  region: '29',
  countryCode: 'IN',
  taxId: '29ABCDE1234F1Z5',
};
const NOBODY = { billTo: null, shipTo: null, placeOfSupply: null };

/**
 * What takes one field off its default, and no other where that can be: which statement writes an order is decided by
 * what it has, so each is placed by itself.
 */
type OffDefault = Partial<PlaceOrder>;
/** Why there is no such placement: each order has a value of its own there, or none has one before it is placed. */
type Otherwise = 'of every order' | 'of no new order';

const ORDER_FIELDS = {
  id: 'of every order',
  orderNumber: 'of every order',
  shopId: { shopId: 7 },
  customerId: 'of every order',
  customerEmail: { customerEmail: 'asha@example.com' },
  currency: 'of every order',
  state: 'of every order',
  totalMinor: 'of every order',
  pricing: { pricing: { discountMinor: 50 } },
  billTo: { parties: { ...NOBODY, billTo: PARTY } },
  shipTo: { parties: { ...NOBODY, shipTo: PARTY } },
  placeOfSupply: { parties: { ...NOBODY, placeOfSupply: '29' } },
  placedAt: 'of every order',
  createdAt: 'of every order',
  updatedAt: 'of every order',
  version: 'of every order',
  items: 'of every order',
  payments: 'of no new order',
  returns: 'of no new order',
  refunds: 'of no new order',
  invoice: 'of no new order',
  creditNotes: 'of no new order',
} as const satisfies Record<keyof Order, OffDefault | Otherwise>;

const PRICING_FIELDS = {
  pricesIncludeTax: { pricing: { pricesIncludeTax: true } },
  discountMinor: { pricing: { discountMinor: 50 } },
  shipping: { pricing: { shipping: { amountMinor: 99, commodityCode: '9968', refund: 'pro_rata' } } },
  roundingMinor: { pricing: { roundTotalToMinor: 100 } },
  taxMinor: { items: [{ ...PLAIN_ITEM, taxes: [{ name: 'VAT', rateBp: 2_000 }] }] },
} as const satisfies Record<keyof OrderPricing, OffDefault>;

const ITEM_FIELDS = {
  id: 'of every order',
  lineNumber: 'of every order',
  sku: 'of every order',
  title: 'of every order',
  quantity: 'of every order',
  unitPriceMinor: 'of every order',
  discountMinor: { items: [{ ...PLAIN_ITEM, discountMinor: 30 }] },
  orderDiscountMinor: { pricing: { discountMinor: 50 } },
  taxableMinor: 'of every order',
  taxes: { items: [{ ...PLAIN_ITEM, taxes: [{ name: 'VAT', rateBp: 2_000 }] }] },
  totalMinor: 'of every order',
  commodityCode: { items: [{ ...PLAIN_ITEM, commodityCode: '9405' }] },
  returnedQuantity: 'of no new order',
} as const satisfies Record<keyof OrderItem, OffDefault | Otherwise>;

/** Everything off its default at once. */
const PRICED: OffDefault = {
  shopId: 7,
  customerEmail: 'asha@example.com',
  placedAt: new Date('2026-04-30T18:00:00.000Z'),
  parties: { billTo: PARTY, shipTo: { ...PARTY, name: 'Ravi Rao' }, placeOfSupply: '29' },
  pricing: {
    ...PRICING_FIELDS.pricesIncludeTax.pricing,
    ...PRICING_FIELDS.discountMinor.pricing,
    ...PRICING_FIELDS.shipping.pricing,
    ...PRICING_FIELDS.roundingMinor.pricing,
  },
  items: [
    PLAIN_ITEM,
    { ...PLAIN_ITEM, discountMinor: 30, taxes: [{ name: 'VAT', rateBp: 2_000 }], commodityCode: '9405' },
  ],
};

interface FieldCase {
  readonly field: string;
  readonly offDefault: OffDefault | Otherwise;
  readonly valueOf: (order: Order) => unknown;
}

const fieldCases: readonly FieldCase[] = [
  ...casesOf('order', ORDER_FIELDS, (order) => order),
  ...casesOf('pricing', PRICING_FIELDS, ({ pricing }) => pricing),
  ...casesOf('item', ITEM_FIELDS, ({ items }) => onlyOne(items)),
];

test.each(fieldCases)(
  'what an order is placed with is what is read of it, where $field alone is off its default',
  async ({ offDefault, valueOf }) => {
    const plain = await shop.place(PLAIN);
    if (typeof offDefault === 'string') {
      expect(isDefault(valueOf(plain))).toBe(offDefault === 'of no new order');
      return;
    }
    const placed = await shop.place({ ...PLAIN, ...offDefault });
    expect(valueOf(placed)).not.toEqual(valueOf(plain));
    expect(await readBack([plain, placed])).toEqual([plain, placed]);
  },
);

test('orders with and without parts that one batch places are read as they were placed', async () => {
  const all = await Promise.all([PLAIN, PLAIN, PRICED, PLAIN, PRICED].map((fields) => shop.place(fields)));
  expect(await readBack(all)).toEqual(all);
});

function casesOf<Field extends string>(
  part: string,
  fields: Readonly<Record<Field, OffDefault | Otherwise>>,
  partOf: (order: Order) => Readonly<Record<Field, unknown>>,
): FieldCase[] {
  return (Object.keys(fields) as Field[]).map((field) => ({
    field: `${part}.${field}`,
    offDefault: fields[field],
    valueOf: (order) => partOf(order)[field],
  }));
}

function isDefault(value: unknown): boolean {
  return value === null || value === false || value === 0 || (Array.isArray(value) && value.length === 0);
}

async function readBack(orders: readonly Order[]): Promise<(Order | undefined)[]> {
  const client = await connectPipelined(database.url, 'reader');
  const ids = orders.map(({ id }) => id);
  const read = await readWholeOrders(client, ids, { locked: false });
  await client.end();
  return ids.map((id) => read.get(id)?.order);
}
