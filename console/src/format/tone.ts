/** What a state means to whoever looks at it, as a colour says it. The word is always beside it. */
export type Tone = 'waiting' | 'moving' | 'good' | 'bad' | 'quiet';

const TONES: Readonly<Record<string, Tone>> = {
  PENDING_PAYMENT: 'waiting',
  PAID: 'moving',
  PROCESSING_IN_WAREHOUSE: 'moving',
  SHIPPED: 'moving',
  DELIVERED: 'good',
  CANCELLED: 'quiet',
  REQUESTED: 'waiting',
  APPROVED: 'moving',
  IN_TRANSIT: 'moving',
  RECEIVED: 'waiting',
  COMPLETED: 'good',
  REJECTED: 'quiet',
  PENDING: 'waiting',
  AUTHORISED: 'moving',
  CAPTURED: 'good',
  VOIDED: 'quiet',
  LEFT_TO_EXPIRE: 'quiet',
  AWAITING_APPROVAL: 'waiting',
  SUBMITTED: 'moving',
  SUCCEEDED: 'good',
  FAILED: 'bad',
  READY: 'waiting',
  QUEUED: 'moving',
  RUNNING: 'moving',
  DONE: 'good',
  DEAD: 'bad',
  DISMISSED: 'quiet',
  INVITED: 'waiting',
  ACTIVE: 'good',
  ENABLED: 'good',
  DISABLED: 'bad',
};

/** A state that is new to this console is quiet: its word says it all. */
export function toneOf(state: string): Tone {
  return TONES[state] ?? 'quiet';
}
