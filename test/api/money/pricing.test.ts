import { describe, expect, it } from 'vitest';
import { useApi } from '../../support/api.ts';
import { newOrder, type ProblemJson } from '../../support/shop/shop.ts';

const api = useApi();

const GST = [
  { name: 'CGST', rate_bp: 900 },
  { name: 'SGST', rate_bp: 900 },
];

/** 3 x 100.00 and 1 x 49.99, less 10.00, with 18 % GST on top; shipping 50.00; rounded to whole rupees. */
const priced = {
  discount_minor: 1_000,
  items: [
    { sku: 'A', title: 'A', quantity: 3, unit_price_minor: 10_000, taxes: GST, commodity_code: '61052010' },
    { sku: 'B', title: 'B', quantity: 1, unit_price_minor: 4_999, discount_minor: 999, tax_rate_bp: 500 },
  ],
  shipping: { amount_minor: 5_000, taxes: GST, commodity_code: '9968' },
  round_total_to_minor: 100,
  bill_to: { name: 'Asha Rao', address_lines: ['7 Temple Street'], city: 'Mysuru', country_code: 'IN' },
  place_of_supply: '29',
};

describe('an order with taxes, discounts and shipping', () => {
  it('is answered with every part of its price, and read back the same from the database', async () => {
    const placed = await api.post('/v1/orders', newOrder(priced));
    expect(placed.statusCode).toBe(201);
    const order = placed.json<{ id: number }>();
    expect(order).toMatchObject({
      currency_exponent: 2,
      prices_include_tax: false,
      discount_minor: 1_000,
      shipping: {
        amount_minor: 5_000,
        taxable_minor: 5_000,
        tax_minor: 900,
        total_minor: 5_900,
        commodity_code: '9968',
      },
      // (300.00 - 8.82) + 2 x 26.21, (40.00 - 1.18) + 1.94, 59.00: 443.36 in all.
      rounding_minor: -36,
      tax_minor: 5_242 + 194 + 900,
      total_minor: 44_300,
      ship_to: null,
      place_of_supply: '29',
      bill_to: { name: 'Asha Rao', postal_code: null, tax_id: null },
      items: [
        {
          discount_minor: 0,
          order_discount_minor: 882,
          taxable_minor: 29_118,
          taxes: [
            { name: 'CGST', rate_bp: 900, amount_minor: 2_621 },
            { name: 'SGST', rate_bp: 900, amount_minor: 2_621 },
          ],
          total_minor: 34_360,
          commodity_code: '61052010',
        },
        {
          discount_minor: 999,
          order_discount_minor: 118,
          taxable_minor: 3_882,
          taxes: [{ name: 'Tax', rate_bp: 500, amount_minor: 194 }],
          total_minor: 4_076,
          commodity_code: null,
        },
      ],
    });
    expect((await api.get(`/v1/orders/${order.id}`)).json()).toEqual(order);
  });

  it('is taken with the totals that the shop worked out, where they are ours', async () => {
    const expected = { items_minor: 34_999, discount_minor: 1_999, tax_minor: 6_336, total_minor: 44_300 };
    const answer = await api.post('/v1/orders', newOrder({ ...priced, expected }));
    expect(answer.statusCode).toBe(201);
  });

  it('says what its invoice is of', async () => {
    const { id } = (await api.post('/v1/orders', newOrder(priced))).json<{ id: number }>();
    for (const event of ['pay', 'process', 'ship']) await api.post(`/v1/orders/${id}/${event}`);
    const { rows } = await api.database.pool.query<{ snapshot: object }>(
      'SELECT snapshot FROM invoices WHERE order_id = $1',
      [id],
    );
    expect(rows[0]?.snapshot).toMatchObject({
      version: 2,
      billTo: { name: 'Asha Rao' },
      lines: [{ totalMinor: 34_360, amountMinor: 30_000, commodityCode: '61052010' }, { totalMinor: 4_076 }],
      shipping: { totalMinor: 5_900 },
      roundingMinor: -36,
      taxableMinor: 38_000,
      taxMinor: 6_336,
      totalMinor: 44_300,
    });
  });
});

describe('a faulty price is refused with its field and both figures, and nothing is written', () => {
  const item = { sku: 'A', title: 'A', quantity: 2, unit_price_minor: 100 };

  it.each([
    [
      'a discount above the line',
      { items: [{ ...item, discount_minor: 201 }] },
      422,
      'items[0].discount_minor',
      { line_minor: 200 },
    ],
    ['a discount above the order', { items: [item], discount_minor: 201 }, 422, 'discount_minor', { items_minor: 200 }],
    [
      'a wrong total',
      { items: [item], expected: { total_minor: 199 } },
      422,
      'expected.total_minor',
      { given: 199, computed: 200 },
    ],
    ['an unknown currency', { items: [item], currency: 'XXA' }, 422, 'currency', { currency: 'XXA' }],
    ['a negative discount', { items: [{ ...item, discount_minor: -1 }] }, 400, 'items[0].discount_minor', {}],
    [
      'a fraction of a minor unit',
      { items: [item], shipping: { amount_minor: 0.5 } },
      400,
      'shipping.amount_minor',
      {},
    ],
    ['a tax over 100 %', { items: [{ ...item, tax_rate_bp: 10_001 }] }, 400, 'items[0].tax_rate_bp', {}],
    ['an amount past 2^53', { items: [item], discount_minor: 2 ** 53 }, 400, 'discount_minor', {}],
  ])('%s', async (_, fields, status, field, facts) => {
    const order_number = `FAULT-${field}-${status}`;
    const answer = await api.post('/v1/orders', newOrder({ ...fields, order_number }));
    expect(answer.statusCode).toBe(status);
    const problem = answer.json<ProblemJson>();
    expect(problem.errors?.map((each) => each.field)).toEqual([field]);
    expect(problem).toMatchObject(facts);
    const { rowCount } = await api.database.pool.query('SELECT FROM orders WHERE order_number = $1', [order_number]);
    expect(rowCount).toBe(0);
  });
});
