import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { refundLifecycle } from '../../domain/lifecycles.ts';
import type { GatewayRefund } from '../payment-gateway.ts';
import { compareRefunds, type RefundDifference, type OurRefund } from './refunds.ts';
import { refundIdIn } from '../references.ts';

const referenceOf = (id: number): string => `refund-r3f9d2c41b7a-${id}`;
const ours: OurRefund = {
  id: 7,
  orderId: 3,
  ourReference: referenceOf(7),
  amountMinor: 500,
  currency: 'INR',
  state: 'SUCCEEDED',
  attempt: 1,
  gatewayReference: 'rf_7',
  isPaidElsewhere: false,
  isOverdue: false,
};
const elsewhere: OurRefund = { ...ours, isPaidElsewhere: true };
const theirs: GatewayRefund = {
  gatewayReference: 'rf_7',
  reference: referenceOf(7),
  amountMinor: 500,
  currency: 'INR',
  status: 'succeeded',
};

describe('the reference of a refund at the gateway', () => {
  test('leads back to the refund, whatever its id', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }), (id) => {
        expect(refundIdIn(referenceOf(id))).toBe(id);
        expect(refundIdIn(`refund-${id}`)).toBe(id);
      }),
    );
  });

  test.each([
    '',
    'refund-',
    'refund-0',
    'refund-07',
    'refund-7 ',
    'Refund-7',
    'refund-7-1',
    'order-7',
    'refund--7',
    'refund-r3f9-7',
  ])('"%s" is none of ours', (reference) => {
    expect(refundIdIn(reference)).toBeUndefined();
  });

  test('an id past 2^53 is none, instead of passing for the one that it is rounded to', () => {
    expect(refundIdIn('refund-9007199254740993')).toBeUndefined();
  });
});

const overdue: OurRefund = { ...ours, state: 'SUBMITTED', isOverdue: true };

describe('refunds that agree', () => {
  test.each<[string, OurRefund[], GatewayRefund[]]>([
    ['paid on both sides', [ours], [theirs]],
    ['nothing on either side', [], []],
    ['waiting here, not yet there', [{ ...ours, state: 'PENDING' }], []],
    ['under way here, not yet there', [{ ...ours, state: 'SUBMITTED' }], []],
    ['under way here for long, pending there', [overdue], [{ ...theirs, status: 'pending' }]],
    ['failed here, declined there', [{ ...ours, state: 'FAILED' }], [{ ...theirs, status: 'declined' }]],
    ['a refund of nothing, which never goes there', [{ ...ours, amountMinor: 0 }], []],
    ['paid elsewhere, declined there', [elsewhere], [{ ...theirs, status: 'declined' }]],
    ['declined before it was paid', [ours], [theirs, { ...theirs, gatewayReference: 'rf_6', status: 'declined' }]],
    ["declined, and no refund of ours: somebody else's", [], [{ ...theirs, status: 'declined' }]],
  ])('%s', (_what, here, there) => {
    expect(compareRefunds(here, there)).toEqual([]);
  });
});

describe('refunds that differ', () => {
  const otherwise = { ...theirs, amountMinor: 499 };
  const again = { ...theirs, gatewayReference: 'rf_8' };
  const foreign = { ...theirs, reference: 'refund-r000000000000-7' };
  const stranger = { ...theirs, reference: 'order-12' };
  const open = { ...ours, state: 'SUBMITTED' } as const;
  const ofNothing = { ...ours, amountMinor: 0 };
  test.each<[string, OurRefund[], GatewayRefund[], RefundDifference]>([
    ['paid there, open here', [open], [theirs], { kind: 'paid_but_open_here', refund: open, theirs }],
    ['under way here for long, unknown there', [overdue], [], { kind: 'outcome_unknown', refund: overdue }],
    [
      'under way here for long, declined there',
      [overdue],
      [{ ...theirs, status: 'declined' }],
      { kind: 'outcome_unknown', refund: overdue },
    ],
    [
      'under way here for long, paid there',
      [overdue],
      [theirs],
      { kind: 'paid_but_open_here', refund: overdue, theirs },
    ],
    ['paid here, unknown there', [ours], [], { kind: 'not_at_the_gateway', refund: ours }],
    [
      'paid here, and failed there since',
      [ours],
      [{ ...theirs, status: 'declined' }],
      { kind: 'failed_there', refund: ours, theirs: { ...theirs, status: 'declined' } },
    ],
    [
      'paid here, and only another try known there, which was declined',
      [ours],
      [{ ...theirs, status: 'declined', gatewayReference: 'rf_6' }],
      { kind: 'not_at_the_gateway', refund: ours },
    ],
    ['another amount', [ours], [otherwise], { kind: 'amounts_differ', refund: ours, theirs: otherwise }],
    [
      'another currency',
      [ours],
      [{ ...theirs, currency: 'EUR' }],
      { kind: 'amounts_differ', refund: ours, theirs: { ...theirs, currency: 'EUR' } },
    ],
    [
      'another amount, and open here: not one to settle',
      [open],
      [otherwise],
      { kind: 'amounts_differ', refund: open, theirs: otherwise },
    ],
    [
      'money paid for a refund of nothing',
      [ofNothing],
      [theirs],
      { kind: 'amounts_differ', refund: ofNothing, theirs },
    ],
    ['paid twice', [ours], [again, theirs], { kind: 'paid_twice', refund: ours, theirs: [again, theirs] }],
    [
      'paid there after all, and elsewhere',
      [elsewhere],
      [theirs],
      { kind: 'paid_twice', refund: elsewhere, theirs: [theirs] },
    ],
    ['unknown here', [], [theirs], { kind: 'unknown_here', theirs }],
    ["another installation's of the same id", [], [foreign], { kind: 'unknown_here', theirs: foreign }],
    ['no reference of ours', [], [stranger], { kind: 'unknown_here', theirs: stranger }],
  ])('%s', (_what, here, there, expected) => {
    expect(compareRefunds(here, there)).toEqual([expected]);
  });
});

