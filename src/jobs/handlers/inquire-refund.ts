import { readRefundAtGateway } from '../../queries/money/refund-at-gateway.ts';
import { GiveUp, RetryLater, type JobHandler } from '../handler.ts';
import { gatewayOf, requestOf, writeRefundDown, writeReversalDown } from './refund-at-gateway.ts';
import type { RefundHandlerOptions } from './submit-refund.ts';

/**
 * Asks the gateway about a refund that is under way, because its webhook had news or the reconciliation none; and about
 * one that it had paid, and that has failed since by its webhook: days later, the customer's bank may send it back. It
 * sends nothing: what the gateway has never heard of is the submitting job's to send.
 */
export function inquireRefund({ engine, reads, gateways }: RefundHandlerOptions): JobHandler {
  return async (job) => {
    const refund = await readRefundAtGateway(reads, job.subjectId);
    if (!refund) throw new GiveUp(`there is no refund ${job.subjectId}`);
    if (refund.state !== 'SUBMITTED' && !refund.isPaidByGateway) return 'nothing_to_do';
    const lookup = await gatewayOf(gateways, refund).findRefund(requestOf(refund));
    switch (lookup.kind) {
      case 'found':
        return refund.isPaidByGateway
          ? writeReversalDown(engine, job, refund, lookup.outcome)
          : writeRefundDown(engine, job, refund, lookup.outcome);
      case 'absent':
        return 'nothing_to_do';
      case 'unknown':
        throw new RetryLater(`the gateway's outcome is not known: ${lookup.reason}`);
    }
  };
}
