import type { FailRefund, RecordRefund, RetryRefund, ReverseRefund, SettleRefund, SubmitRefund } from '../commands.ts';
import { accepted, refused, type Circumstances, type Decision, type JobRequest } from '../decision.ts';
import { allowedEvents, refundLifecycle, stateAfter, type RefundEvent } from '../lifecycles.ts';
import { withPart, type Order, type Refund } from '../orders/order.ts';

type RefundCommand = SubmitRefund | SettleRefund | FailRefund | ReverseRefund | RetryRefund | RecordRefund;

/** Moves a refund along its lifecycle. */
export function moveRefund(order: Order, command: RefundCommand, circumstances: Circumstances): Decision {
  const refund = order.refunds.find(({ id }) => id === command.refundId);
  if (!refund) return refused('refund.not_found', `Order ${order.id} has no refund ${command.refundId}.`);
  if ((command.type === 'fail_refund' || command.type === 'reverse_refund') && command.attempt !== refund.attempt) {
    return refused(
      'refund.attempt_superseded',
      `Attempt ${command.attempt} of the refund has failed, but the refund is at attempt ${refund.attempt}.`,
      { attempt: command.attempt, current_attempt: refund.attempt },
    );
  }
  const { event, reason, change, jobs } = meaningOf(command, refund);
  // What was paid elsewhere, no gateway takes back.
  const isElsewhere = command.type === 'reverse_refund' && refund.elsewhereReference !== null;
  const to = isElsewhere ? undefined : stateAfter(refundLifecycle, refund.state, event);
  if (to === undefined) {
    const allowed = allowedEvents(refundLifecycle, refund.state);
    return refused('refund.illegal_transition', `A refund that is ${refund.state} cannot be moved by "${event}".`, {
      from: refund.state,
      event,
      allowed,
    });
  }
  const moved: Refund = { ...refund, ...change, state: to, updatedAt: circumstances.now };
  return accepted({ ...order, refunds: withPart(order.refunds, moved) }, circumstances, refund.id, {
    transitions: [{ entityType: 'refund', entityId: refund.id, event, from: refund.state, to, reason }],
    jobs,
  });
}

interface Meaning {
  readonly event: RefundEvent;
  readonly reason: string | null;
  readonly change: Partial<Refund>;
  readonly jobs: readonly JobRequest[];
}

function meaningOf(command: RefundCommand, refund: Refund): Meaning {
  switch (command.type) {
    case 'submit_refund':
      return { event: 'submit', reason: null, change: {}, jobs: [] };
    case 'settle_refund':
      return { event: 'settle', reason: null, change: { gatewayReference: command.gatewayReference }, jobs: [] };
    case 'fail_refund':
    case 'reverse_refund': {
      const { failureCode, failureMessage } = command;
      const event = command.type === 'fail_refund' ? 'fail' : 'reverse';
      return { event, reason: failureMessage, change: { failureCode, failureMessage }, jobs: [] };
    }
    case 'retry_refund':
      return {
        event: 'retry',
        reason: command.reason,
        change: { attempt: refund.attempt + 1, failureCode: null, failureMessage: null },
        jobs: [{ kind: 'refund.submit', subjectId: refund.id }],
      };
    case 'record_refund': {
      const { reference, reason } = command;
      return {
        event: 'record',
        reason: reason === null ? reference : `${reference}: ${reason}`,
        change: { elsewhereReference: reference, failureCode: null, failureMessage: null },
        jobs: [],
      };
    }
  }
}
