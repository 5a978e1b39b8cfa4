import type { OrderCommand } from '../../domain/commands.ts';
import type { Engine } from '../../engine/engine.ts';
import type { GatewayOutcome, RefundGateway, RefundRequest, Settled } from '../../payments/payment-gateway.ts';
import type { GatewayRegistry } from '../../payments/registry.ts';
import type { RefundAtGateway } from '../../queries/money/refund-at-gateway.ts';
import { MOST_ATTEMPTS } from '../back-off.ts';
import { GiveUp, RetryLater } from '../handler.ts';
import type { RunningJob } from '../job-store.ts';
import { settle } from './settle.ts';

/** The gateway that the refund's money came by: a refund goes back the same way, whatever is configured now. */
export function gatewayOf(gateways: GatewayRegistry, { id, gateway }: RefundAtGateway): RefundGateway {
  const found = gateways.find(gateway);
  if (!found) throw new GiveUp(`refund ${id} goes through ${gateway}, which is not configured here`);
  return found;
}

/** The key is stored with the refund, in its reference and attempt, so that every run of every worker sends the same one. */
export function requestOf(refund: RefundAtGateway): RefundRequest {
  return {
    reference: refund.ourReference,
    idempotencyKey: `${refund.ourReference}-${refund.attempt}`,
    amountMinor: refund.amountMinor,
    currency: refund.currency,
    requestedAt: refund.createdAt,
    paymentReference: refund.paymentReference,
  };
}

/**
 * Writes down what the gateway says; what it does not say for sure leaves the refund as it is, to be asked about. What it
 * refuses to the last run has failed: surely not paid, it is a person's to send again or to pay some other way.
 */
export async function writeRefundDown(
  engine: Engine,
  job: RunningJob,
  refund: RefundAtGateway,
  outcome: GatewayOutcome,
): Promise<'settled' | 'nothing_to_do'> {
  const refundId = refund.id;
  switch (outcome.kind) {
    case 'succeeded':
      return settle(engine, job, { type: 'settle_refund', refundId, gatewayReference: outcome.gatewayReference });
    case 'declined':
      return settle(engine, job, failureOf(refund, outcome));
    case 'refused':
      if (job.attempt < MOST_ATTEMPTS) throw new RetryLater(`the gateway refused it: ${outcome.message}`);
      return settle(engine, job, failureOf(refund, outcome));
    case 'pending':
      // It stays SUBMITTED: the gateway's webhook has it asked about, or the reconciliation.
      return 'nothing_to_do';
    case 'in_flight':
    case 'not_done':
      throw new RetryLater(`the gateway did not take the refund: ${outcome.reason}`, outcome.retryAfterMs);
    case 'unknown':
      throw new RetryLater(`the gateway's outcome is not known: ${outcome.reason}`);
  }
}

function failureOf(
  { id: refundId, attempt }: RefundAtGateway,
  { code: failureCode, message: failureMessage }: { readonly code: string; readonly message: string },
): OrderCommand {
  return { type: 'fail_refund', refundId, attempt, failureCode, failureMessage };
}

/** Writes down that what the gateway had paid has come back there; as long as it does not say so, it is paid. */
export async function writeReversalDown(
  engine: Engine,
  job: RunningJob,
  { id: refundId, attempt }: RefundAtGateway,
  outcome: Settled,
): Promise<'settled' | 'nothing_to_do'> {
  if (outcome.kind !== 'declined') return 'nothing_to_do';
  const { code: failureCode, message: failureMessage } = outcome;
  return settle(engine, job, { type: 'reverse_refund', refundId, attempt, failureCode, failureMessage });
}
