import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeCursor, decodeSequence, encodeCursor, encodeSequence, type ListName } from './cursor.ts';
import { ProblemError, type Problem } from '../problems/problem.ts';

describe('a cursor', () => {
  test('comes back as it was given out', () => {
    const cursor = fc.record({
      createdAt: fc.date({ min: new Date(0), max: new Date('5000-01-01'), noInvalidDate: true }),
      id: fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }),
    });
    fc.assert(
      fc.property(cursor, (given) => {
        const text = encodeCursor('orders', given);
        expect(text).toMatch(/^[\w-]{1,100}$/);
        expect(decodeCursor('orders', text)).toEqual(given);
      }),
    );
  });

  test('of a record comes back as it was given out, and is refused where no record has so many entries', () => {
    for (const sequence of [1, 2_147_483_647]) {
      expect(decodeSequence('order-record-7', encodeSequence('order-record-7', sequence))).toBe(sequence);
    }
    expect(decodeSequence('order-record-7', '0')).toBe(0);
    expect(
      problemOf(() => decodeSequence('order-record-7', encodeSequence('order-record-7', 2_147_483_648))).code,
    ).toBe('request.invalid');
  });

  test('fits into its parameter whatever it is of', () => {
    const last = { createdAt: new Date('5000-01-01'), id: Number.MAX_SAFE_INTEGER };
    expect(encodeCursor(`webhook-endpoint-changes-${Number.MAX_SAFE_INTEGER}`, last).length).toBeLessThanOrEqual(100);
  });

  test.each<[ListName, ListName]>([
    ['returns', 'orders'],
    ['orders', 'customer-orders'],
    ['webhook-deliveries-1', 'webhook-deliveries-11'],
    ['webhook-deliveries-11', 'webhook-deliveries-1'],
    ['webhook-endpoint-changes-2', 'webhook-endpoint-changes-1'],
  ])('of %s is refused in %s', (list, other) => {
    const text = encodeCursor(list, { createdAt: new Date(0), id: 1 });
    expect(decodeCursor(list, text).id).toBe(1);
    expect(problemOf(() => decodeCursor(other, text)).code).toBe('request.invalid');
  });

  test('of one record is refused in another', () => {
    const text = encodeSequence('order-record-1', 4);
    expect(problemOf(() => decodeSequence('order-record-2', text)).errors).toMatchObject([{ field: 'after' }]);
    expect(problemOf(() => decodeSequence('return-record-1', text)).errors).toMatchObject([{ field: 'after' }]);
  });

  test.each([
    ['nothing', ''],
    ['some text', 'next'],
    ['no list, as those from before had it', Buffer.from('1.5').toString('base64url')],
    ['a number alone', ofOrders('123')],
    ['no id', ofOrders('123.')],
    ['no time', ofOrders('.5')],
    ['a sign', ofOrders('-1.5')],
    ['a fraction', ofOrders('1.5.5')],
    ['a line behind it', ofOrders('1.5\n')],
    ['SQL', ofOrders("1.5' OR '1'='1")],
    ['a year of six digits, which the database cannot read', ofOrders('253402300800000.5')],
    ['an id past the counting', ofOrders('1.99999999999999999')],
  ])('that holds %s is refused by the name of its parameter', (_title, text) => {
    const { code, status, errors } = problemOf(() => decodeCursor('orders', text));
    expect({ code, status, fields: errors?.map(({ field }) => field) }).toEqual({
      code: 'request.invalid',
      status: 400,
      fields: ['after'],
    });
  });
});

function ofOrders(place: string): string {
  return Buffer.from(`orders ${place}`).toString('base64url');
}

function problemOf(read: () => unknown): Problem {
  try {
    read();
  } catch (error) {
    if (error instanceof ProblemError) return error.problem;
    throw error;
  }
  throw new Error('the cursor was taken');
}
