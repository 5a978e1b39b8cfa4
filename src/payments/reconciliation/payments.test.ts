import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decide } from '../../domain/decide.ts';
import { acceptedBy, circumstancesAt, onlyOne, orderIn } from '../../domain/example-orders.ts';
import { paymentLifecycle, type PaymentState } from '../../domain/lifecycles.ts';
import type { GatewayPayment } from '../payment-gateway.ts';
import { standingOf } from '../payment-standing.ts';
import { paymentIdIn } from '../references.ts';
import { comparePayments, type ComparedPayment, type PaymentDifference } from './payments.ts';

const referenceOf = (id: number): string => `payment-r3f9d2c41b7a-${id}`;
const ours: ComparedPayment = {
  id: 7,
  orderId: 3,
  ourReference: referenceOf(7),
  state: 'CAPTURED',
  intent: null,
  amountMinor: 500,
  captureMinor: null,
  currency: 'INR',
  isOverdue: false,
};
const theirs: GatewayPayment = {
  gatewayReference: 'pay_7',
  reference: referenceOf(7),
  amountMinor: 500,
  capturedMinor: 500,
  currency: 'INR',
  status: 'captured',
  declineCode: null,
};
const as = (state: PaymentState, more: Partial<ComparedPayment> = {}): ComparedPayment => ({ ...ours, state, ...more });
const there = (status: GatewayPayment['status'], more: Partial<GatewayPayment> = {}): GatewayPayment => ({
  ...theirs,
  status,
  capturedMinor: status === 'captured' ? 500 : 0,
  declineCode: status === 'declined' ? 'no_funds' : null,
  ...more,
});

/** What the comparison says of each of our states against each of the gateway's; the event that is written down. */
const TABLE = `
                pending        authorised     captured       voided         declined
PENDING         -              authorise      capture        fail           fail
AUTHORISED      -              -              capture        void           fail
CAPTURED        states_differ  states_differ  -              states_differ  states_differ
VOIDED          states_differ  states_differ  capture        -              -
LEFT_TO_EXPIRE  states_differ  -              capture        void           void
FAILED          states_differ  states_differ  capture        -              -`;

const [heading = [], ...rows] = TABLE.trim()
  .split('\n')
  .map((line) => line.trim().split(/\s+/));
const CELLS = rows.flatMap(([state = '', ...cells]) =>
  heading.map((status, index) => ({ state, status, expected: cells[index] ?? '' })),
);
const stateCalled = (name: string) => paymentLifecycle.states.find((state) => state === name) ?? 'PENDING';
const STATUSES = ['pending', 'authorised', 'captured', 'voided', 'declined'] as const;
const statusCalled = (name: string) => STATUSES.find((status) => status === name) ?? 'pending';

describe('a payment that both sides know', () => {
  test('has a row for every state of ours and a column for every one of theirs', () => {
    expect(rows.map(([state]) => state).sort()).toEqual([...paymentLifecycle.states].sort());
    expect(heading).toEqual(STATUSES);
  });

  test.each(CELLS)('$state here and $status there: $expected', ({ state, status, expected }) => {
    const found = comparePayments([as(stateCalled(state))], [there(statusCalled(status))]);
    const said = found.map((each) =>
      each.kind === 'ahead_there' ? each.outcome.type.replace('_payment', '') : each.kind,
    );
    expect(said).toEqual(expected === '-' ? [] : [expected]);
  });

  const ahead = CELLS.filter(({ expected }) => expected !== '-' && expected !== 'states_differ');
  test.each(ahead)('$state here and $status there: what is written down is legal, and then both agree', (cell) => {
    const order = orderIn('PENDING_PAYMENT');
    const circumstances = circumstancesAt('2026-05-20T06:00:00.000Z');
    const initiate = {
      type: 'initiate_payment',
      amountMinor: 500,
      currency: null,
      method: 'card',
      gateway: 'local',
      token: 'token',
      captures: false,
    } as const;
    const begun = acceptedBy(decide(order, initiate, circumstances)).order;
    const payment = { ...onlyOne(begun.payments), state: stateCalled(cell.state) };
    const standing = standingOf(payment, there(statusCalled(cell.status)));
    if (standing.kind !== 'ahead') throw new Error(`it is not ahead, it ${standing.kind}`);
    const decision = decide({ ...begun, payments: [payment] }, standing.outcome, circumstances);
    const after = onlyOne(acceptedBy(decision).order.payments);
    expect(standingOf(after, there(statusCalled(cell.status))).kind).toBe('agrees');
  });
});

