import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeCursor, encodeCursor } from './cursor.ts';
import { ProblemError, type Problem } from '../problems/problem.ts';

describe('a cursor', () => {
  test('comes back as it was given out', () => {
    const cursor = fc.record({
      createdAt: fc.date({ min: new Date(0), max: new Date('5000-01-01'), noInvalidDate: true }),
      id: fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }),
    });
    fc.assert(
      fc.property(cursor, (given) => {
        const text = encodeCursor(given);
        expect(text).toMatch(/^[\w-]{1,100}$/);
        expect(decodeCursor(text)).toEqual(given);
      }),
    );
  });

  test.each([
    ['nothing', ''],
    ['some text', 'next'],
    ['a number alone', base64url('123')],
    ['no id', base64url('123.')],
    ['no time', base64url('.5')],
    ['a sign', base64url('-1.5')],
    ['a fraction', base64url('1.5.5')],
    ['a line behind it', base64url('1.5\n')],
    ['SQL', base64url("1.5' OR '1'='1")],
    ['a year of six digits, which the database cannot read', base64url('253402300800000.5')],
    ['an id past the counting', base64url('1.99999999999999999')],
  ])('that holds %s is refused by the name of its parameter', (_title, text) => {
    const { code, status, errors } = problemOf(text);
    expect({ code, status, fields: errors?.map(({ field }) => field) }).toEqual({
      code: 'request.invalid',
      status: 400,
      fields: ['after'],
    });
  });
});

function base64url(text: string): string {
  return Buffer.from(text).toString('base64url');
}

function problemOf(text: string): Problem {
  try {
    decodeCursor(text);
  } catch (error) {
    if (error instanceof ProblemError) return error.problem;
    throw error;
  }
  throw new Error('the cursor was taken');
}
