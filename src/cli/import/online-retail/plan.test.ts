import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ImportPlan } from '../import-plan.ts';
import { planImport } from './plan.ts';
import type { OnlineRetailRow } from './rows.ts';
import { parsePounds } from './unit-price.ts';

function row(
  invoiceNo: string,
  stockCode: string,
  quantity: number,
  price: string,
  rest: Partial<OnlineRetailRow> = {},
): OnlineRetailRow {
  const unitPrice = parsePounds(price);
  if (!unitPrice) throw new Error(`not a price: ${price}`);
  return {
    invoiceNo,
    stockCode,
    description: 'MUG',
    quantity,
    invoicedAt: '2010-12-01T08:26:00.000Z',
    unitPrice,
    customerId: '17850',
    ...rest,
  };
}

describe('sale rows', () => {
  test('become one order per invoice, in file order, with the customer and time of its first row', () => {
    const plan = planImport([
      row('1', 'A', 2, '2.55'),
      row('2', 'B', 1, '1.0', { customerId: null }),
      row('1', 'C', 3, '0.0', { customerId: '99', invoicedAt: '2011-01-01T00:00:00.000Z' }),
    ]);
    expect(plan).toEqual({
      rows: 3,
      orders: [
        {
          orderNumber: '1',
          customerId: '17850',
          currency: 'GBP',
          placedAt: '2010-12-01T08:26:00.000Z',
          items: [
            { sku: 'A', title: 'MUG', quantity: 2, unitPriceMinor: 255 },
            { sku: 'C', title: 'MUG', quantity: 3, unitPriceMinor: 0 },
          ],
        },
        {
          orderNumber: '2',
          customerId: 'guest',
          currency: 'GBP',
          placedAt: '2010-12-01T08:26:00.000Z',
          items: [{ sku: 'B', title: 'MUG', quantity: 1, unitPriceMinor: 100 }],
        },
      ],
      returns: [],
      rejected: {},
    });
  });

  test('take the SKU for a title where the description is empty or blank', () => {
    const plan = planImport([row('1', 'A', 1, '1', { description: '' }), row('1', 'B', 1, '1', { description: '  ' })]);
    expect(plan.orders[0]?.items.map(({ title }) => title)).toEqual(['A', 'B']);
  });

  test.each([
    ['not_a_sale', '1', 0, '1.00'],
    ['not_a_sale', '1', -5, '-1.001'],
    ['not_a_sale', 'A563185', 1, '11062.06'],
    ['negative_price', '1', 1, '-11062.06'],
    ['negative_price', '1', 1, '-0.001'],
    ['price_precision', '1', 1, '0.001'],
  ])('count as %s when the invoice is %s, the quantity %d and the price %s', (reason, invoiceNo, quantity, price) => {
    expect(planImport([row(invoiceNo, 'A', quantity, price)])).toEqual({
      rows: 1,
      orders: [],
      returns: [],
      rejected: { [reason]: 1 },
    });
  });
});

