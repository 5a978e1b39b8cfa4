import { describe, expect, test } from 'vitest';
import type { OrderCommand } from '../commands.ts';
import { decide } from '../decide.ts';
import { acceptedBy, circumstancesAt, examplePlacement, onlyOne, orderIn, refusalBy } from '../example-orders.ts';
import { DEFAULT_MONEY_POLICY } from '../money/money-policy.ts';
import type { Order } from '../orders/order.ts';

const circumstancesOf = (actor: string, firstId = 5_001, caller = actor) => ({
  ...circumstancesAt('2026-05-20T06:00:00.000Z', firstId),
  actor,
  caller,
  moneyPolicy: { ...DEFAULT_MONEY_POLICY, refundApprovalAboveMinor: 1_000 },
});

const request = (order: Order, amountMinor: number, paymentId: number | null = null) =>
  decide(order, { type: 'request_refund', amountMinor, paymentId, reason: 'A dent' }, circumstancesOf('asha'));

/** Asked for and decided on in turn; the refunds' ids stay apart. */
function after(order: Order, commands: readonly { readonly actor: string; readonly command: OrderCommand }[]): Order {
  return commands.reduce(
    (sofar, { actor, command }, index) =>
      acceptedBy(decide(sofar, command, circumstancesOf(actor, 5_001 + index * 100))).order,
    order,
  );
}

const asked = (actor: string, amountMinor: number) => ({
  actor,
  command: { type: 'request_refund', amountMinor, paymentId: null, reason: 'A dent' } as const,
});
const statesOf = ({ refunds }: Order) => refunds.map(({ amountMinor, state }) => [amountMinor, state]);

