import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { orderTotalMinor, returnTotalMinor } from '../import-plan.ts';
import { readOnlineRetail } from './read.ts';

const DECEMBER =
  process.env['ONLINE_RETAIL_FILE'] ??
  path.resolve(import.meta.dirname, '../../../../../shared/data/online-retail-2010-12.csv');

describe('the real December of 2010', () => {
  test('comes to exactly the orders, returns and rejections of its rule', async ({ skip }) => {
    skip(!existsSync(DECEMBER), `the data is not at ${DECEMBER}; ONLINE_RETAIL_FILE says where else`);
    const { rows, orders, returns, rejected } = await readOnlineRetail(DECEMBER);
    const orderByNumber = new Map(orders.map((order) => [order.orderNumber, order]));
    const sum = <Item>(items: readonly Item[], amount: (item: Item) => number): number => {
      return items.reduce((total, item) => total + amount(item), 0);
    };
    const refundMinor = sum(returns, (each) => {
      const order = orderByNumber.get(each.orderNumber);
      return order ? returnTotalMinor(order, each) : Number.NaN;
    });
    expect({
      rows,
      orders: orders.length,
      orderLines: sum(orders, ({ items }) => items.length),
      longestOrder: Math.max(...orders.map(({ items }) => items.length)),
      grossMinor: sum(orders, orderTotalMinor),
      returns: returns.length,
      returnLines: sum(returns, (each) => each.rows),
      returnedUnits: sum(returns, ({ items }) => sum(items, ({ quantity }) => quantity)),
      refundMinor,
      rejected,
    }).toEqual({
      rows: 42_481,
      orders: 1_629,
      orderLines: 41_683,
      longestOrder: 675,
      grossMinor: 82_374_614,
      returns: 156,
      returnLines: 289,
      returnedUnits: 3_196,
      refundMinor: 803_172,
      rejected: { no_customer: 38, no_matching_order_line: 401, not_a_sale: 70 },
    });
    expect(rows).toBe(41_683 + 289 + 38 + 401 + 70);
  });
});

describe('a file', () => {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'roundtrip-import-'));
  });
  afterAll(async () => {
    await rm(folder, { recursive: true });
  });

  test('that is missing or a folder is refused with its name', async () => {
    await expect(readOnlineRetail(path.join(folder, 'none.csv'))).rejects.toThrow(/^cannot read .*none\.csv: ENOENT/);
    await expect(readOnlineRetail(folder)).rejects.toThrow(`cannot read ${folder}: EISDIR`);
  });

  test('that is not UTF-8 is refused rather than imported with letters lost', async () => {
    const file = path.join(folder, 'latin1.csv');
    await writeFile(file, Buffer.from('£5 VOUCHER', 'latin1'));
    await expect(readOnlineRetail(file)).rejects.toThrow('it is not UTF-8 text');
  });
});