describe('cancelling rows', () => {
  const sold = [row('1', 'A', 5, '2.55'), row('1', 'A', 9, '2.55'), row('2', 'A', 3, '2.55')];

  test('take from the newest order that has enough, then from its first line that has', () => {
    const { returns } = planImport([...sold, row('C3', 'A', -3, '2.55'), row('C4', 'A', -6, '2.55')]);
    expect(returns).toEqual([
      { cancellingInvoice: 'C3', orderNumber: '2', rows: 1, items: [{ lineIndex: 0, quantity: 3 }] },
      { cancellingInvoice: 'C4', orderNumber: '1', rows: 1, items: [{ lineIndex: 1, quantity: 6 }] },
    ]);
  });

  test('of one invoice that match two orders make two returns, and rows on one line of an order are added up', () => {
    const rows = [row('C3', 'A', -2, '2.55'), row('C3', 'A', -4, '2.55'), row('C3', 'A', -1, '2.55')];
    expect(planImport([...sold, ...rows]).returns).toEqual([
      { cancellingInvoice: 'C3', orderNumber: '2', rows: 2, items: [{ lineIndex: 0, quantity: 3 }] },
      { cancellingInvoice: 'C3', orderNumber: '1', rows: 1, items: [{ lineIndex: 0, quantity: 4 }] },
    ]);
  });

  test('find what earlier ones took gone', () => {
    const rows = [row('C3', 'A', -7, '2.55'), row('C4', 'A', -3, '2.55'), row('C5', 'A', -4, '2.55')];
    const { returns, rejected } = planImport([...sold, ...rows, row('C6', 'A', -3, '2.55')]);
    expect(returns.map(({ orderNumber, items }) => [orderNumber, items[0]?.lineIndex])).toEqual([
      ['1', 1],
      ['2', 0],
      ['1', 0],
    ]);
    expect(rejected).toEqual({ no_matching_order_line: 1 });
  });

  test.each([
    ['another SKU', row('C3', 'B', -1, '2.55')],
    ['a SKU in other letters', row('C3', 'a', -1, '2.55')],
    ['another price', row('C3', 'A', -1, '2.54')],
    ['a price of part of a penny', row('C3', 'A', -1, '2.551')],
    ['another customer', row('C3', 'A', -1, '2.55', { customerId: '1' })],
    ['more than any one line has left', row('C3', 'A', -10, '2.55')],
    ['nothing to take back', row('C3', 'A', 0, '2.55')],
    ['units to add', row('C3', 'A', 1, '2.55')],
  ])('with %s match no line', (_what, cancelling) => {
    const plan = planImport([...sold, cancelling]);
    expect(plan).toMatchObject({ returns: [], rejected: { no_matching_order_line: 1 } });
  });

  test('match no order that comes later in the file', () => {
    expect(planImport([row('C3', 'A', -1, '2.55'), ...sold]).returns).toEqual([]);
  });

  test('without a customer are counted apart, even where a guest bought the same', () => {
    const guest = { customerId: null };
    const plan = planImport([row('1', 'A', 5, '2.55', guest), row('C3', 'A', -5, '2.55', guest)]);
    expect(plan).toMatchObject({ returns: [], rejected: { no_customer: 1 } });
  });

  test('match a price however many zeros it is written with', () => {
    expect(planImport([row('1', 'A', 5, '2.5'), row('C3', 'A', -5, '2.500')]).returns).toHaveLength(1);
  });
});

/** Few values, so that cancellations meet sales often. */
const anyRow = fc
  .record({
    invoiceNo: fc.constantFrom('1', '2', '3', '4', 'C5', 'C6', 'C7', 'A8'),
    stockCode: fc.constantFrom('A', 'A', 'A', 'B'),
    quantity: fc.integer({ min: -6, max: 12 }),
    price: fc.constantFrom(...Array<string>(16).fill('2.55'), '1', '0.0', '-3.5', '0.001'),
    customerId: fc.constantFrom('17850', '17850', '17850', '13047', null),
  })
  .map(({ invoiceNo, stockCode, quantity, price, customerId }) =>
    row(invoiceNo, stockCode, quantity, price, { customerId }),
  );

describe('any rows', () => {
  test('are all accounted for, and no line gives back more than it sold', () => {
    let returnsSeen = 0;
    fc.assert(
      fc.property(fc.array(anyRow, { maxLength: 60, size: 'max' }), (rows) => {
        const plan = planImport(rows);
        expect(accountedRows(plan)).toBe(rows.length);
        for (const { orderNumber, items } of plan.orders) {
          const backByLine = Map.groupBy(
            plan.returns.filter((each) => each.orderNumber === orderNumber).flatMap((each) => each.items),
            ({ lineIndex }) => lineIndex,
          );
          for (const [lineIndex, back] of backByLine) {
            const quantity = back.reduce((sum, item) => sum + item.quantity, 0);
            expect(quantity).toBeLessThanOrEqual(items[lineIndex]?.quantity ?? 0);
          }
        }
        returnsSeen += plan.returns.length;
      }),
    );
    expect(returnsSeen).toBeGreaterThan(0);
  });

  test('give returns that name each line once, one for each pair of cancelling invoice and order', () => {
    fc.assert(
      fc.property(fc.array(anyRow, { maxLength: 60, size: 'max' }), (rows) => {
        const { returns } = planImport(rows);
        const pairs = new Set(returns.map((each) => `${each.cancellingInvoice} ${each.orderNumber}`));
        expect(pairs.size).toBe(returns.length);
        for (const { items } of returns) {
          expect(new Set(items.map(({ lineIndex }) => lineIndex)).size).toBe(items.length);
        }
      }),
    );
  });
});

function accountedRows({ orders, returns, rejected }: ImportPlan): number {
  const lines = orders.reduce((sum, { items }) => sum + items.length, 0);
  const returnRows = returns.reduce((sum, { rows }) => sum + rows, 0);
  return Object.values(rejected).reduce((sum, count) => sum + count, lines + returnRows);
}
