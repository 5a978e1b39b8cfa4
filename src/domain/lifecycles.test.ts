import { describe, expect, test } from 'vitest';
import {
  allowedEvents,
  checked,
  creationsOf,
  eventsOf,
  lifecycles,
  orderLifecycle,
  paymentLifecycle,
  refundLifecycle,
  returnLifecycle,
  stateAfter,
  type Lifecycle,
} from './lifecycles.ts';

/** Written from the rules, not from the code: each line a state, then where each event of the heading leads. */
const ORDER = `
                         pay   process                  ship     deliver    cancel
PENDING_PAYMENT          PAID  -                        -        -          CANCELLED
PAID                     -     PROCESSING_IN_WAREHOUSE  -        -          CANCELLED
PROCESSING_IN_WAREHOUSE  -     -                        SHIPPED  -          -
SHIPPED                  -     -                        -        DELIVERED  -
DELIVERED                -     -                        -        -          -
CANCELLED                -     -                        -        -          -`;

const RETURN = `
            approve   reject    dispatch    receive   complete
REQUESTED   APPROVED  REJECTED  -           -         -
APPROVED    -         -         IN_TRANSIT  -         -
REJECTED    -         -         -           -         -
IN_TRANSIT  -         -         -           RECEIVED  -
RECEIVED    -         -         -           -         COMPLETED
COMPLETED   -         -         -           -         -`;

const PAYMENT = `
                authorise   capture   void    let_expire      fail
PENDING         AUTHORISED  CAPTURED  -       -               FAILED
AUTHORISED      -           CAPTURED  VOIDED  LEFT_TO_EXPIRE  FAILED
CAPTURED        -           -         -       -               -
VOIDED          -           CAPTURED  -       -               -
LEFT_TO_EXPIRE  -           CAPTURED  VOIDED  -               -
FAILED          -           CAPTURED  -       -               -`;

const REFUND = `
                   submit     settle     fail    retry    record     reverse  approve  reject
PENDING            SUBMITTED  -          -       -        -          -        -        -
SUBMITTED          -          SUCCEEDED  FAILED  -        -          -        -        -
SUCCEEDED          -          -          -       -        -          FAILED   -        -
FAILED             -          -          -       PENDING  SUCCEEDED  -        -        -
AWAITING_APPROVAL  -          -          -       -        -          -        PENDING  REJECTED
REJECTED           -          -          -       -        -          -        -        -`;

interface Expected {
  readonly states: readonly string[];
  readonly events: readonly string[];
  readonly pairs: readonly { readonly state: string; readonly event: string; readonly to: string | undefined }[];
}

function parse(table: string): Expected {
  const [heading = [], ...rows] = table
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/));
  const pairs = rows.flatMap(([state = '', ...targets]) =>
    heading.map((event, index) => ({ state, event, to: targets[index] === '-' ? undefined : targets[index] })),
  );
  return { states: rows.map(([state = '']) => state), events: heading, pairs };
}

const cases: readonly { readonly lifecycle: Lifecycle<string, string, string>; readonly expected: Expected }[] = [
  { lifecycle: orderLifecycle, expected: parse(ORDER) },
  { lifecycle: returnLifecycle, expected: parse(RETURN) },
  { lifecycle: paymentLifecycle, expected: parse(PAYMENT) },
  { lifecycle: refundLifecycle, expected: parse(REFUND) },
];

describe.each(cases)('the lifecycle of $lifecycle.entity', ({ lifecycle, expected }) => {
  test('has the states and events of the rules, and begins in the first', () => {
    expect([...lifecycle.states]).toEqual(expected.states);
    expect(eventsOf(lifecycle)).toEqual(expected.events);
    expect(lifecycle.initial).toBe(expected.states[0]);
  });

  test.each(expected.pairs)('$event on $state leads to $to', ({ state, event, to }) => {
    expect(stateAfter(lifecycle, state, event)).toBe(to);
  });

  test.each(expected.states)('allows in %s exactly what the rules allow there', (state) => {
    const legal = expected.pairs.filter((pair) => pair.state === state && pair.to !== undefined);
    expect(allowedEvents(lifecycle, state)).toEqual(legal.map(({ event }) => event));
  });
});

test('there are four lifecycles, each entered as the rules say', () => {
  const entries = lifecycles.flatMap((lifecycle) =>
    creationsOf<string>(lifecycle).map(({ event, to }) => `${lifecycle.entity} ${event} ${to}`),
  );
  expect(entries).toEqual([
    'order place PENDING_PAYMENT',
    'return request REQUESTED',
    'payment initiate PENDING',
    'payment record CAPTURED',
    'refund create PENDING',
    'refund request AWAITING_APPROVAL',
  ]);
});

describe('checking a lifecycle', () => {
  const sound = {
    entity: 'lamp',
    creation: 'build',
    initial: 'OFF',
    states: ['OFF', 'ON'],
    moves: [
      { event: 'switch', from: 'OFF', to: 'ON' },
      { event: 'switch', from: 'ON', to: 'OFF' },
    ],
  };

  test('hands back a sound table, also one that goes round', () => {
    expect(checked(sound)).toBe(sound);
  });

  test.each([
    ['from', { event: 'mend', from: 'BROKEN', to: 'OFF' }],
    ['to', { event: 'mend', from: 'OFF', to: 'BROKEN' }],
  ])('refuses a move %s an unknown state', (_end, move) => {
    expect(() => checked({ ...sound, moves: [...sound.moves, move] })).toThrow(
      'lamp: "mend" names an unknown state, BROKEN',
    );
  });

  test('refuses an event that leads from one state to two', () => {
    const move = { event: 'switch', from: 'OFF', to: 'OFF' };
    expect(() => checked({ ...sound, moves: [...sound.moves, move] })).toThrow(
      'lamp: "switch" leads from OFF to two states',
    );
  });

  test('refuses states that nothing leads to, also when they lead to each other', () => {
    const states = [...sound.states, 'DIM', 'DARK'];
    const moves = [...sound.moves, { event: 'fade', from: 'DIM', to: 'DARK' }];
    expect(() => checked({ ...sound, states, moves })).toThrow('lamp: nothing leads to DIM, DARK');
  });

  test('refuses an initial state that is none of its states', () => {
    expect(() => checked({ ...sound, initial: 'BROKEN' })).toThrow('lamp: "build" names an unknown state, BROKEN');
  });
});
