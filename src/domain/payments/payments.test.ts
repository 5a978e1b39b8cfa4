import { describe, expect, test } from 'vitest';
import type { OrderCommand } from '../commands.ts';
import { decide } from '../decide.ts';
import { acceptedBy, circumstancesAt, onlyOne, orderIn, orderWithReturnIn, refusalBy } from '../example-orders.ts';
import { accountsOf } from '../ledger/accounts.ts';
import { MAX_AMOUNT_MINOR } from '../money/money.ts';
import { DEFAULT_MONEY_POLICY, type MoneyPolicy } from '../money/money-policy.ts';
import type { Order } from '../orders/order.ts';
import { outstandingMinor } from './balances.ts';
import { PAYMENT_GATEWAYS, type PaymentGatewayName } from './payment-gateways.ts';

const now = '2026-05-20T06:00:00.000Z';

/** Decides one command after another; every id is new. */
function after(order: Order, commands: readonly OrderCommand[], policy: Partial<MoneyPolicy> = {}): Order {
  const circumstances = { ...circumstancesAt(now), moneyPolicy: { ...DEFAULT_MONEY_POLICY, ...policy } };
  return commands.reduce((sofar, command) => acceptedBy(decide(sofar, command, circumstances)).order, order);
}

const record = (amountMinor: number, currency: string | null = null): OrderCommand => ({
  type: 'record_payment',
  amountMinor,
  currency,
  method: 'upi',
  reference: 'till-7',
});
const initiate = (amountMinor: number, captures = true, gateway: PaymentGatewayName = 'stripe'): OrderCommand => ({
  type: 'initiate_payment',
  amountMinor,
  currency: null,
  method: 'card',
  gateway,
  token: 'pm_1',
  captures,
});
const cancel: OrderCommand = { type: 'move_order', event: 'cancel', reason: null };
const pay: OrderCommand = { type: 'move_order', event: 'pay', reason: null };

describe('paying an order of 3,050 in parts', () => {
  test('it is PAID once its payments cover it, and not before', () => {
    const half = after(orderIn('PENDING_PAYMENT'), [record(2_000)]);
    expect(half.state).toBe('PENDING_PAYMENT');
    const { state, payments } = after(half, [record(1_050)]);
    expect(state).toBe('PAID');
    expect(payments.map(({ amountMinor, method }) => [method, amountMinor])).toEqual([
      ['upi', 2_000],
      ['upi', 1_050],
    ]);
  });

  test('the short form records what is outstanding', () => {
    const { state, payments } = after(orderIn('PENDING_PAYMENT'), [record(2_000), pay]);
    expect([state, ...payments.map(({ amountMinor }) => amountMinor)]).toEqual(['PAID', 2_000, 1_050]);
  });

  test('more than is outstanding is refused with both figures, also while a gateway is at a part of it', () => {
    const half = after(orderIn('PENDING_PAYMENT'), [initiate(2_000)]);
    expect(refusalBy(decide(half, record(1_051), circumstancesAt(now)))).toMatchObject({
      code: 'payment.exceeds_outstanding',
      facts: { field: 'amount_minor', amount_minor: 1_051, outstanding_minor: 1_050 },
    });
    expect(refusalBy(decide(half, pay, circumstancesAt(now))).code).toBe('payment.in_progress');
  });

  test('more than is outstanding is credit, where the shop has settled so: it is never refunded with the order', () => {
    const paid = after(orderIn('PENDING_PAYMENT'), [record(4_000)], { overpayment: 'store_credit' });
    expect(paid).toMatchObject({ state: 'PAID', payments: [{ amountMinor: 4_000, creditMinor: 950 }] });
    expect(onlyOne(after(paid, [cancel]).refunds).amountMinor).toBe(3_050);
  });

  test('credit is refused past what one order may come to', () => {
    const most = { overpayment: 'store_credit' } as const;
    const circumstances = { ...circumstancesAt(now), moneyPolicy: { ...DEFAULT_MONEY_POLICY, ...most } };
    const pay = (amountMinor: number) => decide(orderIn('PENDING_PAYMENT'), record(amountMinor), circumstances);
    expect(acceptedBy(pay(MAX_AMOUNT_MINOR)).order.state).toBe('PAID');
    expect(refusalBy(pay(MAX_AMOUNT_MINOR + 1)).code).toBe('payment.exceeds_outstanding');
  });

  test('another currency, and a payment of an order that waits for none, are refused', () => {
    const code = (order: Order, command: OrderCommand) => refusalBy(decide(order, command, circumstancesAt(now))).code;
    expect(code(orderIn('PENDING_PAYMENT'), record(10, 'EUR'))).toBe('payment.currency_mismatch');
    expect(code(orderIn('PAID'), record(10))).toBe('payment.order_not_open');
  });
});

