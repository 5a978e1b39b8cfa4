import type { PaymentState } from '../../domain/lifecycles.ts';
import { capturableMinor } from '../../domain/payments/balances.ts';
import type { PaymentOutcome } from '../../domain/payments/payment-commands.ts';
import type { GatewayOutcome, PaymentGateway, VoidOutcome } from '../../payments/payment-gateway.ts';
import { inquiryOf } from '../../payments/payment-inquiry.ts';
import { isRunElsewhere } from '../../queries/jobs.ts';
import { readPayment, type PaymentView } from '../../queries/money/payments.ts';
import { GiveUp, NotYet, RetryLater, type JobHandler } from '../handler.ts';
import { keyIsRemembered } from './key-memory.ts';
import { gatewayOfPayment, meaningOfBooks, notYet, type PaymentHandlerOptions } from './payment-at-gateway.ts';
import { settle } from './settle.ts';

/** When to look again whether another run of the same step is through. */
const OTHER_RUN_MS = 2_000;

type Step = 'authorise' | 'capture' | 'void';

/** The states in which a step is to be taken; in any other it is taken already, or not wanted any more. */
const STATES_BEFORE: Readonly<Record<Step, readonly PaymentState[]>> = {
  authorise: ['PENDING'],
  capture: ['AUTHORISED'],
  // One that is left to expire is asked about, when its gateway has news of it.
  void: ['AUTHORISED', 'LEFT_TO_EXPIRE'],
};

/**
 * Takes one step of a payment at its gateway. Its intent is on record before the gateway is called, and no transaction
 * is open during the call. No run can know how far an earlier one came, so each asks the gateway first, and sends only
 * what that has never heard of; always under the same key.
 */
export function movePayment(step: Step, { engine, reads, gatewayOf }: PaymentHandlerOptions): JobHandler {
  return async (job) => {
    const payment = await readPayment(reads, job.subjectId);
    if (!payment) throw new GiveUp(`there is no payment ${job.subjectId}`);
    if (!STATES_BEFORE[step].includes(payment.state)) return 'nothing_to_do';
    // It was given up while its capture waited, and its gateway is asked for that instead.
    if (step === 'capture' && payment.intent !== 'capture') return 'nothing_to_do';
    const gateway = gatewayOfPayment(payment, gatewayOf);
    const givenUp = step === 'authorise' ? reasonForGivingUp(payment) : undefined;
    // Before the gateway is asked: what another run has read may be older, and it may be sending it at this moment.
    if (givenUp && (await isRunElsewhere(reads, job))) throw new NotYet('another run is at it', OTHER_RUN_MS);
    const known = await meaningOfBooks(gateway, payment, { isSentUnseen: mayBeSentUnseen(payment) });
    if (!known && payment.state === 'LEFT_TO_EXPIRE') return 'nothing_to_do';
    return settle(engine, job, known ?? givenUp ?? (await send(gateway, payment, step)));
  };
}

/** What was authorised under its key before is answered once more; what nobody wants any more is charged to nobody. */
function mayBeSentUnseen(payment: PaymentView): boolean {
  return payment.state === 'PENDING' && !reasonForGivingUp(payment) && keyIsRemembered(payment, new Date());
}

/** Nothing was sent, or the gateway has never heard of it: then nobody is charged for what nobody wants any more. */
function reasonForGivingUp({ id: paymentId, orderState, intent }: PaymentView): PaymentOutcome | undefined {
  if (orderState === 'CANCELLED') return declined(paymentId, 'order_cancelled', 'The order was cancelled.');
  if (intent !== 'void') return undefined;
  return declined(paymentId, 'given_up', 'It was given up before the gateway had taken it.');
}

async function send(gateway: PaymentGateway, payment: PaymentView, step: Step): Promise<PaymentOutcome> {
  const { id: paymentId } = payment;
  const outcome = await call(gateway, payment, step);
  switch (outcome.kind) {
    case 'succeeded':
      return commandOfSuccess(payment, step, outcome.gatewayReference);
    case 'declined':
      return (await afterDecline(gateway, payment, step)) ?? commandOfDecline(paymentId, step, outcome);
    case 'not_offered':
      return { type: 'leave_payment_to_expire', paymentId, reason: outcome.reason };
    case 'pending':
      throw notYet(payment);
    case 'unknown':
      throw new RetryLater(`the gateway's outcome is not known: ${outcome.reason}`);
    case 'refused':
      throw new RetryLater(`the gateway refused it: ${outcome.message}`);
    case 'in_flight':
    case 'not_done':
      throw new RetryLater(`the gateway did not take it: ${outcome.reason}`, outcome.retryAfterMs);
  }
}

function call(gateway: PaymentGateway, payment: PaymentView, step: Step): Promise<VoidOutcome> {
  const { paymentToken, paymentReference, ...money } = inquiryOf(payment);
  const keyed = { ...money, idempotencyKey: keyOf(payment, step) };
  const known = { ...keyed, paymentReference: paymentReference ?? '' };
  switch (step) {
    case 'authorise':
      return gateway.authorise({ ...keyed, paymentToken: paymentToken ?? '', capture: payment.intent === 'capture' });
    case 'capture':
      return gateway.capture({ ...known, amountMinor: capturableMinor(payment) });
    case 'void':
      return gateway.void(known);
  }
}

/**
 * A capture that was declined may be asked for once more, of another part, and a key that was sent before would be answered
 * with the decline: so it says when this one was asked for, which is the payment's last change until it is answered.
 */
function keyOf({ ourReference, updatedAt }: PaymentView, step: Step): string {
  return step === 'capture' ? `${ourReference}-capture-${updatedAt.getTime()}` : `${ourReference}-${step}`;
}

function commandOfSuccess(payment: PaymentView, step: Step, gatewayReference: string): PaymentOutcome {
  const { id: paymentId, intent } = payment;
  if (step === 'void') return { type: 'void_payment', paymentId };
  const isCaptured = step === 'capture' || intent === 'capture';
  return { type: isCaptured ? 'capture_payment' : 'authorise_payment', paymentId, gatewayReference };
}

/** A step beyond authorising may be declined because another was taken meanwhile: the books say which. */
async function afterDecline(
  gateway: PaymentGateway,
  payment: PaymentView,
  step: Step,
): Promise<PaymentOutcome | undefined> {
  return step === 'authorise' ? undefined : meaningOfBooks(gateway, payment);
}

/** What is authorised still has not failed as a payment: it may be captured otherwise, or runs out at the gateway. */
function commandOfDecline(
  paymentId: number,
  step: Step,
  { code, message }: Extract<GatewayOutcome, { kind: 'declined' }>,
): PaymentOutcome {
  switch (step) {
    case 'authorise':
      return declined(paymentId, code, message);
    case 'capture':
      return { type: 'decline_capture', paymentId, failureCode: code, failureMessage: message };
    case 'void':
      return { type: 'leave_payment_to_expire', paymentId, reason: message };
  }
}

function declined(paymentId: number, failureCode: string, failureMessage: string): PaymentOutcome {
  return { type: 'fail_payment', paymentId, failureCode, failureMessage };
}
