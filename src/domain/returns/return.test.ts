import { describe, expect, test } from 'vitest';
import type { RequestReturn } from '../commands.ts';
import type { Decision } from '../decision.ts';
import { decide } from '../decide.ts';
import {
  acceptedBy,
  circumstancesAt,
  itemOf,
  onlyOne,
  orderIn,
  orderWithReturnIn,
  refusalBy,
  type CountingCircumstances,
} from '../example-orders.ts';
import {
  allowedEvents,
  eventsOf,
  orderLifecycle,
  returnLifecycle,
  stateAfter,
  type ReturnEvent,
} from '../lifecycles.ts';
import { DEFAULT_MONEY_POLICY } from '../money/money-policy.ts';
import type { Order, Return } from '../orders/order.ts';
import { returnableQuantity } from './return.ts';

const now = '2026-05-20T06:00:00.000Z';
const nothingTaken = { ids: 0, orderNumbers: 0, invoiceNumbers: 0, creditNoteNumbers: 0 };

function request(
  order: Order,
  items: RequestReturn['items'],
  circumstances: CountingCircumstances = circumstancesAt(now),
): Decision {
  return decide(order, { type: 'request_return', reason: 'Too small', items }, circumstances);
}

/** Names the first return of the order unless told another. */
function move(
  order: Order,
  event: ReturnEvent,
  circumstances: CountingCircumstances = circumstancesAt(now),
  returnId: number = order.returns[0]?.id ?? 0,
): Decision {
  return decide(order, { type: 'move_return', returnId, event, reason: 'Seen' }, circumstances);
}

const leftOf = (order: Order, sku: string): number => returnableQuantity(order, itemOf(order, sku));

