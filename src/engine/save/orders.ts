import type { Order, OrderItem } from '../../domain/orders/order.ts';
import { taxMinorOf } from '../../domain/pricing/tax.ts';
import type { OrderChange } from '../changes.ts';
import { compare, json, type Value, type Write } from './write.ts';

/** Orders and their line items. Those whose prices have no parts are written by narrower statements, as most are. */
export function saveOrders(write: Write, orders: readonly OrderChange[]): void {
  const placed = orders
    .filter(({ before }) => !before)
    .sort((a, b) => compare(a.after.orderNumber, b.after.orderNumber));
  // All orders of a batch by one statement: two would take their numbers out of order.
  if (placed.some(({ after }) => hasParts(after))) insertPricedOrders(write, placed);
  else insertPlainOrders(write, placed);
  const items = placed.flatMap(({ after }) => after.items.map((item) => ({ order: after, item })));
  insertItems(write, items);
  write(
    'update-orders',
    orders.filter(({ before }) => before),
    `UPDATE orders SET state = changed.state, updated_at = changed.updated_at, version = changed.version,
                       transition_count = changed.transition_count, transition_hash = changed.transition_hash
     FROM unnest($1::bigint[], $2::text[], $3::timestamptz[], $4::integer[], $5::integer[], $6::bytea[])
          AS changed (id, state, updated_at, version, transition_count, transition_hash)
     WHERE orders.id = changed.id`,
    ({ after, chain }) => [after.id, after.state, after.updatedAt, after.version, chain.length, chain.hash],
  );
}

/** Whether anything of the order is kept in the columns that a plain order leaves at their defaults. */
function hasParts({ pricing, billTo, shipTo, placeOfSupply }: Order): boolean {
  const { pricesIncludeTax, discountMinor, shipping, roundingMinor, taxMinor } = pricing;
  const isPlain = !pricesIncludeTax && discountMinor === 0 && !shipping && roundingMinor === 0 && taxMinor === 0;
  return !isPlain || billTo !== null || shipTo !== null || placeOfSupply !== null;
}

function isPriced({ discountMinor, orderDiscountMinor, taxes, commodityCode }: OrderItem): boolean {
  return discountMinor + orderDiscountMinor > 0 || taxes.length > 0 || commodityCode !== null;
}

function insertPlainOrders(write: Write, placed: readonly OrderChange[]): void {
  write(
    'insert-orders',
    placed,
    `INSERT INTO orders (id, order_number, customer_id, customer_email, currency, state, total_minor, placed_at,
                         created_at, updated_at, version, transition_count, transition_hash, shop_id)
     SELECT * FROM unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::bigint[],
                          $8::timestamptz[], $9::timestamptz[], $10::timestamptz[], $11::integer[], $12::integer[],
                          $13::bytea[], $14::bigint[])`,
    ({ after, chain }) => [...plainOrder(after, chain), after.shopId],
  );
}

function insertPricedOrders(write: Write, placed: readonly OrderChange[]): void {
  write(
    'insert-priced-orders',
    placed,
    `INSERT INTO orders (id, order_number, customer_id, customer_email, currency, state, total_minor, placed_at,
                         created_at, updated_at, version, transition_count, transition_hash, prices_include_tax,
                         discount_minor, shipping_minor, shipping, rounding_minor, tax_minor, bill_to, ship_to,
                         place_of_supply, shop_id)
     SELECT * FROM unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::bigint[],
                          $8::timestamptz[], $9::timestamptz[], $10::timestamptz[], $11::integer[], $12::integer[],
                          $13::bytea[], $14::boolean[], $15::bigint[], $16::bigint[], $17::jsonb[], $18::bigint[],
                          $19::bigint[], $20::jsonb[], $21::jsonb[], $22::text[], $23::bigint[])`,
    ({ after, chain }) => [
      ...plainOrder(after, chain),
      after.pricing.pricesIncludeTax,
      after.pricing.discountMinor,
      after.pricing.shipping?.totalMinor ?? 0,
      json(after.pricing.shipping),
      after.pricing.roundingMinor,
      after.pricing.taxMinor,
      json(after.billTo),
      json(after.shipTo),
      after.placeOfSupply,
      after.shopId,
    ],
  );
}

function plainOrder(after: Order, chain: OrderChange['chain']): Value[] {
  return [
    after.id,
    after.orderNumber,
    after.customerId,
    after.customerEmail,
    after.currency,
    after.state,
    after.totalMinor,
    after.placedAt,
    after.createdAt,
    after.updatedAt,
    after.version,
    chain.length,
    chain.hash,
  ];
}

interface NewItem {
  readonly order: Order;
  readonly item: OrderItem;
}

function insertItems(write: Write, items: readonly NewItem[]): void {
  write(
    'insert-order-items',
    items.filter(({ item }) => !isPriced(item)),
    `INSERT INTO order_items (id, order_id, order_created_at, line_number, sku, title, quantity, unit_price_minor)
     SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::timestamptz[], $4::integer[], $5::text[], $6::text[],
                          $7::integer[], $8::bigint[])`,
    plainItem,
  );
  write(
    'insert-priced-order-items',
    items.filter(({ item }) => isPriced(item)),
    `INSERT INTO order_items (id, order_id, order_created_at, line_number, sku, title, quantity, unit_price_minor,
                              discount_minor, order_discount_minor, tax_minor, taxes, total_minor, commodity_code)
     SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::timestamptz[], $4::integer[], $5::text[], $6::text[],
                          $7::integer[], $8::bigint[], $9::bigint[], $10::bigint[], $11::bigint[], $12::jsonb[],
                          $13::bigint[], $14::text[])`,
    (each) => [
      ...plainItem(each),
      each.item.discountMinor,
      each.item.orderDiscountMinor,
      taxMinorOf(each.item),
      json(each.item.taxes),
      each.item.totalMinor,
      each.item.commodityCode,
    ],
  );
}

function plainItem({ order: { id, createdAt }, item }: NewItem): Value[] {
  return [item.id, id, createdAt, item.lineNumber, item.sku, item.title, item.quantity, item.unitPriceMinor];
}
