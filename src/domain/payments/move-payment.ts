import {
  accepted,
  refused,
  unchanged,
  type Circumstances,
  type Decision,
  type JobRequest,
  type Refused,
} from '../decision.ts';
import { allowedEvents, paymentLifecycle, stateAfter, type PaymentEvent } from '../lifecycles.ts';
import { withPart, type Order, type Payment } from '../orders/order.ts';
import { capturesInPart, tokenNamesPayment } from './payment-gateways.ts';
import type { DeclineCapture, PaymentMove, RequestOfGateway } from './payment-commands.ts';
import { settled } from './settled.ts';

/**
 * Asks the gateway to capture an authorised payment or part of it, or to give it up. One that is not authorised yet can
 * be given up too: its job asks how far it has come, and sends nothing any more; so can one that is to be captured, where
 * the gateway says which was first. Asking twice is no change.
 */
export function requestOfGateway(order: Order, command: RequestOfGateway, circumstances: Circumstances): Decision {
  const payment = order.payments.find(({ id }) => id === command.paymentId);
  if (!payment) return notFound(order, command.paymentId);
  return command.type === 'request_void'
    ? requestVoid(order, payment, circumstances)
    : requestCapture(order, payment, command.amountMinor, circumstances);
}

function requestVoid(order: Order, payment: Payment, circumstances: Circumstances): Decision {
  const { id, state, intent } = payment;
  if (state !== 'PENDING' && state !== 'AUTHORISED') return illegal(payment, 'void');
  if (intent === 'void') return unchanged(order, id);
  // One that is to be authorised yet is asked about anew at once: its job may be set aside, or wait for its next run.
  const kind = state === 'PENDING' ? 'payment.authorise' : 'payment.void';
  return changedPayment(order, givenUp(payment, circumstances), circumstances, [{ kind, subjectId: id }]);
}

function requestCapture(
  order: Order,
  payment: Payment,
  amountMinor: number | null,
  circumstances: Circumstances,
): Decision {
  const { id, state, intent } = payment;
  if (state !== 'AUTHORISED') return illegal(payment, 'capture');
  const captureMinor = partToCapture(payment, amountMinor);
  if (intent === 'capture' && payment.captureMinor === captureMinor) return unchanged(order, id);
  if (intent !== null) {
    const detail = `The gateway has been asked to ${intent} the payment; wait for what comes of it.`;
    return refused('payment.in_progress', detail, { payment_id: id, intent });
  }
  const problem = captureMinor === null ? undefined : problemWithPart(payment, captureMinor);
  if (problem) return problem;
  const toCapture: Payment = {
    ...payment,
    ...NO_FAILURE,
    intent: 'capture',
    captureMinor,
    updatedAt: circumstances.now,
  };
  return changedPayment(order, toCapture, circumstances, [{ kind: 'payment.capture', subjectId: id }]);
}

const NO_FAILURE = { failureCode: null, failureMessage: null } as const;

/** What was to be captured stays with it: the gateway may have been asked to, and be first. */
export function givenUp(payment: Payment, { now }: Circumstances): Payment {
  return { ...payment, intent: 'void', updatedAt: now };
}

function changedPayment(
  order: Order,
  payment: Payment,
  circumstances: Circumstances,
  jobs: readonly JobRequest[],
): Decision {
  const changed = { ...order, payments: withPart(order.payments, payment) };
  return accepted(changed, circumstances, payment.id, { jobs });
}

/**
 * The gateway holds the money still: it may be captured otherwise, or given up. A payment that failed while its money is
 * held would leave the order free for another one, and the customer's means of payment charged with both.
 */
export function declineCapture(order: Order, command: DeclineCapture, circumstances: Circumstances): Decision {
  const payment = order.payments.find(({ id }) => id === command.paymentId);
  if (!payment) return notFound(order, command.paymentId);
  if (payment.state !== 'AUTHORISED') return illegal(payment, 'fail');
  // It is given up by now, and that goes on.
  if (payment.intent !== 'capture') return unchanged(order, payment.id);
  const { failureCode, failureMessage } = command;
  const { now: updatedAt } = circumstances;
  const declined: Payment = { ...payment, intent: null, captureMinor: null, failureCode, failureMessage, updatedAt };
  return changedPayment(order, declined, circumstances, []);
}

