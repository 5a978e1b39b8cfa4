import type { Static } from 'typebox';
import type { JobState, JobView } from '../../queries/jobs.ts';
import type { TransitionView } from '../../queries/orders/transitions.ts';
import type { JobSchema, TransitionSchema } from '../schemas/record.ts';

export function transitionView(view: TransitionView): Static<typeof TransitionSchema> {
  return {
    id: view.id,
    order_id: view.orderId,
    sequence: view.sequence,
    entity_type: view.entityType,
    entity_id: view.entityId,
    event: view.event,
    from_state: view.fromState,
    to_state: view.toState,
    actor: view.actor,
    reason: view.reason,
    created_at: view.createdAt,
    hash: view.hash,
  };
}

export function jobView(view: JobView): Static<typeof JobSchema> {
  return {
    id: view.id,
    order_id: view.orderId,
    kind: view.kind,
    subject_id: view.subjectId,
    state: view.state,
    attempts: view.attempts,
    run_at: view.runAt,
    last_error: view.lastError,
    seen_to_by: view.seenToBy,
    seen_to_at: view.seenToAt,
    seen_to_reason: view.seenToReason,
    created_at: view.createdAt,
    updated_at: view.updatedAt,
    allowed: allowedOf(view.state),
  };
}

function allowedOf(state: JobState): Static<typeof JobSchema>['allowed'] {
  if (state === 'DEAD') return ['retry', 'dismiss'];
  return state === 'READY' || state === 'DISMISSED' ? ['retry'] : [];
}
