import type { Reads } from '../../platform/database/pipelined-reads.ts';
import type { PaymentState } from '../../domain/lifecycles.ts';
import { capturableMinor } from '../../domain/payments/balances.ts';
import type { PaymentOutcome } from '../../domain/payments/payment-commands.ts';
import type { PaymentGatewayName } from '../../domain/payments/payment-gateways.ts';
import type { Engine } from '../../engine/engine.ts';
import type { GatewayOutcome, PaymentGateway, VoidOutcome } from '../../payments/payment-gateway.ts';
import { inquiryOf } from '../../payments/payment-inquiry.ts';
import { differenceInMoney, standingOf } from '../../payments/payment-standing.ts';
import { isRunElsewhere } from '../../queries/jobs.ts';
import { readPayment, type PaymentView } from '../../queries/money/payments.ts';
import { inquiryDelayMs, LONGEST_WAIT_MS } from '../back-off.ts';
import { GiveUp, NotYet, RetryLater, type JobHandler } from '../handler.ts';
import { keyIsRemembered } from './key-memory.ts';
import { settle } from './settle.ts';

export interface MovePaymentOptions {
  readonly engine: Engine;
  readonly reads: Reads;
  /** Undefined: the gateway is not configured here. */
  readonly gatewayOf: (name: PaymentGatewayName) => PaymentGateway | undefined;
}

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
export function movePayment(step: Step, { engine, reads, gatewayOf }: MovePaymentOptions): JobHandler {
  return async (job) => {
    const payment = await readPayment(reads, job.subjectId);
    if (!payment) throw new GiveUp(`there is no payment ${job.subjectId}`);
    if (!STATES_BEFORE[step].includes(payment.state)) return 'nothing_to_do';
    const gateway = payment.gateway ? gatewayOf(payment.gateway) : undefined;
    if (!gateway) throw new GiveUp(`the gateway ${payment.gateway ?? 'of no name'} is not configured`);
    const givenUp = step === 'authorise' ? reasonForGivingUp(payment) : undefined;
    // Before the gateway is asked: what another run has read may be older, and it may be sending it at this moment.
    if (givenUp && (await isRunElsewhere(reads, job))) throw new NotYet('another run is at it', OTHER_RUN_MS);
    const known = await meaningOfBooks(gateway, payment);
    if (!known && payment.state === 'LEFT_TO_EXPIRE') return 'nothing_to_do';
    return settle(engine, job, known ?? givenUp ?? (await send(gateway, payment, step)));
  };
}

/** What is to be written down of what the gateway has; undefined: it has not taken the step yet. */
async function meaningOfBooks(gateway: PaymentGateway, payment: PaymentView): Promise<PaymentOutcome | undefined> {
  const lookup = await gateway.findPayment(inquiryOf(payment));
  if (lookup.kind === 'unknown') {
    if (lookup.isBeyondInquiry && mayBeSentUnseen(payment)) return undefined;
    throw new RetryLater(`the gateway does not say what it knows: ${lookup.reason}`);
  }
  if (lookup.kind === 'absent') return undefined;
  // Money that moved otherwise than it was asked to is neither a success nor a failure: a person must look.
  const differs = differenceInMoney(lookup.payment, payment);
  if (differs !== undefined) throw new RetryLater(`the gateway's outcome is not known: ${differs}`);
  const standing = standingOf(payment, lookup.payment);
  switch (standing.kind) {
    case 'ahead':
      return standing.outcome;
    case 'agrees':
      return undefined;
    case 'pending':
      throw notYet(payment);
    case 'contradicts':
      throw new RetryLater(`the payment is ${payment.state} here, and ${lookup.payment.status} at the gateway`);
  }
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
    case 'in_flight':
    case 'not_done':
      throw new RetryLater(`the gateway did not take it: ${outcome.reason}`, outcome.retryAfterMs);
  }
}

function call(gateway: PaymentGateway, payment: PaymentView, step: Step): Promise<VoidOutcome> {
  const { paymentToken, paymentReference, ...money } = inquiryOf(payment);
  const keyed = { ...money, idempotencyKey: `payment-${payment.id}-${step}` };
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

/** What is authorised still, and cannot be voided, runs out at the gateway: it has not failed as a payment. */
function commandOfDecline(
  paymentId: number,
  step: Step,
  { code, message }: Extract<GatewayOutcome, { kind: 'declined' }>,
): PaymentOutcome {
  return step === 'void'
    ? { type: 'leave_payment_to_expire', paymentId, reason: message }
    : declined(paymentId, code, message);
}

/** The longer it has been under way, the longer until it is asked about again; past two weeks, a person must look. */
function notYet({ updatedAt }: PaymentView): NotYet | GiveUp {
  const waitedMs = Date.now() - updatedAt.getTime();
  if (waitedMs > LONGEST_WAIT_MS) return new GiveUp('the gateway has not settled it for two weeks');
  return new NotYet('the gateway has taken it on and settles it later', inquiryDelayMs(waitedMs));
}

function declined(paymentId: number, failureCode: string, failureMessage: string): PaymentOutcome {
  return { type: 'fail_payment', paymentId, failureCode, failureMessage };
}