/** Books that agree: what is SUCCEEDED here, and is not of nothing, is paid there; what is FAILED may be declined. */
const agreeing = fc
  .uniqueArray(
    fc.record({
      id: fc.integer({ min: 1, max: 1_000_000 }),
      orderId: fc.integer({ min: 1, max: 1_000 }),
      amountMinor: fc.integer({ min: 0, max: 100_000 }),
      currency: fc.constantFrom('INR', 'EUR'),
      state: fc.constantFrom(...refundLifecycle.states),
      attempt: fc.constant(1),
      isPaidElsewhere: fc.constant(false),
      isOverdue: fc.constant(false),
    }),
    { selector: ({ id }) => id, minLength: 1, maxLength: 30 },
  )
  .map((facts) =>
    facts.map((refund) => ({
      ...refund,
      ourReference: referenceOf(refund.id),
      gatewayReference: refund.state === 'SUCCEEDED' ? `rf_${refund.id}` : null,
    })),
  )
  .map((refunds) => ({
    ours: refunds,
    theirs: refunds
      .filter(({ state, amountMinor }) => amountMinor > 0 && (state === 'SUCCEEDED' || state === 'FAILED'))
      .map((refund) => bookedOf(refund, refund.state === 'SUCCEEDED' ? 'succeeded' : 'declined')),
  }));

function bookedOf({ id, amountMinor, currency }: OurRefund, status: GatewayRefund['status']): GatewayRefund {
  return { gatewayReference: `rf_${id}`, reference: referenceOf(id), amountMinor, currency, status };
}

type Books = { readonly ours: readonly OurRefund[]; readonly theirs: readonly GatewayRefund[] };

/** Changes one side at one paid refund, in one way; the kind is what it must be found as. */
const MUTATIONS: Readonly<Record<RefundDifference['kind'], (books: Books, paid: OurRefund) => Books>> = {
  not_at_the_gateway: ({ ours, theirs }, { id }) => ({
    ours,
    theirs: theirs.filter(({ reference }) => reference !== referenceOf(id)),
  }),
  failed_there: ({ ours, theirs }, { id }) => ({
    ours,
    theirs: theirs.map((refund) => (refund.reference === referenceOf(id) ? { ...refund, status: 'declined' } : refund)),
  }),
  unknown_here: ({ ours, theirs }, paid) => ({ ours: ours.filter(({ id }) => id !== paid.id), theirs }),
  paid_but_open_here: ({ ours, theirs }, paid) => ({
    ours: ours.map((refund) => (refund.id === paid.id ? { ...refund, state: 'SUBMITTED' } : refund)),
    theirs,
  }),
  amounts_differ: ({ ours, theirs }, { id }) => ({
    ours,
    theirs: theirs.map((refund) =>
      refund.reference === referenceOf(id) ? { ...refund, amountMinor: refund.amountMinor + 1 } : refund,
    ),
  }),
  outcome_unknown: ({ ours, theirs }, { id }) => ({
    ours: ours.map((refund) => (refund.id === id ? { ...refund, state: 'SUBMITTED', isOverdue: true } : refund)),
    theirs: theirs.filter(({ reference }) => reference !== referenceOf(id)),
  }),
  paid_twice: ({ ours, theirs }, paid) => ({ ours, theirs: [bookedOf(paid, 'succeeded'), ...theirs] }),
};
const KINDS = Object.keys(MUTATIONS) as RefundDifference['kind'][];

describe('whole books', () => {
  test('that agree show no difference, in whatever order they are read', () => {
    fc.assert(
      fc.property(agreeing, (books) => {
        expect(compareRefunds(books.ours, books.theirs)).toEqual([]);
        expect(compareRefunds(books.ours.toReversed(), books.theirs.toReversed())).toEqual([]);
      }),
    );
  });

  test('in which one refund was changed on one side show that one difference, as what it is', () => {
    fc.assert(
      fc.property(agreeing, fc.constantFrom(...KINDS), fc.nat(), (books, kind, seed) => {
        const paid = books.ours.filter(({ state, amountMinor }) => state === 'SUCCEEDED' && amountMinor > 0);
        const chosen = paid[seed % Math.max(1, paid.length)];
        fc.pre(chosen !== undefined);
        const changed = MUTATIONS[kind](books, chosen);
        const found = compareRefunds(changed.ours, changed.theirs);
        expect(found.map((difference) => [difference.kind, idOf(difference)])).toEqual([[kind, chosen.id]]);
      }),
    );
  });
});

function idOf(difference: RefundDifference): number | undefined {
  return difference.kind === 'unknown_here' ? refundIdIn(difference.theirs.reference) : difference.refund.id;
}
