import type { Reads } from '../../platform/database/pipelined-reads.ts';
import type { Engine } from '../../engine/engine.ts';
import type { GatewayOutcome, RefundGateway, RefundRequest } from '../../payments/payment-gateway.ts';
import type { GatewayRegistry } from '../../payments/registry.ts';
import { readRefundAtGateway, type RefundAtGateway } from '../../queries/money/refund-at-gateway.ts';
import { GiveUp, RetryLater, type JobHandler } from '../handler.ts';
import type { RunningJob } from '../job-store.ts';
import { keyIsRemembered } from './key-memory.ts';
import { gatewayOf, requestOf, writeRefundDown } from './refund-at-gateway.ts';
import { settle, WORKER_ACTOR } from './settle.ts';

export interface RefundHandlerOptions {
  readonly engine: Engine;
  readonly reads: Reads;
  readonly gateways: GatewayRegistry;
}

/**
 * Carries a refund out, once, whatever dies when. Its intent is on record (SUBMITTED) before the gateway is called, and
 * no transaction is open during the call. A run that finds it SUBMITTED cannot know how far an earlier one came: it
 * asks the gateway first, and sends again, under the same key, only what the gateway has never heard of.
 */
export function submitRefund({ engine, reads, gateways }: RefundHandlerOptions): JobHandler {
  return async (job) => {
    const refund = await readRefundAtGateway(reads, job.subjectId);
    if (!refund) throw new GiveUp(`there is no refund ${job.subjectId}`);
    if (refund.state !== 'PENDING' && refund.state !== 'SUBMITTED') return 'nothing_to_do';
    const gateway = gatewayOf(gateways, refund);
    // Only the very first run of the very first attempt knows that the gateway has not heard of the refund; and not even
    // that one when the refund is so old that it may come out of a backup, and its key be forgotten.
    const isFirst = refund.state === 'PENDING' && refund.attempt === 1 && keyIsRemembered(refund, new Date());
    if (refund.state === 'PENDING') await recordIntent(engine, job, refund);
    if (refund.amountMinor === 0) {
      return settle(engine, job, { type: 'settle_refund', refundId: refund.id, gatewayReference: null });
    }
    const request = requestOf(refund);
    const outcome = isFirst ? await gateway.refund(request) : await askThenSend(gateway, request);
    return writeRefundDown(engine, job, refund, outcome);
  };
}

async function recordIntent(engine: Engine, job: RunningJob, refund: RefundAtGateway): Promise<void> {
  const outcome = await engine.execute({
    intent: {
      kind: 'change',
      target: { orderId: job.orderId },
      command: { type: 'submit_refund', refundId: refund.id },
    },
    actor: WORKER_ACTOR,
  });
  // Another run was first; the next one of this job finds out how far that came.
  if (outcome.kind !== 'done') throw new RetryLater('another run of this job is at this refund');
}

async function askThenSend(gateway: RefundGateway, request: RefundRequest): Promise<GatewayOutcome> {
  const lookup = await gateway.findRefund(request);
  switch (lookup.kind) {
    case 'found':
      return lookup.outcome;
    case 'absent':
      return gateway.refund(request);
    case 'unknown':
      return lookup;
  }
}