describe('requesting a return', () => {
  test('of part of a line counts its units and starts in REQUESTED, on record', () => {
    const before = orderIn('DELIVERED');
    const mug = itemOf(before, 'MUG');
    const { order, subjectId, transitions, jobs } = acceptedBy(request(before, [{ orderItemId: mug.id, quantity: 2 }]));
    expect(order.returns).toEqual([
      {
        id: 5_001,
        state: 'REQUESTED',
        reason: 'Too small',
        createdAt: new Date(now),
        updatedAt: new Date(now),
        items: [{ id: 5_002, orderItemId: mug.id, quantity: 2, acceptedQuantity: null }],
      },
    ]);
    expect(order.items.map(({ returnedQuantity }) => returnedQuantity)).toEqual([2, 0, 0]);
    expect(order).toMatchObject({ state: 'DELIVERED', version: before.version + 1, refunds: [] });
    expect(subjectId).toBe(5_001);
    expect(transitions).toEqual([
      { entityType: 'return', entityId: 5_001, event: 'request', from: null, to: 'REQUESTED', reason: 'Too small' },
    ]);
    expect(jobs).toEqual([]);
  });

  test('is refused beside 200 that are not through, or beside 1,000 in all, with both limits', () => {
    const { order, theReturn } = orderWithReturnIn('REQUESTED');
    const items = [{ orderItemId: itemOf(order, 'MUG').id, quantity: 1 }];
    const withReturns = (open: number, through: number): Order => ({
      ...order,
      returns: [
        ...Array<Return>(open).fill(theReturn),
        ...Array<Return>(through).fill({ ...theReturn, state: 'REJECTED' }),
      ],
    });
    acceptedBy(request(withReturns(199, 800), items));
    for (const full of [withReturns(200, 0), withReturns(0, 1_000)]) {
      const circumstances = circumstancesAt(now);
      expect(refusalBy(request(full, items, circumstances))).toMatchObject({
        code: 'return.too_many',
        facts: { max_open_returns: 200, max_returns: 1_000 },
      });
      expect(circumstances.taken).toEqual(nothingTaken);
    }
  });

  test('can take every line whole, and then there is nothing left', () => {
    const before = orderIn('DELIVERED');
    const items = before.items.map(({ id, quantity }) => ({ orderItemId: id, quantity }));
    const { order } = acceptedBy(request(before, items));
    expect(order.items.map((item) => returnableQuantity(order, item))).toEqual([0, 0, 0]);
  });

  test('again and again takes a line up to its last unit and not one further', () => {
    const first = orderIn('DELIVERED');
    const { id } = itemOf(first, 'MUG');
    const second = acceptedBy(request(first, [{ orderItemId: id, quantity: 3 }])).order;
    expect(refusalBy(request(second, [{ orderItemId: id, quantity: 3 }])).facts).toMatchObject({ returnable: 2 });
    const third = acceptedBy(request(second, [{ orderItemId: id, quantity: 2 }])).order;
    expect(refusalBy(request(third, [{ orderItemId: id, quantity: 1 }])).facts).toMatchObject({ returnable: 0 });
  });

  test.each(orderLifecycle.states.filter((state) => state !== 'DELIVERED'))('is refused on a %s order', (state) => {
    const before = orderIn(state);
    const circumstances = circumstancesAt(now);
    const refusal = refusalBy(request(before, [{ orderItemId: itemOf(before, 'MUG').id, quantity: 1 }], circumstances));
    expect(refusal).toMatchObject({ code: 'return.order_not_delivered', facts: { state } });
    expect(circumstances.taken).toEqual(nothingTaken);
    expect(leftOf(before, 'MUG')).toBe(0);
  });

  test('of too many units is refused, naming the field, the line and what is left', () => {
    const { order } = orderWithReturnIn('REQUESTED');
    const [lamp, mug] = [itemOf(order, 'LAMP'), itemOf(order, 'MUG')];
    const circumstances = circumstancesAt(now);
    const card = { orderItemId: itemOf(order, 'CARD').id, quantity: 2 };
    const refusal = refusalBy(request(order, [card, { orderItemId: mug.id, quantity: 4 }], circumstances));
    expect(refusal).toEqual({
      code: 'return.quantity_exceeds_returnable',
      detail: 'Line 1 (MUG) has 3 of 5 left to return, not 4.',
      facts: { field: 'items[1].quantity', order_item_id: mug.id, sku: 'MUG', requested: 4, returnable: 3 },
    });
    expect(circumstances.taken).toEqual(nothingTaken);
    expect(refusalBy(request(order, [{ orderItemId: lamp.id, quantity: 1 }])).facts).toMatchObject({ returnable: 0 });
  });

  test('of a line that the order does not have is refused, naming the field', () => {
    const order = orderIn('DELIVERED');
    const mug = { orderItemId: itemOf(order, 'MUG').id, quantity: 1 };
    expect(refusalBy(request(order, [mug, { orderItemId: 999, quantity: 1 }]))).toMatchObject({
      code: 'return.item_not_in_order',
      facts: { field: 'items[1].order_item_id', order_item_id: 999 },
    });
  });

  test('that names a line twice is refused, even where both together would fit', () => {
    const order = orderIn('DELIVERED');
    const mug = { orderItemId: itemOf(order, 'MUG').id, quantity: 1 };
    expect(refusalBy(request(order, [mug, mug]))).toMatchObject({
      code: 'return.duplicate_item',
      facts: { field: 'items[1].order_item_id', order_item_id: mug.orderItemId },
    });
  });
});

const pairs = returnLifecycle.states.flatMap((state) =>
  eventsOf(returnLifecycle).map((event) => ({ state, event, to: stateAfter(returnLifecycle, state, event) })),
);