describe('a payment through a gateway', () => {
  const authorised = (captures = false) => {
    const order = after(orderIn('PENDING_PAYMENT'), [initiate(3_050, captures)]);
    const paymentId = onlyOne(order.payments).id;
    return { paymentId, order: after(order, [{ type: 'authorise_payment', paymentId, gatewayReference: 'pi_1' }]) };
  };

  test('is authorised by a job, then captured by a job that a person asks for, and pays the order', () => {
    const { order, paymentId } = authorised();
    expect(order).toMatchObject({ state: 'PENDING_PAYMENT', payments: [{ state: 'AUTHORISED', reference: 'pi_1' }] });
    const asked = acceptedBy(
      decide(order, { type: 'request_capture', paymentId, amountMinor: null, reason: null }, circumstancesAt(now)),
    );
    expect(asked.jobs).toEqual([{ kind: 'payment.capture', subjectId: paymentId }]);
    const captured = after(asked.order, [{ type: 'capture_payment', paymentId, gatewayReference: 'pi_1' }]);
    expect(captured).toMatchObject({ state: 'PAID', payments: [{ state: 'CAPTURED', intent: null }] });
  });

  test.each(PAYMENT_GATEWAYS)(
    'by %s, which has taken or held it, is known by its own name, and the token of the means of payment is let go of',
    (gateway) => {
      const asked = after(orderIn('PENDING_PAYMENT'), [initiate(3_050, true, gateway)]);
      const { id: paymentId, token } = onlyOne(asked.payments);
      expect(token).toBe('pm_1');
      for (const type of ['authorise_payment', 'capture_payment'] as const) {
        const [payment] = after(asked, [{ type, paymentId, gatewayReference: 'pi_1' }]).payments;
        expect(payment).toMatchObject({ reference: 'pi_1', token: null });
      }
    },
  );

  test('that has failed keeps its token where that names the payment itself, which may be captured after all', () => {
    const tokenOf = (gateway: PaymentGatewayName) => {
      const asked = after(orderIn('PENDING_PAYMENT'), [initiate(3_050, true, gateway)]);
      const paymentId = onlyOne(asked.payments).id;
      const failed = { type: 'fail_payment', paymentId, failureCode: 'declined', failureMessage: 'No.' } as const;
      return onlyOne(after(asked, [failed]).payments).token;
    };
    expect([tokenOf('stripe'), tokenOf('local'), tokenOf('razorpay')]).toEqual([null, null, 'pm_1']);
  });

  test('is captured in part: the rest is owed again, and what goes back is what came in', () => {
    const { order, paymentId } = authorised();
    const part = { type: 'request_capture', paymentId, amountMinor: 2_000, reason: null } as const;
    const asked = acceptedBy(decide(order, part, circumstancesAt(now))).order;
    expect(outstandingMinor(asked)).toBe(1_050);
    expect(acceptedBy(decide(asked, part, circumstancesAt(now))).order).toBe(asked);
    const other = refusalBy(decide(asked, { ...part, amountMinor: 2_001 }, circumstancesAt(now)));
    expect(other.code).toBe('payment.in_progress');
    const captured = after(asked, [{ type: 'capture_payment', paymentId, gatewayReference: 'pi_1' }]);
    expect(captured).toMatchObject({
      state: 'PENDING_PAYMENT',
      payments: [{ state: 'CAPTURED', captureMinor: 2_000 }],
    });
    expect(accountsOf(captured).get('cash:stripe')).toBe(2_000);
    expect(outstandingMinor(captured)).toBe(1_050);
    expect(onlyOne(after(captured, [cancel]).refunds)).toMatchObject({ paymentId, amountMinor: 2_000 });
  });

  test('is captured within what was authorised, and whole where its gateway knows no parts', () => {
    const { order, paymentId } = authorised();
    const refusedFor = (within: Order, amountMinor: number) =>
      refusalBy(
        decide(within, { type: 'request_capture', paymentId, amountMinor, reason: null }, circumstancesAt(now)),
      );
    expect(refusedFor(order, 3_051)).toMatchObject({
      code: 'payment.exceeds_authorised',
      facts: { field: 'amount_minor', amount_minor: 3_051, authorised_minor: 3_050 },
    });
    const atRazorpay = {
      ...order,
      payments: order.payments.map((each) => ({ ...each, gateway: 'razorpay' }) as const),
    };
    expect(refusedFor(atRazorpay, 3_049).code).toBe('payment.captured_whole');
    const whole = { type: 'request_capture', paymentId, amountMinor: 3_050, reason: null } as const;
    const asked = acceptedBy(decide(atRazorpay, whole, circumstancesAt(now))).order;
    expect(asked.payments).toMatchObject([{ intent: 'capture', captureMinor: null }]);
  });

  test('that its gateway cannot void is left to expire, and goes back when it is captured after all', () => {
    const { order, paymentId } = authorised();
    const left = after(order, [cancel, { type: 'leave_payment_to_expire', paymentId, reason: 'No way to void.' }]);
    expect(left.payments).toMatchObject([{ state: 'LEFT_TO_EXPIRE', intent: null }]);
    expect(after(left, [{ type: 'void_payment', paymentId }]).payments).toMatchObject([{ state: 'VOIDED' }]);
    const late = after(left, [{ type: 'capture_payment', paymentId, gatewayReference: 'pi_1' }]);
    expect(onlyOne(late.refunds)).toMatchObject({ paymentId, amountMinor: 3_050, cause: 'cancellation' });
  });

  test('is given up when the order is cancelled', () => {
    const { order, paymentId } = authorised();
    const decision = acceptedBy(decide(order, cancel, circumstancesAt(now)));
    expect(decision.jobs).toEqual([{ kind: 'payment.void', subjectId: paymentId }]);
    const voided = after(decision.order, [{ type: 'void_payment', paymentId }]);
    expect(voided).toMatchObject({ state: 'CANCELLED', refunds: [], payments: [{ state: 'VOIDED' }] });
  });

  test('is given up in the place of a capture that waits, when the order is cancelled or a person asks for it', () => {
    const { order, paymentId } = authorised();
    const part = { type: 'request_capture', paymentId, amountMinor: 2_000, reason: null } as const;
    const waiting = after(order, [part]);
    for (const command of [cancel, { type: 'request_void', paymentId, reason: null } as const]) {
      const decision = acceptedBy(decide(waiting, command, circumstancesAt(now)));
      expect(decision.jobs).toEqual([{ kind: 'payment.void', subjectId: paymentId }]);
      // The gateway may have captured it by then: so much of it.
      expect(decision.order.payments).toMatchObject([{ intent: 'void', captureMinor: 2_000 }]);
      expect(refusalBy(decide(decision.order, part, circumstancesAt(now))).code).toBe('payment.in_progress');
    }
  });

  test('whose capture is declined is authorised still: it is captured otherwise, or given up, and no other is taken', () => {
    const { order, paymentId } = authorised(true);
    const failure = { failureCode: 'amount_too_small', failureMessage: 'Too small.' };
    const declined = after(order, [{ type: 'decline_capture', paymentId, ...failure }]);
    expect(declined.payments).toMatchObject([{ state: 'AUTHORISED', intent: null, captureMinor: null, ...failure }]);
    expect(outstandingMinor(declined)).toBe(0);
    const again = after(declined, [{ type: 'request_capture', paymentId, amountMinor: null, reason: null }]);
    expect(again.payments).toMatchObject([{ intent: 'capture', failureCode: null, failureMessage: null }]);
  });

  test('that was given up while its capture was declined is given up all the same', () => {
    const { order, paymentId } = authorised(true);
    const cancelled = after(order, [cancel]);
    const late = { type: 'decline_capture', paymentId, failureCode: 'declined', failureMessage: 'No.' } as const;
    expect(acceptedBy(decide(cancelled, late, circumstancesAt(now))).order).toBe(cancelled);
  });

  test('that was captured although the order is cancelled goes back at once', () => {
    const { order, paymentId } = authorised();
    const late = after(order, [cancel, { type: 'capture_payment', paymentId, gatewayReference: 'pi_1' }]);
    expect(onlyOne(late.refunds)).toMatchObject({ paymentId, amountMinor: 3_050, cause: 'cancellation' });
  });

  test('that is authorised only after the order was cancelled is given up then', () => {
    const started = after(orderIn('PENDING_PAYMENT'), [initiate(3_050), cancel]);
    const paymentId = onlyOne(started.payments).id;
    const command = { type: 'authorise_payment', paymentId, gatewayReference: 'pi_1' } as const;
    expect(acceptedBy(decide(started, command, circumstancesAt(now))).jobs).toEqual([
      { kind: 'payment.void', subjectId: paymentId },
    ]);
  });

  test('is given up before it is authorised: its job asks anew, and what was authorised all the same is voided', () => {
    const started = after(orderIn('PENDING_PAYMENT'), [initiate(3_050)]);
    const paymentId = onlyOne(started.payments).id;
    const giveUp = { type: 'request_void', paymentId, reason: null } as const;
    const asked = acceptedBy(decide(started, giveUp, circumstancesAt(now)));
    expect(asked.jobs).toEqual([{ kind: 'payment.authorise', subjectId: paymentId }]);
    expect(acceptedBy(decide(asked.order, giveUp, circumstancesAt(now))).order).toBe(asked.order);
    const authorise = { type: 'authorise_payment', paymentId, gatewayReference: 'pi_1' } as const;
    expect(acceptedBy(decide(asked.order, authorise, circumstancesAt(now))).jobs).toEqual([
      { kind: 'payment.void', subjectId: paymentId },
    ]);
  });

  test('that failed leaves room for another, and goes back when the gateway took it after all', () => {
    const started = after(orderIn('PENDING_PAYMENT'), [initiate(3_050)]);
    const paymentId = onlyOne(started.payments).id;
    const fail = { type: 'fail_payment', paymentId, failureCode: 'declined', failureMessage: 'No.' } as const;
    const paid = after(started, [fail, record(3_050)]);
    expect(paid.state).toBe('PAID');
    const late = after(paid, [{ type: 'capture_payment', paymentId, gatewayReference: 'pi_1' }]);
    expect(onlyOne(late.refunds)).toMatchObject({ paymentId, amountMinor: 3_050, cause: 'overpayment' });
  });
});

