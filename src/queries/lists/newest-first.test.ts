import { expect, test } from 'vitest';
import { newestFirst } from './newest-first.ts';
import { scopeConditions } from './scope.ts';

const PAGE = { limit: 50, after: undefined };
const AFTER = { createdAt: new Date('2026-11-25T21:00:00Z'), id: 7 };
const list = { name: 'list', select: 'SELECT id FROM orders' };

test('only what was asked for is in the statement, each value by a parameter of its own', () => {
  const statement = newestFirst({
    ...list,
    conditions: [
      ['state', 'state = ?', undefined],
      ['customer', 'customer_id = ?', "'; DROP TABLE orders"],
      ...scopeConditions({ shopId: 3 }),
    ],
    page: { limit: 50, after: AFTER },
  });
  expect(statement).toEqual({
    name: 'list customer shop after',
    text:
      'SELECT id FROM orders WHERE customer_id = $1 AND orders.shop_id = $2 ' +
      'AND (created_at, id) < ($3::timestamptz, $4::bigint) ORDER BY created_at DESC, id DESC LIMIT 51',
    values: ["'; DROP TABLE orders", 3, '2026-11-25T21:00:00.000Z', 7],
  });
});

test('no conditions: no WHERE', () => {
  expect(newestFirst({ ...list, conditions: [], page: PAGE }).text).toBe(
    'SELECT id FROM orders ORDER BY created_at DESC, id DESC LIMIT 51',
  );
});

test('only pages of the usual size are prepared, so that clients cannot fill the memory with statements', () => {
  expect(newestFirst({ ...list, conditions: [], page: { ...PAGE, limit: 49 } })).not.toHaveProperty('name');
});