describe('moving a return', () => {
  test.each(pairs.filter(({ to }) => to !== undefined))('$event takes $state to $to, on record', (pair) => {
    const { order: before, theReturn } = orderWithReturnIn(pair.state);
    const { order, subjectId, transitions } = acceptedBy(move(before, pair.event));
    const items = theReturn.items.map((item) => ({
      ...item,
      acceptedQuantity: pair.to === 'COMPLETED' ? item.quantity : null,
    }));
    expect(onlyOne(order.returns)).toEqual({ ...theReturn, items, state: pair.to, updatedAt: new Date(now) });
    expect(order).toMatchObject({ state: 'DELIVERED', version: before.version + 1, updatedAt: new Date(now) });
    expect(subjectId).toBe(theReturn.id);
    expect(transitions[0]).toEqual({
      entityType: 'return',
      entityId: theReturn.id,
      event: pair.event,
      from: pair.state,
      to: pair.to,
      reason: 'Seen',
    });
  });

  test.each(pairs.filter(({ to }) => to === undefined))('$event is refused on $state, taking nothing', (pair) => {
    const circumstances = circumstancesAt(now);
    const refusal = refusalBy(move(orderWithReturnIn(pair.state).order, pair.event, circumstances));
    expect(refusal.code).toBe('return.illegal_transition');
    expect(refusal.detail).toContain(pair.state);
    expect(refusal.facts).toEqual({
      from: pair.state,
      event: pair.event,
      allowed: allowedEvents(returnLifecycle, pair.state),
    });
    expect(circumstances.taken).toEqual(nothingTaken);
  });

  test('that the order does not have is refused', () => {
    const { order } = orderWithReturnIn('REQUESTED');
    expect(refusalBy(move(order, 'approve', circumstancesAt(now), 999)).code).toBe('return.not_found');
  });

  test('leaves the other returns of the order as they are', () => {
    const { order } = orderWithReturnIn('REQUESTED');
    const two = acceptedBy(request(order, [{ orderItemId: itemOf(order, 'CARD').id, quantity: 1 }])).order;
    const approved = acceptedBy(move(two, 'approve', circumstancesAt(now), 5_001)).order;
    expect(approved.returns.map(({ state }) => state)).toEqual(['REQUESTED', 'APPROVED']);
    expect(approved.returns[0]).toBe(two.returns[0]);
  });

  test.each(['approve', 'reject', 'dispatch', 'receive'] as const)('by %s moves no money', (event) => {
    const from = pairs.find((pair) => pair.event === event && pair.to !== undefined)?.state ?? 'COMPLETED';
    const { order, jobs, transitions } = acceptedBy(move(orderWithReturnIn(from).order, event));
    expect({ refunds: order.refunds, jobs, transitions: transitions.length }).toEqual({
      refunds: [],
      jobs: [],
      transitions: 1,
    });
  });
});

describe('units of a return', () => {
  test.each(returnLifecycle.states)('count as returned in %s, unless it is rejected', (state) => {
    const { order } = orderWithReturnIn(state);
    const left = state === 'REJECTED' ? { mugs: 5, lamps: 1 } : { mugs: 3, lamps: 0 };
    expect({ mugs: leftOf(order, 'MUG'), lamps: leftOf(order, 'LAMP') }).toEqual(left);
  });

  test('that were freed by a rejection can be returned again', () => {
    const { order } = orderWithReturnIn('REJECTED');
    const again = acceptedBy(request(order, [{ orderItemId: itemOf(order, 'LAMP').id, quantity: 1 }]));
    expect(leftOf(again.order, 'LAMP')).toBe(0);
  });
});

