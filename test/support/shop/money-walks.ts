import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { OrderCommand, PlaceOrder } from '../../../src/domain/commands.ts';
import { decide } from '../../../src/domain/decide.ts';
import type { Decision } from '../../../src/domain/decision.ts';
import { acceptedBy, circumstancesAt, examplePlacement, refusalBy } from '../../../src/domain/example-orders.ts';
import { DEFAULT_MONEY_POLICY } from '../../../src/domain/money/money-policy.ts';
import type { Order } from '../../../src/domain/orders/order.ts';
import { leftToRefundMinor, outstandingMinor, refundsAwaitingApproval } from '../../../src/domain/payments/balances.ts';
import { placeOrder } from '../../../src/domain/orders/place-order.ts';
import { SHIPPING_REFUNDS } from '../../../src/domain/pricing/facts.ts';
import { sumOf } from '../../../src/domain/pricing/share.ts';
import { creditOfReturn } from '../../../src/domain/refunds/return-credit.ts';
import { pricedOrderFacts } from './priced-orders.ts';

/*
 * An order's whole life in money, for property tests: priced in any way, paid in parts, cancelled or delivered, returned
 * in any grouping, of which some is accepted and some is not, with goodwill that one person or two decide on, deductions
 * and refunds that fail and are retried on the way.
 */

export interface MoneyLife {
  readonly placement: PlaceOrder;
  /** How the total is paid: in thousandths of what is outstanding, each, every second by a gateway; the rest in the end. */
  readonly paidParts: readonly number[];
  readonly isCancelled: boolean;
  /** What is given without goods before it is cancelled or shipped, in thousandths of what was paid. */
  readonly earlyGoodwill: number;
  /** Above so much, in thousandths of the total, goodwill waits for a second person; null: never. */
  readonly approvalAbove: number | null;
  readonly steps: readonly MoneyStep[];
}

export interface MoneyStep {
  readonly kind: 'return' | 'rejected_return' | 'goodwill' | 'decision' | 'refund';
  readonly line: number;
  readonly units: number;
  /** Of the units of a return, so many are not accepted, as far as there are any. */
  readonly unitsNotAccepted: number;
  /** In thousandths: of what is due, what is kept back; or of what is left, what is given without goods. */
  readonly part: number;
}

const step: fc.Arbitrary<MoneyStep> = fc.record({
  kind: fc.constantFrom('return', 'return', 'return', 'rejected_return', 'goodwill', 'decision', 'refund'),
  line: fc.nat(4),
  units: fc.integer({ min: 1, max: 5 }),
  unitsNotAccepted: fc.oneof(fc.constant(0), fc.nat(5)),
  part: fc.oneof(fc.constant(0), fc.nat(1_000)),
});

/** Whether money is also given back without goods, or kept back: then returns alone no longer add up to the order. */
export function moneyLives({ withGoodwill }: { readonly withGoodwill: boolean }): fc.Arbitrary<MoneyLife> {
  const plainStep = step.filter(({ kind }) => kind !== 'goodwill').map((each) => ({ ...each, part: 0 }));
  return fc
    .record({
      priced: pricedOrderFacts,
      shippingRefund: fc.constantFrom(...SHIPPING_REFUNDS),
      paidParts: fc.array(fc.nat(900), { maxLength: 3 }),
      earlyGoodwill: withGoodwill ? fc.oneof(fc.constant(0), fc.nat(1_000), fc.constant(1_000)) : fc.constant(0),
      approvalAbove: withGoodwill ? fc.option(fc.nat(500)) : fc.constant(null),
      isCancelled: withGoodwill ? fc.nat(3).map((one) => one === 0) : fc.constant(false),
      steps: fc.array(withGoodwill ? step : plainStep, { maxLength: 12 }),
    })
    .map(({ priced: { lines, facts }, shippingRefund, ...life }) => ({
      ...life,
      placement: {
        ...examplePlacement,
        items: lines.map((line, index) => ({ ...line, sku: `SKU-${index}`, title: `Thing ${index}` })),
        pricing: { ...facts, shipping: facts.shipping && { ...facts.shipping, refund: shippingRefund } },
      },
    }));
}

