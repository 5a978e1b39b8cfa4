import { describe, expect, test } from 'vitest';
import type { OrderCommand } from '../commands.ts';
import type { Decision } from '../decision.ts';
import { decide } from '../decide.ts';
import {
  acceptedBy,
  circumstancesAt,
  deepFrozen,
  exampleInvoicePolicy,
  onlyOne,
  orderIn,
  refusalBy,
  type CountingCircumstances,
} from '../example-orders.ts';
import { allowedEvents, eventsOf, orderLifecycle, stateAfter, type OrderEvent } from '../lifecycles.ts';
import { DEFAULT_MONEY_POLICY } from '../money/money-policy.ts';
import type { Order } from './order.ts';

const now = '2026-05-20T06:00:00.000Z';

function move(order: Order, event: OrderEvent, circumstances: CountingCircumstances = circumstancesAt(now)): Decision {
  return decide(order, { type: 'move_order', event, reason: 'Asked for' }, circumstances);
}

const pairs = orderLifecycle.states.flatMap((state) =>
  eventsOf(orderLifecycle).map((event) => ({ state, event, to: stateAfter(orderLifecycle, state, event) })),
);

describe('a legal move of an order', () => {
  test.each(pairs.filter(({ to }) => to !== undefined))('$event takes $state to $to, on record', (pair) => {
    const before = orderIn(pair.state);
    const { order, transitions, subjectId } = acceptedBy(move(before, pair.event));
    expect(order).toMatchObject({ state: pair.to, version: before.version + 1, updatedAt: new Date(now) });
    expect(transitions[0]).toEqual({
      entityType: 'order',
      entityId: before.id,
      event: pair.event,
      from: pair.state,
      to: pair.to,
      reason: 'Asked for',
    });
    expect(subjectId).toBe(before.id);
  });
});

describe('an illegal move of an order', () => {
  test.each(pairs.filter(({ to }) => to === undefined))('$event is refused on $state, taking nothing', (pair) => {
    const circumstances = circumstancesAt(now);
    const refusal = refusalBy(move(orderIn(pair.state), pair.event, circumstances));
    expect(refusal.code).toBe('order.illegal_transition');
    expect(refusal.detail).toContain(pair.state);
    expect(refusal.facts).toEqual({
      from: pair.state,
      event: pair.event,
      allowed: allowedEvents(orderLifecycle, pair.state),
    });
    expect(circumstances.taken).toEqual({ ids: 0, orderNumbers: 0, invoiceNumbers: 0, creditNoteNumbers: 0 });
  });
});

describe('paying', () => {
  test('captures the whole total, of which nothing is refunded yet', () => {
    const { order, transitions, jobs } = acceptedBy(move(orderIn('PENDING_PAYMENT'), 'pay'));
    expect(order.payments).toEqual([
      {
        id: 5_001,
        state: 'CAPTURED',
        method: 'unspecified',
        gateway: null,
        reference: null,
        token: null,
        intent: null,
        amountMinor: 3_050,
        captureMinor: null,
        currency: 'INR',
        refundedMinor: 0,
        creditMinor: 0,
        failureCode: null,
        failureMessage: null,
        createdAt: new Date(now),
        updatedAt: new Date(now),
      },
    ]);
    expect({ transitions: transitions.length, jobs }).toEqual({ transitions: 1, jobs: [] });
  });
});

describe.each(['PAID', 'SHIPPED'] as const)('the plain move on from %s', (state) => {
  test('changes nothing but state, version and time, and asks for no work', () => {
    const before = orderIn(state);
    const event = state === 'PAID' ? 'process' : 'deliver';
    const { order, jobs } = acceptedBy(move(before, event));
    expect(order).toEqual({ ...before, state: order.state, version: order.version, updatedAt: order.updatedAt });
    expect(jobs).toEqual([]);
  });
});

describe('cancelling', () => {
  test('a PENDING_PAYMENT order refunds nothing', () => {
    const { order, transitions, jobs } = acceptedBy(move(orderIn('PENDING_PAYMENT'), 'cancel'));
    expect(order).toMatchObject({ state: 'CANCELLED', payments: [], refunds: [] });
    expect({ transitions: transitions.length, jobs }).toEqual({ transitions: 1, jobs: [] });
  });

  test('a PAID order refunds what was paid, by a job', () => {
    const before = orderIn('PAID');
    const { order, transitions, jobs } = acceptedBy(move(before, 'cancel'));
    const payment = onlyOne(order.payments);
    expect(payment).toEqual({ ...onlyOne(before.payments), refundedMinor: 3_050 });
    expect(order.refunds).toEqual([
      {
        id: 5_001,
        paymentId: payment.id,
        cause: 'cancellation',
        returnId: null,
        requestedBy: null,
        requestedByCaller: null,
        isApproved: false,
        amountMinor: 3_050,
        currency: 'INR',
        state: 'PENDING',
        attempt: 1,
        gatewayReference: null,
        elsewhereReference: null,
        failureCode: null,
        failureMessage: null,
        createdAt: new Date(now),
        updatedAt: new Date(now),
      },
    ]);
    expect(transitions.slice(1)).toEqual([
      {
        entityType: 'refund',
        entityId: 5_001,
        event: 'create',
        from: null,
        to: 'PENDING',
        reason: 'The order was cancelled.',
      },
    ]);
    expect(jobs).toEqual([{ kind: 'refund.submit', subjectId: 5_001 }]);
  });

  test('refunds only what is left of the payment', () => {
    const paid = orderIn('PAID');
    const partly = deepFrozen({ ...paid, payments: [{ ...onlyOne(paid.payments), refundedMinor: 1_000 }] });
    const { order } = acceptedBy(move(partly, 'cancel'));
    expect(onlyOne(order.refunds).amountMinor).toBe(2_050);
    expect(onlyOne(order.payments).refundedMinor).toBe(3_050);
  });
});

