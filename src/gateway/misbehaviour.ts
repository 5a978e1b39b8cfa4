import type { FastifyReply } from 'fastify';
import type { Fate } from './books/payment-book.ts';
import type { Fault, FaultBoard } from './faults.ts';
import { GatewayProblem } from './problem.ts';

const DEFAULT_TIMEOUT_AFTER_MS = 60_000;
const DEFAULT_SLOW_MS = 5_000;
const DEFAULT_PENDING_MS = 2_000;
const DECLINE_CODE = 'do_not_honour';
const HUGE_ANSWER_BYTES = 10 * 1024 * 1024;

/** Whether a fault took the request's place, so that nothing is done. */
export function misbehavesBefore(fault: Fault | undefined, reply: FastifyReply): boolean {
  switch (fault?.mode) {
    case 'error_500':
      throw new GatewayProblem('service.error', 'Switched on by /v1/faults.');
    case 'error_429':
      reply.header('Retry-After', '1');
      throw new GatewayProblem('service.busy', 'Switched on by /v1/faults.');
    case 'in_flight':
      reply.header('Retry-After', '1');
      throw new GatewayProblem('idempotency.in_flight', 'Switched on by /v1/faults.');
    case 'drop_before':
      hangUp(reply);
      return true;
    default:
      return false;
  }
}

/** What becomes of what is asked: done, unless a fault says otherwise. */
export function fateOf(fault: Fault | undefined): Fate {
  const settlesAfterMs = fault?.delayMs ?? DEFAULT_PENDING_MS;
  switch (fault?.mode) {
    case 'decline':
      return { declineCode: DECLINE_CODE, settlesAfterMs: null };
    case 'pending':
      return { declineCode: null, settlesAfterMs };
    case 'pending_decline':
      return { declineCode: DECLINE_CODE, settlesAfterMs };
    default:
      return { declineCode: null, settlesAfterMs: null };
  }
}

/** Whether a fault took the answer's place, after the work was done. */
export async function misbehavesAfter(
  fault: Fault | undefined,
  faults: FaultBoard,
  reply: FastifyReply,
): Promise<boolean> {
  switch (fault?.mode) {
    case 'slow':
      await faults.delay(fault.delayMs ?? DEFAULT_SLOW_MS);
      return false;
    case 'timeout_after':
      await faults.delay(fault.delayMs ?? DEFAULT_TIMEOUT_AFTER_MS);
      hangUp(reply);
      return true;
    case 'drop_after':
      hangUp(reply);
      return true;
    case 'garbage':
      void reply.code(200).type('application/json').send('<html>this is not JSON');
      return true;
    case 'huge':
      void reply.code(200).type('application/json').send(Buffer.alloc(HUGE_ANSWER_BYTES, ' '));
      return true;
    default:
      return false;
  }
}

/** Closes the connection without an answer. */
function hangUp(reply: FastifyReply): void {
  reply.hijack();
  reply.raw.destroy();
}