test('money goes back to the payments that it came by, newest first, each within what is left on it', () => {
  const paid = after(orderIn('PENDING_PAYMENT'), [record(1_000), record(2_000), record(50)]);
  const [first, second, third] = paid.payments.map(({ id }) => id);
  const goodwill = { type: 'request_refund', amountMinor: 700, paymentId: null, reason: 'A dent' } as const;
  const given = after(paid, [goodwill]);
  expect(given.refunds.map(({ paymentId, amountMinor }) => [paymentId, amountMinor])).toEqual([
    [third, 50],
    [second, 650],
  ]);
  const cancelled = acceptedBy(decide(given, cancel, circumstancesAt(now, 9_001))).order;
  expect(cancelled.refunds.slice(2).map(({ paymentId, amountMinor }) => [paymentId, amountMinor])).toEqual([
    [second, 1_350],
    [first, 1_000],
  ]);
});

test.each([450, 3_050])('a refund of %i that waits is rejected by cancelling, and all goes back', (amountMinor) => {
  const goodwill = { type: 'request_refund', amountMinor, paymentId: null, reason: 'A dent' } as const;
  const asked = after(orderIn('PAID'), [goodwill], { refundApprovalAboveMinor: 0 });
  const cancelled = acceptedBy(decide(asked, cancel, circumstancesAt(now, 9_001)));
  expect(cancelled.order.refunds.map((each) => [each.cause, each.state, each.amountMinor])).toEqual([
    ['goodwill', 'REJECTED', amountMinor],
    ['cancellation', 'PENDING', 3_050],
  ]);
  expect(cancelled.transitions.map(({ entityType, event }) => `${entityType} ${event}`)).toEqual([
    'order cancel',
    'refund reject',
    'refund create',
  ]);
  expect(onlyOne(cancelled.order.payments).refundedMinor).toBe(3_050);
});