describe('shipping', () => {
  test('issues the invoice with exactly one number of the series, and asks for its paper', () => {
    const circumstances = circumstancesAt(now);
    const { order, transitions, jobs } = acceptedBy(move(orderIn('PROCESSING_IN_WAREHOUSE'), 'ship', circumstances));
    expect(order.invoice).toMatchObject({
      id: 5_001,
      number: 'INV2627/00000001',
      financialYear: '2627',
      sequenceNumber: 1,
      issuedAt: new Date(now),
      renderedAt: null,
      emailedAt: null,
    });
    expect(order.invoice?.number.length).toBeLessThanOrEqual(16);
    expect(circumstances.taken.invoiceNumbers).toBe(1);
    expect(transitions).toHaveLength(1);
    expect(jobs).toEqual([{ kind: 'invoice.render', subjectId: 5_001 }]);
  });

  test('issues a credit note of what was given back before, as there was no invoice then to take it back from', () => {
    const limited = { ...DEFAULT_MONEY_POLICY, refundApprovalAboveMinor: 1_000 };
    const circumstances = { ...circumstancesAt(now), moneyPolicy: limited };
    const act = (order: Order, command: OrderCommand, caller = 'person:1') =>
      acceptedBy(decide(order, command, { ...circumstances, actor: caller, caller })).order;
    const goodwill = (amountMinor: number) =>
      ({ type: 'request_refund', amountMinor, paymentId: null, reason: 'A dent' }) as const;
    const asked = [300, 700, 1_001, 10, 20].reduce(
      (order, amountMinor) => act(order, goodwill(amountMinor)),
      orderIn('PROCESSING_IN_WAREHOUSE'),
    );
    const [given = 0, failed = 0, approved = 0, rejected = 0, waiting = 0] = asked.refunds.map(({ id }) => id);
    const failure = { attempt: 1, failureCode: 'declined', failureMessage: 'The card is closed.' };
    const commands: OrderCommand[] = [
      { type: 'submit_refund', refundId: failed },
      { type: 'fail_refund', refundId: failed, ...failure },
      { type: 'approve_refund', refundId: approved, reason: null },
      { type: 'reject_refund', refundId: rejected, reason: null },
    ];
    const before = commands.reduce((order, command) => act(order, command, 'person:2'), asked);
    expect(before.creditNotes).toEqual([]);

    const { order, transitions, jobs } = acceptedBy(move(before, 'ship', circumstances));
    expect(order.creditNotes.map(({ refundId, number, snapshot }) => [refundId, number, snapshot.totalMinor])).toEqual([
      [given, 'CRN2627/00000001', 300],
      [failed, 'CRN2627/00000002', 700],
      [approved, 'CRN2627/00000003', 1_001],
    ]);
    expect(order.creditNotes[0]?.snapshot).toMatchObject({
      invoice: { number: 'INV2627/00000001', issuedAt: now },
      goodwillMinor: 300,
      lines: [],
      reason: 'Goodwill',
    });
    expect(transitions).toHaveLength(1);
    expect(jobs).toEqual([
      { kind: 'invoice.render', subjectId: order.invoice?.id },
      ...order.creditNotes.map(({ id }) => ({ kind: 'credit_note.render', subjectId: id })),
    ]);

    const later = act(order, { type: 'approve_refund', refundId: waiting, reason: null }, 'person:2');
    expect(later.creditNotes.at(-1)).toMatchObject({ refundId: waiting, number: 'CRN2627/00000004' });
  });

  test('fixes on the invoice everything that its paper says', () => {
    const { order } = acceptedBy(move(orderIn('PROCESSING_IN_WAREHOUSE'), 'ship'));
    const plain = { discountMinor: 0, orderDiscountMinor: 0, taxes: [], commodityCode: null };
    const worth = (amountMinor: number) => ({
      ...plain,
      amountMinor,
      taxableMinor: amountMinor,
      totalMinor: amountMinor,
    });
    expect(order.invoice?.snapshot).toEqual({
      version: 2,
      number: 'INV2627/00000001',
      issuedAt: now,
      timezone: 'Asia/Kolkata',
      locale: 'en-IN',
      currency: 'INR',
      seller: exampleInvoicePolicy.seller,
      customer: { id: 'customer-42', email: 'asha@example.com' },
      order: { number: 'WEB-1', placedAt: '2026-04-30T18:00:00.000Z' },
      billTo: null,
      shipTo: null,
      placeOfSupply: null,
      pricesIncludeTax: false,
      shipping: null,
      roundingMinor: 0,
      taxableMinor: 3_050,
      taxMinor: 0,
      lines: [
        { lineNumber: 1, sku: 'MUG', title: 'Mug', quantity: 5, unitPriceMinor: 100, ...worth(500) },
        { lineNumber: 2, sku: 'LAMP', title: 'Lamp', quantity: 1, unitPriceMinor: 2_550, ...worth(2_550) },
        { lineNumber: 3, sku: 'CARD', title: 'Greeting card, free', quantity: 2, unitPriceMinor: 0, ...worth(0) },
      ],
      totalMinor: 3_050,
    });
  });
});