/** Lives it, lets `check` see the order after each decision, and answers with it once every unit has come back. */
export function live(life: MoneyLife, check: (before: Order, after: Order) => void): Order {
  const circumstances = {
    ...circumstancesAt('2026-05-01T06:00:00.000Z', 1),
    moneyPolicy: { ...DEFAULT_MONEY_POLICY },
  };
  let order = acceptedBy(placeOrder(life.placement, circumstances)).order;
  const approval = life.approvalAbove;
  circumstances.moneyPolicy = {
    ...DEFAULT_MONEY_POLICY,
    refundApprovalAboveMinor: approval === null ? null : Math.floor((order.totalMinor * approval) / 1_000),
  };
  let people = 0;
  const act = (command: OrderCommand): number => {
    const decision = acceptedBy(attempt(command));
    check(order, decision.order);
    order = decision.order;
    return decision.subjectId;
  };
  /** Each command is another person's, so that whoever decides has not asked. */
  const attempt = (command: OrderCommand): Decision => {
    people += 1;
    return decide(order, command, { ...circumstances, actor: `person-${people}`, caller: `person:${people}` });
  };
  const move = (event: 'pay' | 'process' | 'ship' | 'deliver' | 'cancel') =>
    act({ type: 'move_order', event, reason: null });

  for (const [index, part] of life.paidParts.entries()) {
    const amountMinor = Math.floor((outstandingMinor(order) * part) / 1_000);
    if (amountMinor === 0) continue;
    const payment = { amountMinor, currency: null, method: 'card' };
    if (index % 2 === 0) act({ type: 'record_payment', ...payment, reference: null });
    else
      payThroughGateway(
        act({ type: 'initiate_payment', ...payment, gateway: 'local', token: 't', captures: false }),
        part,
      );
  }
  if (life.isCancelled && life.paidParts.length % 2 === 1) move('cancel');
  else {
    if (order.state === 'PENDING_PAYMENT') move('pay');
    giveGoodwill(life.earlyGoodwill);
    if (life.isCancelled) move('cancel');
  }
  if (order.state === 'PAID') for (const event of ['process', 'ship', 'deliver'] as const) move(event);
  for (const each of life.steps) take(each);
  if (order.state === 'DELIVERED') {
    const items = order.items.flatMap(({ id, quantity, returnedQuantity }) =>
      quantity > returnedQuantity ? [{ orderItemId: id, quantity: quantity - returnedQuantity }] : [],
    );
    if (items.length > 0) returnUnits(items, { part: 0, unitsNotAccepted: 0 });
  }
  return order;

  /** Captured whole, in part, or given up, as the part says. */
  function payThroughGateway(paymentId: number, part: number): void {
    const gatewayReference = `pay_${paymentId}`;
    act({ type: 'authorise_payment', paymentId, gatewayReference });
    if (part % 5 === 0) {
      act({ type: 'request_void', paymentId, reason: null });
      act({ type: 'leave_payment_to_expire', paymentId, reason: 'No way to void.' });
      return;
    }
    const authorised = order.payments.find(({ id }) => id === paymentId)?.amountMinor ?? 0;
    const amountMinor = part % 2 === 0 ? null : Math.ceil((authorised * part) / 1_000);
    act({ type: 'request_capture', paymentId, amountMinor, reason: null });
    act({ type: 'capture_payment', paymentId, gatewayReference });
  }

  function take(step: MoneyStep): void {
    const { kind, line, units, part } = step;
    const item = order.items[line % order.items.length];
    const left = item ? item.quantity - item.returnedQuantity : 0;
    if (kind === 'goodwill') {
      giveGoodwill(part);
    } else if (kind === 'decision') {
      const awaited = refundsAwaitingApproval(order);
      const refund = awaited[line % Math.max(1, awaited.length)];
      if (refund) decideOn(refund.id, part);
    } else if (kind === 'refund') {
      moveSomeRefund(line);
    } else if (item && left > 0 && order.state === 'DELIVERED') {
      const items = [{ orderItemId: item.id, quantity: Math.min(units, left) }];
      if (kind === 'return') returnUnits(items, step);
      else moveReturn(act({ type: 'request_return', reason: 'Too small', items }), 'reject');
    }
  }

  function giveGoodwill(part: number): void {
    const amountMinor = Math.floor((leftToRefundMinor(order) * part) / 1_000);
    if (amountMinor > 0) act({ type: 'request_refund', amountMinor, paymentId: null, reason: 'A dent' });
  }

  function decideOn(refundId: number, choice: number): void {
    act({ type: choice % 2 === 0 ? 'approve_refund' : 'reject_refund', refundId, reason: null });
  }

  function returnUnits(
    items: readonly { orderItemId: number; quantity: number }[],
    { part, unitsNotAccepted }: Pick<MoneyStep, 'part' | 'unitsNotAccepted'>,
  ): void {
    const returnId = act({ type: 'request_return', reason: 'Too small', items });
    for (const event of ['approve', 'dispatch', 'receive'] as const) moveReturn(returnId, event);
    const units = sumOf(items.map(({ quantity }) => quantity));
    const accepted = items.map(({ orderItemId, quantity }) => {
      return { orderItemId, quantity: Math.max(0, quantity - unitsNotAccepted) };
    });
    const keptMinor = Math.floor((creditOfReturn(order, { items: accepted }).totalMinor * part) / 1_000);
    const fee = { kind: 'restocking_fee', description: 'Restocking', amountMinor: keptMinor } as const;
    const deductions = keptMinor > 0 ? [fee] : [];
    const complete = { type: 'move_return', returnId, event: 'complete', reason: null, accepted, deductions } as const;
    const awaited = creditOfReturn(order, { items: accepted }, deductions).awaitedRefundIds;
    if (awaited.length > 0) {
      assert.equal(refusalBy(attempt(complete)).code, 'refund.awaits_approval');
      for (const [index, refundId] of awaited.entries()) decideOn(refundId, units + index);
    }
    act(complete);
  }

  function moveReturn(returnId: number, event: 'approve' | 'reject' | 'dispatch' | 'receive'): void {
    act({ type: 'move_return', returnId, event, reason: null });
  }

  function moveSomeRefund(choice: number): void {
    const refund = order.refunds[choice % Math.max(1, order.refunds.length)];
    if (!refund) return;
    const { id: refundId, state, attempt } = refund;
    if (state === 'PENDING') act({ type: 'submit_refund', refundId });
    else if (state === 'FAILED' && choice % 2 === 0) act({ type: 'retry_refund', refundId, reason: null });
    else if (state === 'FAILED') act({ type: 'record_refund', refundId, reference: 'transfer-1', reason: null });
    else if (state === 'SUBMITTED' && choice % 2 === 0) {
      act({ type: 'settle_refund', refundId, gatewayReference: 'gateway-1' });
    } else if (state === 'SUBMITTED') {
      act({ type: 'fail_refund', refundId, attempt, failureCode: 'declined', failureMessage: 'No.' });
    }
  }
}