describe('payments that agree', () => {
  const part = { captureMinor: 300 };
  test.each<[string, ComparedPayment[], GatewayPayment[]]>([
    ['nothing on either side', [], []],
    ['just asked for here, not yet there', [as('PENDING')], []],
    ['under way here for long, pending there', [as('PENDING', { isOverdue: true })], [there('pending')]],
    ['captured in part on both sides', [as('CAPTURED', part)], [there('captured', { capturedMinor: 300 })]],
    ['failed here, of another amount there, and declined', [as('FAILED')], [there('declined', { amountMinor: 1 })]],
    ['declined before it was captured', [ours], [there('declined', { gatewayReference: 'pay_6' }), theirs]],
    ['given up here, and never heard of there', [as('VOIDED')], []],
    [
      "held under no reference of ours: somebody is at the gateway's checkout",
      [],
      [there('authorised', { reference: '' })],
    ],
    ['given up under a reference that is unknown here', [], [there('voided')]],
  ])('%s', (_what, here, atTheGateway) => {
    expect(comparePayments(here, atTheGateway)).toEqual([]);
  });
});

describe('payments that differ', () => {
  const overdue = as('PENDING', { isOverdue: true });
  const asked = as('AUTHORISED', { intent: 'capture', isOverdue: true });
  const lessTaken = there('captured', { capturedMinor: 499 });
  const dearer = there('authorised', { amountMinor: 501 });
  const again = there('captured', { gatewayReference: 'pay_8' });
  const foreign = there('captured', { reference: 'payment-r000000000000-7' });
  const stranger = there('captured', { reference: 'order-12' });
  test.each<[string, ComparedPayment[], GatewayPayment[], PaymentDifference]>([
    ['captured here, unknown there', [ours], [], { kind: 'not_at_the_gateway', payment: ours }],
    [
      'authorised here, unknown there',
      [as('AUTHORISED')],
      [],
      { kind: 'not_at_the_gateway', payment: as('AUTHORISED') },
    ],
    ['less was taken there', [ours], [lessTaken], { kind: 'amounts_differ', payment: ours, theirs: lessTaken }],
    [
      'another amount is held there, and open here: not one to settle',
      [as('PENDING')],
      [dearer],
      { kind: 'amounts_differ', payment: as('PENDING'), theirs: dearer },
    ],
    [
      'another currency',
      [ours],
      [there('captured', { currency: 'EUR' })],
      { kind: 'amounts_differ', payment: ours, theirs: there('captured', { currency: 'EUR' }) },
    ],
    ['captured twice', [ours], [again, theirs], { kind: 'paid_twice', payment: ours, theirs: [again, theirs] }],
    ['under way for long, unknown there', [overdue], [], { kind: 'outcome_unknown', payment: overdue }],
    [
      'asked to be captured for long, only authorised there',
      [asked],
      [there('authorised')],
      { kind: 'outcome_unknown', payment: asked },
    ],
    ['captured there, unknown here', [], [theirs], { kind: 'unknown_here', theirs }],
    [
      "captured for another installation's payment of the same id",
      [as('PENDING')],
      [foreign],
      { kind: 'unknown_here', theirs: foreign },
    ],
    ['captured under no reference of ours', [], [stranger], { kind: 'unknown_here', theirs: stranger }],
    [
      'held there for a payment that is unknown here',
      [],
      [there('authorised')],
      { kind: 'unknown_here', theirs: there('authorised') },
    ],
  ])('%s', (_what, here, atTheGateway, expected) => {
    expect(comparePayments(here, atTheGateway)).toEqual([expected]);
  });
});

test('whole books in which one captured payment is missing on one side show that one difference', () => {
  const ids = fc.uniqueArray(fc.integer({ min: 1, max: 1_000_000 }), { minLength: 1, maxLength: 30 });
  fc.assert(
    fc.property(ids, fc.nat(), fc.boolean(), (all, seed, isHere) => {
      const missing = all[seed % all.length];
      const here = all.map((id) => ({ ...ours, id, ourReference: referenceOf(id) }));
      const atTheGateway = all.map((id) => ({
        ...theirs,
        gatewayReference: `pay_${id}`,
        reference: referenceOf(id),
      }));
      expect(comparePayments(here, atTheGateway.toReversed())).toEqual([]);
      const found = isHere
        ? comparePayments(
            here,
            atTheGateway.filter(({ reference }) => paymentIdIn(reference) !== missing),
          )
        : comparePayments(
            here.filter(({ id }) => id !== missing),
            atTheGateway,
          );
      expect(found.map(({ kind }) => kind)).toEqual([isHere ? 'not_at_the_gateway' : 'unknown_here']);
    }),
  );
});
