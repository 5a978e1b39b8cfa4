import type { MoveOrder } from '../commands.ts';
import {
  accepted,
  nothingFollows,
  refused,
  type Circumstances,
  type Consequence,
  type Decision,
  type Refused,
  type Transition,
} from '../decision.ts';
import { issueInvoice } from '../papers/invoice-issue.ts';
import { allowedEvents, orderLifecycle, stateAfter } from '../lifecycles.ts';
import { UNNAMED_METHOD, type Order, type Payment } from './order.ts';
import { openPayments, outstandingMinor } from '../payments/balances.ts';
import { cancelPayments } from '../payments/cancel-payments.ts';
import { creditNotesOfEarlierGoodwill } from '../refunds/goodwill.ts';

/** Pays, processes, ships, delivers or cancels, with what follows from it: payment, papers, refund and their jobs. */
export function moveOrder(order: Order, command: MoveOrder, circumstances: Circumstances): Decision {
  const { event, reason } = command;
  const to = stateAfter(orderLifecycle, order.state, event);
  if (to === undefined) {
    const allowed = allowedEvents(orderLifecycle, order.state);
    return refused('order.illegal_transition', `An order that is ${order.state} cannot be moved by "${event}".`, {
      from: order.state,
      event,
      allowed,
    });
  }
  const problem = event === 'pay' ? problemWithPaying(order) : undefined;
  if (problem) return problem;
  const moved: Order = { ...order, state: to };
  const transition: Transition = { entityType: 'order', entityId: order.id, event, from: order.state, to, reason };
  const consequence = consequenceOf(moved, command, circumstances);
  return accepted(consequence.order, circumstances, order.id, {
    transitions: [transition, ...consequence.transitions],
    jobs: consequence.jobs,
  });
}

function problemWithPaying(order: Order): Refused | undefined {
  const [open] = openPayments(order);
  if (!open) return undefined;
  const detail = `Payment ${open.id} is ${open.state}: have it captured or given up first.`;
  return refused('payment.in_progress', detail, { payment_id: open.id, intent: open.intent });
}

function consequenceOf(order: Order, { event }: MoveOrder, circumstances: Circumstances): Consequence {
  switch (event) {
    case 'pay':
      return withPaymentOfTheRest(order, circumstances);
    case 'ship': {
      const invoice = issueInvoice(order, circumstances);
      const invoiced: Consequence = {
        order: { ...order, invoice },
        transitions: [],
        jobs: [{ kind: 'invoice.render', subjectId: invoice.id }],
      };
      return creditNotesOfEarlierGoodwill(invoiced, circumstances);
    }
    case 'cancel':
      return cancelPayments(order, circumstances);
    case 'process':
    case 'deliver':
      return nothingFollows(order);
  }
}

/**
 * The short form: what is outstanding was captured elsewhere, in one payment. That the order was paid is its record.
 */
function withPaymentOfTheRest(order: Order, { now, nextId }: Circumstances): Consequence {
  const payment: Payment = {
    id: nextId(),
    state: 'CAPTURED',
    method: UNNAMED_METHOD,
    gateway: null,
    reference: null,
    token: null,
    intent: null,
    amountMinor: outstandingMinor(order),
    captureMinor: null,
    currency: order.currency,
    refundedMinor: 0,
    creditMinor: 0,
    failureCode: null,
    failureMessage: null,
    createdAt: now,
    updatedAt: now,
  };
  return nothingFollows({ ...order, payments: [...order.payments, payment] });
}
