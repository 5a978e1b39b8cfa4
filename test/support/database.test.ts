import { describe, expect, it } from 'vitest';
import { useDatabase } from './database.ts';

const one = useDatabase();
const other = useDatabase();

describe('useDatabase', () => {
  it('gives each caller a migrated database of its own', async () => {
    expect(one.url).not.toBe(other.url);
    await one.pool.query('CREATE TABLE mark (id int)');
    const look = "SELECT to_regclass('mark')::text AS mark, to_regclass('orders')::text AS orders";
    expect((await one.pool.query(look)).rows).toEqual([{ mark: 'mark', orders: 'orders' }]);
    expect((await other.pool.query(look)).rows).toEqual([{ mark: null, orders: 'orders' }]);
  });
});
