import { describe, expect, test } from 'vitest';
import { decide } from '../decide.ts';
import { acceptedBy, circumstancesAt, onlyOne, orderIn, refusalBy } from '../example-orders.ts';
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