describe('completing a return', () => {
  test('creates a refund of quantity x unit price from the payment, with its job and record', () => {
    const { order: before, theReturn } = orderWithReturnIn('RECEIVED');
    const { order, transitions, jobs } = acceptedBy(move(before, 'complete'));
    const payment = onlyOne(before.payments);
    expect(onlyOne(order.refunds)).toMatchObject({
      id: 5_001,
      paymentId: payment.id,
      returnId: theReturn.id,
      amountMinor: 2 * 100 + 1 * 2_550,
      currency: 'INR',
      state: 'PENDING',
      attempt: 1,
    });
    expect(order.payments).toEqual([{ ...payment, refundedMinor: 2_750 }]);
    expect(transitions.slice(1)).toEqual([
      {
        entityType: 'refund',
        entityId: 5_001,
        event: 'create',
        from: null,
        to: 'PENDING',
        reason: `Return ${theReturn.id} was completed.`,
      },
    ]);
    expect(jobs).toEqual([
      { kind: 'refund.submit', subjectId: 5_001 },
      { kind: 'credit_note.render', subjectId: onlyOne(order.creditNotes).id },
    ]);
  });

  test('of a free line creates a refund of nothing', () => {
    const delivered = orderIn('DELIVERED');
    const circumstances = circumstancesAt(now);
    let { order } = acceptedBy(
      request(delivered, [{ orderItemId: itemOf(delivered, 'CARD').id, quantity: 2 }], circumstances),
    );
    for (const event of ['approve', 'dispatch', 'receive', 'complete'] as const) {
      order = acceptedBy(move(order, event, circumstances)).order;
    }
    expect(onlyOne(order.refunds).amountMinor).toBe(0);
    expect(onlyOne(order.payments).refundedMinor).toBe(0);
  });

  test('gives back no more than is left: what was given back before is deducted, and named', () => {
    const { order } = orderWithReturnIn('RECEIVED');
    const goodwill = { type: 'request_refund', amountMinor: 301, paymentId: null, reason: 'A dent' } as const;
    const before = acceptedBy(decide(order, goodwill, circumstancesAt(now, 8_001))).order;
    const after = acceptedBy(move(before, 'complete')).order;
    expect(after.refunds.map(({ amountMinor, cause }) => [cause, amountMinor])).toEqual([
      ['goodwill', 301],
      ['return', 2_749],
    ]);
    expect(after.creditNotes.at(-1)?.snapshot.deductions).toEqual([
      { kind: 'refunded_before', description: 'Refunded before', amountMinor: 1 },
    ]);
    expect(onlyOne(after.payments).refundedMinor).toBe(3_050);
  });

  test('waits for the second person where the refund hangs on what they decide, and then says what was decided', () => {
    const { order } = orderWithReturnIn('RECEIVED');
    const twoHands = (at: number, actor: string) => ({
      ...circumstancesAt(now, at),
      actor,
      caller: actor,
      moneyPolicy: { ...DEFAULT_MONEY_POLICY, refundApprovalAboveMinor: 0 },
    });
    const goodwill = (amountMinor: number) => {
      const command = { type: 'request_refund', amountMinor, paymentId: null, reason: 'A dent' } as const;
      return acceptedBy(decide(order, command, twoHands(8_001, 'asha'))).order;
    };
    // 3,050 was paid, and the return is worth 2,750: 300 may go either way.
    expect(acceptedBy(move(goodwill(300), 'complete')).order.refunds.at(-1)?.amountMinor).toBe(2_750);

    const asked = goodwill(301);
    const circumstances = circumstancesAt(now);
    expect(refusalBy(move(asked, 'complete', circumstances))).toMatchObject({
      code: 'refund.awaits_approval',
      facts: { refund_ids: [8_001] },
    });
    expect(circumstances.taken).toEqual(nothingTaken);
    const decided = (type: 'approve_refund' | 'reject_refund') => {
      const command = { type, refundId: 8_001, reason: null } as const;
      const after = acceptedBy(decide(asked, command, twoHands(8_101, 'bela'))).order;
      return acceptedBy(move(after, 'complete')).order;
    };
    const approved = decided('approve_refund');
    expect(approved.refunds.map(({ amountMinor }) => amountMinor)).toEqual([301, 2_749]);
    expect(approved.creditNotes.at(-1)?.snapshot.deductions).toMatchObject([
      { kind: 'refunded_before', amountMinor: 1 },
    ]);
    const rejected = decided('reject_refund');
    expect(rejected.refunds.map(({ state, amountMinor }) => [state, amountMinor])).toEqual([
      ['REJECTED', 301],
      ['PENDING', 2_750],
    ]);
    expect(onlyOne(rejected.creditNotes).snapshot.deductions).toEqual([]);
  });

  test('keeps back what it is told to, and refuses to keep back more than is due, taking nothing', () => {
    const { order, theReturn } = orderWithReturnIn('RECEIVED');
    const complete = (amountMinor: number) => {
      const fee = { kind: 'restocking_fee', description: 'Restocking', amountMinor } as const;
      return {
        type: 'move_return',
        returnId: theReturn.id,
        event: 'complete',
        reason: null,
        deductions: [fee],
      } as const;
    };
    const circumstances = circumstancesAt(now);
    expect(refusalBy(decide(order, complete(2_751), circumstances))).toMatchObject({
      code: 'return.deductions_exceed_due',
      facts: { field: 'deductions', deductions_minor: 2_751, due_minor: 2_750 },
    });
    expect(circumstances.taken).toEqual(nothingTaken);
    const after = acceptedBy(decide(order, complete(250), circumstancesAt(now))).order;
    expect(onlyOne(after.refunds).amountMinor).toBe(2_500);
    expect(onlyOne(after.creditNotes)).toMatchObject({ number: 'CRN2627/00000001', returnId: theReturn.id });
  });
});
