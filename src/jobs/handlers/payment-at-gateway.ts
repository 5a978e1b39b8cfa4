import type { Reads } from '../../platform/database/pipelined-reads.ts';
import type { PaymentOutcome } from '../../domain/payments/payment-commands.ts';
import type { PaymentGatewayName } from '../../domain/payments/payment-gateways.ts';
import type { Engine } from '../../engine/engine.ts';
import type { PaymentGateway } from '../../payments/payment-gateway.ts';
import { inquiryOf } from '../../payments/payment-inquiry.ts';
import { differenceInMoney, standingOf } from '../../payments/payment-standing.ts';
import type { PaymentView } from '../../queries/money/payments.ts';
import { inquiryDelayMs, LONGEST_WAIT_MS } from '../back-off.ts';
import { GiveUp, NotYet, RetryLater } from '../handler.ts';

export interface PaymentHandlerOptions {
  readonly engine: Engine;
  readonly reads: Reads;
  /** Undefined: the gateway is not configured here. */
  readonly gatewayOf: (name: PaymentGatewayName) => PaymentGateway | undefined;
}

/** @throws GiveUp where it is not configured here */
export function gatewayOfPayment(
  { gateway: name }: PaymentView,
  gatewayOf: PaymentHandlerOptions['gatewayOf'],
): PaymentGateway {
  const gateway = name ? gatewayOf(name) : undefined;
  if (!gateway) throw new GiveUp(`the gateway ${name ?? 'of no name'} is not configured`);
  return gateway;
}

/**
 * What is to be written down of what the gateway has; undefined: it has not taken the step yet.
 *
 * @param isSentUnseen whether one that is beyond an inquiry counts as one that the gateway does not have
 */
export async function meaningOfBooks(
  gateway: PaymentGateway,
  payment: PaymentView,
  { isSentUnseen = false } = {},
): Promise<PaymentOutcome | undefined> {
  const lookup = await gateway.findPayment(inquiryOf(payment));
  if (lookup.kind === 'unknown') {
    if (lookup.isBeyondInquiry && isSentUnseen) return undefined;
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

/** The longer it has been under way, the longer until it is asked about again; past two weeks, a person must look. */
export function notYet({ updatedAt }: PaymentView): NotYet | GiveUp {
  const waitedMs = Date.now() - updatedAt.getTime();
  if (waitedMs > LONGEST_WAIT_MS) return new GiveUp('the gateway has not settled it for two weeks');
  return new NotYet('the gateway has taken it on and settles it later', inquiryDelayMs(waitedMs));
}
