import { describe, expect, test } from 'vitest';
import type { FailRefund, RecordRefund, RetryRefund, ReverseRefund, SettleRefund, SubmitRefund } from '../commands.ts';
import { decide } from '../decide.ts';
import {
  acceptedBy,
  circumstancesAt,
  onlyOne,
  orderWithRefundIn,
  refusalBy,
  type UndoubtedState,
} from '../example-orders.ts';
import { entriesBetween } from '../ledger/entries.ts';
import { allowedEvents, eventsOf, refundLifecycle, stateAfter, type RefundEvent } from '../lifecycles.ts';

const now = '2026-05-20T06:00:00.000Z';

type RefundCommand = SubmitRefund | SettleRefund | FailRefund | ReverseRefund | RetryRefund | RecordRefund;

/** Those of one that no second person decides on. */
type UndoubtedEvent = Exclude<RefundEvent, 'approve' | 'reject'>;

function commandOf(event: UndoubtedEvent, refundId: number): RefundCommand {
  switch (event) {
    case 'submit':
      return { type: 'submit_refund', refundId };
    case 'settle':
      return { type: 'settle_refund', refundId, gatewayReference: 'gateway-7' };
    case 'fail':
      return { type: 'fail_refund', refundId, attempt: 1, failureCode: 'expired', failureMessage: 'The card is old.' };
    case 'reverse':
      return { type: 'reverse_refund', refundId, attempt: 1, failureCode: 'expired', failureMessage: 'It came back.' };
    case 'retry':
      return { type: 'retry_refund', refundId, reason: 'New card' };
    case 'record':
      return { type: 'record_refund', refundId, reference: 'NEFT 12', reason: 'The card is closed' };
  }
}

const isDecision = (word: string) => ['AWAITING_APPROVAL', 'REJECTED', 'approve', 'reject'].includes(word);
const states = refundLifecycle.states.filter((state): state is UndoubtedState => !isDecision(state));
const events = eventsOf(refundLifecycle).filter((event): event is UndoubtedEvent => !isDecision(event));
const pairs = states.flatMap((state) =>
  events.map((event) => ({ state, event, to: stateAfter(refundLifecycle, state, event) })),
);

describe('moving a refund', () => {
  test.each(pairs.filter(({ to }) => to !== undefined))('$event takes $state to $to, on record', (pair) => {
    const { order: before, refund } = orderWithRefundIn(pair.state);
    const decision = decide(before, commandOf(pair.event, refund.id), circumstancesAt(now));
    const { order, subjectId, transitions } = acceptedBy(decision);
    expect(onlyOne(order.refunds)).toMatchObject({
      id: refund.id,
      amountMinor: refund.amountMinor,
      state: pair.to,
      updatedAt: new Date(now),
    });
    expect(order).toMatchObject({ state: 'CANCELLED', version: before.version + 1, updatedAt: new Date(now) });
    expect(order.payments).toBe(before.payments);
    expect(subjectId).toBe(refund.id);
    expect(onlyOne(transitions)).toMatchObject({
      entityType: 'refund',
      entityId: refund.id,
      event: pair.event,
      from: pair.state,
      to: pair.to,
    });
  });

  test.each(pairs.filter(({ to }) => to === undefined))('$event is refused on $state', (pair) => {
    const { order, refund } = orderWithRefundIn(pair.state);
    const refusal = refusalBy(decide(order, commandOf(pair.event, refund.id), circumstancesAt(now)));
    expect(refusal.code).toBe('refund.illegal_transition');
    expect(refusal.detail).toContain(pair.state);
    expect(refusal.facts).toEqual({
      from: pair.state,
      event: pair.event,
      allowed: allowedEvents(refundLifecycle, pair.state),
    });
  });

  test.each(events)('%s of a refund that the order does not have is refused', (event) => {
    const { order } = orderWithRefundIn('SUBMITTED');
    expect(refusalBy(decide(order, commandOf(event, 999), circumstancesAt(now))).code).toBe('refund.not_found');
  });
});

