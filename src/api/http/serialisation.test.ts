import { Type } from 'typebox';
import { describe, expect, test } from 'vitest';
import { named, Nullable, ref, TimestampOut } from '../schemas/common.ts';
import { buildSerializer, plainlyTyped } from './serialisation.ts';

/** Answers in words: what may be null, a choice of words and a reference are written as they are described. */
const Box = named('TestBox', Type.Object({ label: Nullable(Type.String()), at: Nullable(TimestampOut) }));
const schema = Type.Object({
  box: Nullable(ref(Box)),
  note: Nullable(Type.String()),
  count: Nullable(Type.Integer()),
  inner: Nullable(Type.Object({ state: Type.Enum(['PAID', 'SHIPPED']) })),
  allowed: Type.Array(Type.Enum(['pay', 'ship'])),
});

function serializerOf(answer: unknown) {
  const compile = buildSerializer({ TestBox: Box }, {});
  return compile({ schema: answer, method: 'GET', url: '/', httpStatus: '200' });
}

describe('an answer in words', () => {
  test.each([
    { box: null, note: null, count: null, inner: null, allowed: [] },
    {
      box: { label: 'a "quoted" one', at: '2026-04-01T09:30:00.000Z' },
      note: '',
      count: 0,
      inner: { state: 'PAID' },
      allowed: ['pay', 'ship'],
    },
    { box: { label: null, at: null }, note: 'null', count: -1, inner: { state: 'SHIPPED' }, allowed: ['ship'] },
  ])('reads back as it was: %j', (answer) => {
    expect(JSON.parse(serializerOf(schema)(answer))).toEqual(answer);
  });

  test('has instants in ISO form, and leaves out what the schema does not name', () => {
    const answer = { label: 'x', at: new Date('2026-04-01T09:30:00Z'), secret: 'not to be told' };
    expect(serializerOf(ref(Box))(answer)).toBe('{"label":"x","at":"2026-04-01T09:30:00.000Z"}');
  });
});

test('a choice of more than a value or nothing stays one', () => {
  const choice = { anyOf: [{ type: 'string' }, { type: 'integer' }, { type: 'null' }] };
  expect(plainlyTyped(choice)).toEqual(choice);
  expect(plainlyTyped({ enum: ['a', 1] })).toEqual({ enum: ['a', 1] });
});