describe('giving money back without goods', () => {
  test('up to the limit it is a refund at once, with a credit note of an invoiced order', () => {
    const { order, jobs } = acceptedBy(request(orderIn('DELIVERED'), 1_000));
    const refund = onlyOne(order.refunds);
    expect(refund).toMatchObject({ state: 'PENDING', cause: 'goodwill', requestedBy: 'asha' });
    expect(jobs).toEqual([
      { kind: 'refund.submit', subjectId: refund.id },
      { kind: 'credit_note.render', subjectId: onlyOne(order.creditNotes).id },
    ]);
    expect(onlyOne(order.creditNotes)).toMatchObject({
      refundId: refund.id,
      snapshot: { goodwillMinor: 1_000, totalMinor: 1_000, lines: [], reason: 'A dent' },
    });
  });

  test('of an order that has no invoice yet, it has no credit note', () => {
    expect(acceptedBy(request(orderIn('PAID'), 1_000)).order.creditNotes).toEqual([]);
  });

  test('above the limit it reserves its amount and waits: no job, no credit note', () => {
    const { order, jobs } = acceptedBy(request(orderIn('DELIVERED'), 1_001));
    expect(onlyOne(order.refunds).state).toBe('AWAITING_APPROVAL');
    expect(onlyOne(order.payments).refundedMinor).toBe(1_001);
    expect({ jobs, creditNotes: order.creditNotes }).toEqual({ jobs: [], creditNotes: [] });
  });

  test('in parts it does not pass the limit either, whoever asks for them', () => {
    const order = after(orderIn('DELIVERED'), [
      asked('asha', 600),
      asked('bela', 400),
      asked('asha', 1),
      asked('chitra', 1),
    ]);
    expect(statesOf(order)).toEqual([
      [600, 'PENDING'],
      [400, 'PENDING'],
      [1, 'AWAITING_APPROVAL'],
      [1, 'AWAITING_APPROVAL'],
    ]);
  });

  test.each(['approve_refund', 'reject_refund'] as const)(
    'what a second person has decided on by %s counts no longer',
    (type) => {
      const waiting = after(orderIn('DELIVERED'), [asked('asha', 600), asked('asha', 500)]);
      const refundId = waiting.refunds.at(-1)?.id ?? 0;
      const decision = { actor: 'bela', command: { type, refundId, reason: null } };
      const order = after(waiting, [decision, asked('asha', 400), asked('asha', 1)]);
      expect(statesOf(order).slice(2)).toEqual([
        [400, 'PENDING'],
        [1, 'AWAITING_APPROVAL'],
      ]);
    },
  );

  test("of an order in another currency than the shop's, any amount waits, as the limit says nothing of it", () => {
    const order = orderIn('DELIVERED', { ...examplePlacement, currency: 'KWD' });
    expect(onlyOne(acceptedBy(request(order, 1)).order.refunds).state).toBe('AWAITING_APPROVAL');
    const command = { type: 'request_refund', amountMinor: 3_050, paymentId: null, reason: 'A dent' } as const;
    const withoutLimit = acceptedBy(decide(order, command, circumstancesAt('2026-05-20T06:00:00.000Z'))).order;
    expect(onlyOne(withoutLimit.refunds).state).toBe('PENDING');
  });

  test('no more than a hundred times of one order, whatever became of them', () => {
    const one = after(orderIn('PAID'), [asked('asha', 1)]);
    const refund = onlyOne(one.refunds);
    const refunds = Array.from({ length: 99 }, (_, index) => ({ ...refund, id: 6_001 + index }));
    const last = acceptedBy(request({ ...one, refunds }, 1)).order;
    expect(last.refunds).toHaveLength(100);
    expect(refusalBy(request(last, 1))).toMatchObject({ code: 'refund.too_many', facts: { max_refunds: 100 } });
  });

  test('whoever asked cannot approve; another can', () => {
    const { order } = acceptedBy(request(orderIn('DELIVERED'), 1_001));
    const command = { type: 'approve_refund', refundId: onlyOne(order.refunds).id, reason: null } as const;
    expect(refusalBy(decide(order, command, circumstancesOf('asha', 6_001)))).toMatchObject({
      code: 'refund.same_person',
      facts: { requested_by: 'asha' },
    });
    const approved = acceptedBy(decide(order, command, circumstancesOf('bela', 6_001)));
    expect(onlyOne(approved.order.refunds).state).toBe('PENDING');
    expect(approved.jobs).toEqual([
      { kind: 'refund.submit', subjectId: command.refundId },
      { kind: 'credit_note.render', subjectId: onlyOne(approved.order.creditNotes).id },
    ]);
  });

  test('whoever asked cannot approve under another name, nor another under the same', () => {
    const { order } = acceptedBy(request(orderIn('DELIVERED'), 1_001));
    const command = { type: 'approve_refund', refundId: onlyOne(order.refunds).id, reason: null } as const;
    for (const [actor, caller] of [
      ['renamed', 'asha'],
      ['asha', 'bela'],
    ] as const) {
      expect(refusalBy(decide(order, command, circumstancesOf(actor, 6_001, caller)))).toMatchObject({
        code: 'refund.same_person',
        facts: { requested_by: 'asha' },
      });
    }
  });

  test('rejected, it gives its reservation back and is final', () => {
    const { order } = acceptedBy(request(orderIn('DELIVERED'), 1_001));
    const command = { type: 'reject_refund', refundId: onlyOne(order.refunds).id, reason: 'Too much' } as const;
    const rejected = acceptedBy(decide(order, command, circumstancesOf('bela', 6_001))).order;
    expect(onlyOne(rejected.refunds).state).toBe('REJECTED');
    expect(onlyOne(rejected.payments).refundedMinor).toBe(0);
    expect(refusalBy(decide(rejected, command, circumstancesOf('bela', 7_001))).code).toBe('refund.illegal_transition');
  });

  test('more than is left is refused with both figures, and so is one of an unpaid order or an unknown payment', () => {
    expect(refusalBy(request(orderIn('PAID'), 3_051))).toMatchObject({
      code: 'refund.exceeds_captured',
      facts: { field: 'amount_minor', amount_minor: 3_051, left_minor: 3_050 },
    });
    expect(refusalBy(request(orderIn('PENDING_PAYMENT'), 1)).code).toBe('refund.order_not_paid');
    expect(refusalBy(request(orderIn('PAID'), 1, 999)).code).toBe('payment.not_found');
  });
});
