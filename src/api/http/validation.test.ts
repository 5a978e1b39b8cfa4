import { Type, type TSchema } from 'typebox';
import { describe, expect, test } from 'vitest';
import { EMAIL_PATTERN, IdParameters, PageQuery, strict } from '../schemas/common.ts';
import { NewOrder } from '../schemas/order.ts';
import { ProblemError, type Problem } from '../problems/problem.ts';
import { compileValidator } from './validation.ts';

type Part = 'body' | 'params' | 'querystring';

function check(schema: TSchema, httpPart: Part, value: unknown): unknown {
  return compileValidator({ schema, httpPart, method: 'POST', url: '/' })(value);
}

function problemOf(schema: TSchema, httpPart: Part, value: unknown): Problem {
  try {
    check(schema, httpPart, value);
  } catch (error) {
    if (error instanceof ProblemError) return error.problem;
    throw error;
  }
  throw new Error('the value was taken');
}

const line = { sku: 'MUG', title: 'Mug', quantity: 2, unit_price_minor: 100 };
const order = { customer_id: 'customer-42', items: [line] };
const mug = (change: object) => ({ ...order, items: [line, { ...line, ...change }] });

describe('a body', () => {
  test('that fits its schema is taken as it is', () => {
    const full = { ...order, order_number: 'WEB-1', customer_email: null, placed_at: '2026-05-01T06:00:00Z' };
    expect(check(NewOrder, 'body', full)).toEqual({ value: full });
  });

  test.each([
    ['a field is missing', { items: [line] }, 'customer_id', 'is required'],
    [
      'a field of a line is missing',
      { ...order, items: [{ ...line, sku: undefined }] },
      'items[0].sku',
      'must be string',
    ],
    ['a field is unknown', { ...order, total_minor: 1 }, 'total_minor', 'is not a known field'],
    ['a field of a line is unknown', mug({ id: 1 }), 'items[1].id', 'is not a known field'],
    ['a number comes as text', mug({ quantity: '2' }), 'items[1].quantity', 'must be integer'],
    ['a number is a fraction', mug({ unit_price_minor: 0.5 }), 'items[1].unit_price_minor', 'must be integer'],
    ['a number is too small', mug({ quantity: 0 }), 'items[1].quantity', 'must be >= 1'],
    ['a text is a number', { ...order, customer_id: 42 }, 'customer_id', 'must be string'],
    ['a text is empty', { ...order, customer_id: '' }, 'customer_id', 'must not have fewer than 1 characters'],
    ['a list is empty', { ...order, items: [] }, 'items', 'must not have fewer than 1 items'],
    [
      'a time does not exist',
      { ...order, placed_at: '2026-02-30T00:00:00Z' },
      'placed_at',
      'must match format "date-time"',
    ],
    ['a code is none', { ...order, currency: 'inr' }, 'currency', 'must match pattern "^[A-Z]{3}$": ISO 4217 code'],
    ['a text that may be null is a number', { ...order, customer_email: 5 }, 'customer_email', 'must be string'],
    ['an address is none', { ...order, customer_email: 'nope' }, 'customer_email', 'must match format "email"'],
    [
      'an address is a list, as the format alone would have it',
      { ...order, customer_email: '"a,b"@example.com' },
      'customer_email',
      `must match pattern "${EMAIL_PATTERN}"`,
    ],
    [
      'a code that may be null is none',
      { ...order, bill_to: { name: 'Asha Rao', country_code: 'India' } },
      'bill_to.country_code',
      'must match pattern "^[A-Z]{2}$": ISO 3166-1 alpha-2',
    ],
    ['it is no object', [order], '', 'must be object'],
    ['it is absent', undefined, '', 'must be object'],
  ])('in which %s is refused by the name of the field', (_title, body, field, message) => {
    const { code, status, detail, errors } = problemOf(NewOrder, 'body', body);
    expect({ code, status }).toEqual({ code: 'request.invalid', status: 400 });
    expect(errors).toEqual([{ field, message }]);
    expect(detail).toBe(`${field || 'body'} ${message}`);
  });

  test('with the same fault in many lines is refused by each of them', () => {
    const codes = ['9405', '94 05', '94-05'].map((commodity_code) => ({ ...line, commodity_code }));
    const { errors } = problemOf(NewOrder, 'body', { ...order, items: codes });
    expect(errors?.map(({ field }) => field)).toEqual(['items[1].commodity_code', 'items[2].commodity_code']);
  });

  test('with several faults is refused with all of them, up to twenty', () => {
    const several = problemOf(NewOrder, 'body', { items: [{ ...line, quantity: -1, colour: 'blue' }] });
    expect(several.errors?.map(({ field }) => field).toSorted()).toEqual([
      'customer_id',
      'items[0].colour',
      'items[0].quantity',
    ]);
    expect(problemOf(NewOrder, 'body', { ...order, items: Array(30).fill({}) }).errors).toHaveLength(20);
  });

  test('with one of a few texts is refused with the texts that there are', () => {
    const schema = Type.Object({ state: Type.Enum(['ON', 'OFF']) });
    expect(problemOf(schema, 'body', { state: 'DIM' }).errors).toEqual([
      { field: 'state', message: 'must be one of ON, OFF' },
    ]);
  });

  test('names no more of a long unknown field than a hundred characters', () => {
    const { errors } = problemOf(NewOrder, 'body', { ...order, ['x'.repeat(5_000)]: 1 });
    expect(errors?.map(({ field }) => field)).toEqual(['x'.repeat(100)]);
  });
});

describe('an integer in a URL', () => {
  test.each([
    ['1', 1],
    ['9007199254740991', Number.MAX_SAFE_INTEGER],
  ])('is read from its text: %s', (id, expected) => {
    expect(check(IdParameters, 'params', { id })).toEqual({ value: { id: expected } });
  });

  test.each([
    ['0', 'must be >= 1'],
    ['-1', 'must be >= 1'],
    ['9007199254740992', 'must be <= 9007199254740991'],
    ['9223372036854775808', 'must be <= 9007199254740991'],
    ['1'.repeat(400), 'must be integer'],
    ['1.0', 'must be integer'],
    ['1e3', 'must be integer'],
    ['0x10', 'must be integer'],
    [' 1', 'must be integer'],
    ['1\n', 'must be integer'],
    ['', 'must be integer'],
    ['one', 'must be integer'],
  ])('is refused as %j', (id, message) => {
    expect(problemOf(IdParameters, 'params', { id }).errors).toEqual([{ field: 'id', message }]);
  });
});

describe('a query', () => {
  const schema = Type.Object({ ...PageQuery, sku: Type.Optional(Type.String()) }, strict);

  test('has its integers read and its texts left alone, even where they look like numbers', () => {
    expect(check(schema, 'querystring', { limit: '10', sku: '22' })).toEqual({ value: { limit: 10, sku: '22' } });
  });

  test.each([
    ['past its limit', { limit: '201' }, 'limit', 'must be <= 200'],
    ['given twice', { limit: ['1', '2'] }, 'limit', 'must be integer'],
    ['unknown', { offset: '5' }, 'offset', 'is not a known field'],
  ])('with a parameter that is %s is refused by its name', (_title, query, field, message) => {
    expect(problemOf(schema, 'querystring', query).errors).toEqual([{ field, message }]);
  });
});

test('a value in a body is never converted, also where a URL would be', () => {
  expect(problemOf(IdParameters, 'body', { id: '1' }).errors).toEqual([{ field: 'id', message: 'must be integer' }]);
});