function partToCapture(payment: Payment, amountMinor: number | null): number | null {
  return amountMinor === payment.amountMinor ? null : amountMinor;
}

function problemWithPart({ amountMinor, gateway }: Payment, captureMinor: number): Refused | undefined {
  if (captureMinor > amountMinor) {
    const facts = { field: 'amount_minor', amount_minor: captureMinor, authorised_minor: amountMinor };
    return refused('payment.exceeds_authorised', `${amountMinor} is authorised, not ${captureMinor}.`, facts);
  }
  if (gateway !== null && !capturesInPart(gateway)) {
    const detail = `The gateway ${gateway} captures all of what is authorised, ${amountMinor}, or nothing.`;
    const facts = { field: 'amount_minor', gateway, authorised_minor: amountMinor };
    return refused('payment.captured_whole', detail, facts);
  }
  return undefined;
}

/** Writes down what the gateway says of a payment. */
export function movePayment(order: Order, command: PaymentMove, circumstances: Circumstances): Decision {
  const payment = order.payments.find(({ id }) => id === command.paymentId);
  if (!payment) return notFound(order, command.paymentId);
  const { event, change, reason = null } = meaningOf(command);
  const to = stateAfter(paymentLifecycle, payment.state, event);
  if (to === undefined) return illegal(payment, event);
  const intent = intentAfter(order, payment, to);
  const moved = withoutToken({ ...payment, ...change, state: to, intent, updatedAt: circumstances.now });
  const jobs: JobRequest[] =
    to === 'AUTHORISED' && intent !== null ? [{ kind: `payment.${intent}`, subjectId: payment.id }] : [];
  const outcome = settled(
    {
      order: { ...order, payments: withPart(order.payments, moved) },
      transitions: [{ entityType: 'payment', entityId: payment.id, event, from: payment.state, to, reason }],
      jobs,
    },
    moved,
    circumstances,
  );
  return accepted(outcome.order, circumstances, payment.id, outcome);
}

/** A means of payment is kept for as long as a payment is to be authorised by it, or can be found by nothing else. */
function withoutToken(payment: Payment): Payment {
  const { gateway, reference, token } = payment;
  const isNeeded = reference === null && gateway !== null && tokenNamesPayment(gateway);
  return { ...payment, token: isNeeded ? token : null };
}

/** An authorisation that comes after the order was cancelled is given up. */
function intentAfter(order: Order, payment: Payment, to: Payment['state']): Payment['intent'] {
  if (to !== 'AUTHORISED') return null;
  return order.state === 'CANCELLED' ? 'void' : payment.intent;
}

interface Meaning {
  readonly event: PaymentEvent;
  readonly change: Partial<Payment>;
  readonly reason?: string;
}

function meaningOf(command: PaymentMove): Meaning {
  switch (command.type) {
    case 'authorise_payment':
      return { event: 'authorise', change: { reference: command.gatewayReference } };
    case 'capture_payment':
      return {
        event: 'capture',
        change: { reference: command.gatewayReference, ...NO_FAILURE },
      };
    case 'void_payment':
      return { event: 'void', change: {} };
    case 'leave_payment_to_expire':
      return { event: 'let_expire', change: {}, reason: command.reason };
    case 'fail_payment':
      return {
        event: 'fail',
        change: { failureCode: command.failureCode, failureMessage: command.failureMessage },
        reason: command.failureMessage,
      };
  }
}

function notFound(order: Order, paymentId: number): Decision {
  return refused('payment.not_found', `Order ${order.id} has no payment ${paymentId}.`);
}

function illegal({ state }: Payment, event: PaymentEvent): Decision {
  const allowed = allowedEvents(paymentLifecycle, state);
  const detail = `A payment that is ${state} cannot be moved by "${event}".`;
  return refused('payment.illegal_transition', detail, { from: state, event, allowed });
}