describe('what a refund keeps', () => {
  test('settled: the reference of the gateway, which may be none', () => {
    const { order, refund } = orderWithRefundIn('SUBMITTED');
    const settle = commandOf('settle', refund.id);
    expect(onlyOne(acceptedBy(decide(order, settle, circumstancesAt(now))).order.refunds)).toEqual({
      ...refund,
      state: 'SUCCEEDED',
      gatewayReference: 'gateway-7',
      updatedAt: new Date(now),
    });
    const ofNothing = { type: 'settle_refund', refundId: refund.id, gatewayReference: null } as const;
    const settled = acceptedBy(decide(order, ofNothing, circumstancesAt(now)));
    expect(onlyOne(settled.order.refunds)).toMatchObject({ state: 'SUCCEEDED', gatewayReference: null });
  });

  test('declined: why, and its amount stays reserved', () => {
    const { order: before, refund } = orderWithRefundIn('SUBMITTED');
    const { order, transitions, jobs } = acceptedBy(decide(before, commandOf('fail', refund.id), circumstancesAt(now)));
    expect(onlyOne(order.refunds)).toMatchObject({ failureCode: 'expired', failureMessage: 'The card is old.' });
    expect(onlyOne(transitions).reason).toBe('The card is old.');
    expect(onlyOne(order.payments).refundedMinor).toBe(refund.amountMinor);
    expect(jobs).toEqual([]);
  });

  test('retried: a new attempt with the old failure gone, a job, and not a unit more reserved', () => {
    const { order: before, refund } = orderWithRefundIn('FAILED');
    const { order, transitions, jobs } = acceptedBy(
      decide(before, commandOf('retry', refund.id), circumstancesAt(now)),
    );
    expect(onlyOne(order.refunds)).toMatchObject({ attempt: 2, failureCode: null, failureMessage: null });
    expect(onlyOne(order.payments)).toBe(onlyOne(before.payments));
    expect(onlyOne(transitions).reason).toBe('New card');
    expect(jobs).toEqual([{ kind: 'refund.submit', subjectId: refund.id }]);
  });

  test('recorded as paid elsewhere: by what name, on the record as well, with nothing left to do', () => {
    const { order: before, refund } = orderWithRefundIn('FAILED');
    const { order, transitions, jobs } = acceptedBy(
      decide(before, commandOf('record', refund.id), circumstancesAt(now)),
    );
    expect(onlyOne(order.refunds)).toEqual({
      ...refund,
      state: 'SUCCEEDED',
      elsewhereReference: 'NEFT 12',
      failureCode: null,
      failureMessage: null,
      updatedAt: new Date(now),
    });
    expect(onlyOne(transitions).reason).toBe('NEFT 12: The card is closed');
    expect(jobs).toEqual([]);
    const unexplained = { type: 'record_refund', refundId: refund.id, reference: 'NEFT 12', reason: null } as const;
    const record = acceptedBy(decide(before, unexplained, circumstancesAt(now))).transitions;
    expect(onlyOne(record).reason).toBe('NEFT 12');
  });

  test('recorded as paid elsewhere: in the ledger it leaves there, and not the gateway', () => {
    const { order: failed, refund } = orderWithRefundIn('FAILED');
    const byGateway = { ...failed, payments: failed.payments.map((each) => ({ ...each, gateway: 'stripe' as const })) };
    const { order } = acceptedBy(decide(byGateway, commandOf('record', refund.id), circumstancesAt(now)));
    expect(entriesBetween(byGateway, order)).toEqual([
      { account: 'refunds_payable', amountMinor: refund.amountMinor },
      { account: 'cash:elsewhere', amountMinor: -refund.amountMinor },
    ]);
  });

  test('come back after it was paid: why, and in the ledger the gateway has it again and the customer is owed it', () => {
    const { order: paid, refund } = orderWithRefundIn('SUCCEEDED');
    const byGateway = { ...paid, payments: paid.payments.map((each) => ({ ...each, gateway: 'stripe' as const })) };
    const decision = acceptedBy(decide(byGateway, commandOf('reverse', refund.id), circumstancesAt(now)));
    expect(onlyOne(decision.order.refunds)).toMatchObject({ failureCode: 'expired', failureMessage: 'It came back.' });
    expect(onlyOne(decision.order.payments)).toBe(onlyOne(byGateway.payments));
    expect(onlyOne(decision.transitions).reason).toBe('It came back.');
    expect(decision.jobs).toEqual([]);
    expect(entriesBetween(byGateway, decision.order)).toEqual([
      { account: 'cash:stripe', amountMinor: refund.amountMinor },
      { account: 'refunds_payable', amountMinor: -refund.amountMinor },
    ]);
  });

  test('recorded as paid elsewhere: no gateway takes that back', () => {
    const { order: failed, refund } = orderWithRefundIn('FAILED');
    const { order } = acceptedBy(decide(failed, commandOf('record', refund.id), circumstancesAt(now)));
    expect(refusalBy(decide(order, commandOf('reverse', refund.id), circumstancesAt(now))).code).toBe(
      'refund.illegal_transition',
    );
  });

  test.each(['submit', 'settle'] as const)('%s asks for no further work', (event) => {
    const { order, refund } = orderWithRefundIn(event === 'submit' ? 'PENDING' : 'SUBMITTED');
    expect(acceptedBy(decide(order, commandOf(event, refund.id), circumstancesAt(now))).jobs).toEqual([]);
  });
});

describe('a decline that comes late', () => {
  test('is refused once a later attempt is under way, and taken for the attempt that it is about', () => {
    const { order, refund } = orderWithRefundIn('FAILED');
    const circumstances = circumstancesAt(now);
    const retried = acceptedBy(decide(order, commandOf('retry', refund.id), circumstances)).order;
    const underWay = acceptedBy(decide(retried, commandOf('submit', refund.id), circumstances)).order;

    expect(refusalBy(decide(underWay, commandOf('fail', refund.id), circumstances))).toMatchObject({
      code: 'refund.attempt_superseded',
      facts: { attempt: 1, current_attempt: 2 },
    });
    const ofTheSecond = { ...commandOf('fail', refund.id), attempt: 2 };
    expect(onlyOne(acceptedBy(decide(underWay, ofTheSecond, circumstances)).order.refunds).state).toBe('FAILED');
  });
});
