import { accepted, refused, type Circumstances, type Consequence, type Decision, type Refused } from '../decision.ts';
import { paymentLifecycle } from '../lifecycles.ts';
import { MAX_AMOUNT_MINOR } from '../money/money.ts';
import type { Order, Payment } from '../orders/order.ts';
import { outstandingMinor } from './balances.ts';
import type { AddPayment } from './payment-commands.ts';
import { settled } from './settled.ts';

/** At most this many payments of one order, whatever became of them. */
export const MOST_PAYMENTS = 50;

/**
 * Takes a payment towards an order that waits for it: one that was captured elsewhere, or one that a gateway is to
 * authorise. Several may cover an order together; it is paid once they do.
 */
export function addPayment(order: Order, command: AddPayment, circumstances: Circumstances): Decision {
  const problem = problemWith(order, command, circumstances);
  if (problem) return problem;
  const payment = newPayment(order, command, circumstances);
  const event = command.type === 'record_payment' ? 'record' : paymentLifecycle.creation;
  const added: Consequence = {
    order: { ...order, payments: [...order.payments, payment] },
    transitions: [{ entityType: 'payment', entityId: payment.id, event, from: null, to: payment.state, reason: null }],
    jobs: payment.gateway === null ? [] : [{ kind: 'payment.authorise', subjectId: payment.id }],
  };
  const outcome = settled(added, payment, circumstances);
  return accepted(outcome.order, circumstances, payment.id, outcome);
}

function problemWith(order: Order, command: AddPayment, { moneyPolicy }: Circumstances): Refused | undefined {
  const { amountMinor, currency } = command;
  if (order.state !== 'PENDING_PAYMENT') {
    const detail = `The order is ${order.state}; it takes payments while it is PENDING_PAYMENT.`;
    return refused('payment.order_not_open', detail, { state: order.state });
  }
  if (currency !== null && currency !== order.currency) {
    const facts = { field: 'currency', currency, order_currency: order.currency };
    return refused('payment.currency_mismatch', `The order is in ${order.currency}, not in ${currency}.`, facts);
  }
  if (order.payments.length >= MOST_PAYMENTS) {
    const detail = `The order has ${MOST_PAYMENTS} payments, and takes no more.`;
    return refused('payment.too_many', detail, { max_payments: MOST_PAYMENTS });
  }
  const outstanding = outstandingMinor(order);
  const mayExceed = moneyPolicy.overpayment === 'store_credit' && outstanding > 0 && amountMinor <= MAX_AMOUNT_MINOR;
  if (amountMinor > outstanding && !mayExceed) {
    const detail = `${outstanding} of ${order.totalMinor} is outstanding, not ${amountMinor}.`;
    const facts = { field: 'amount_minor', amount_minor: amountMinor, outstanding_minor: outstanding };
    return refused('payment.exceeds_outstanding', detail, facts);
  }
  return undefined;
}

function newPayment(order: Order, command: AddPayment, { now, nextId }: Circumstances): Payment {
  const byGateway = command.type === 'initiate_payment';
  return {
    id: nextId(),
    state: byGateway ? paymentLifecycle.initial : 'CAPTURED',
    method: command.method,
    gateway: byGateway ? command.gateway : null,
    reference: byGateway ? null : command.reference,
    token: byGateway ? command.token : null,
    intent: byGateway && command.captures ? 'capture' : null,
    amountMinor: command.amountMinor,
    captureMinor: null,
    currency: order.currency,
    refundedMinor: 0,
    creditMinor: 0,
    failureCode: null,
    failureMessage: null,
    createdAt: now,
    updatedAt: now,
  };
}