describe('what is outstanding, which is what the customer still owes,', () => {
  const goodwill: OrderCommand = { type: 'request_refund', amountMinor: 450, paymentId: null, reason: 'A dent' };

  test('is the rest while an order waits for its payments, those under way left out', () => {
    const half = after(orderIn('PENDING_PAYMENT'), [record(2_000)]);
    expect(outstandingMinor(half)).toBe(1_050);
    expect(outstandingMinor(after(half, [initiate(1_000)]))).toBe(50);
  });

  test.each<[what: string, order: Order]>([
    ['a return that was refunded', orderWithReturnIn('COMPLETED').order],
    ['money given back for nothing in return', after(orderIn('DELIVERED'), [goodwill])],
    [
      'such a refund that waits for a second person',
      after(orderIn('PAID'), [goodwill], { refundApprovalAboveMinor: 0 }),
    ],
    ['such a refund and the cancellation after it', after(orderIn('PAID'), [goodwill, cancel])],
    ['a cancellation before anything was paid', after(orderIn('PENDING_PAYMENT'), [cancel])],
    [
      'a payment above what was owed',
      after(orderIn('PENDING_PAYMENT'), [record(4_000)], { overpayment: 'store_credit' }),
    ],
  ])('is nothing after %s', (_, order) => {
    expect(outstandingMinor(order)).toBe(0);
  });

  test('is nothing once a refund that waited is rejected', () => {
    const asked = after(orderIn('PAID'), [goodwill], { refundApprovalAboveMinor: 0 });
    const refundId = onlyOne(asked.refunds).id;
    expect(outstandingMinor(after(asked, [{ type: 'reject_refund', refundId, reason: null }]))).toBe(0);
  });
});
