import type { AcceptedUnits, OrderCommand } from './commands.ts';
import { decide } from './decide.ts';
import type { Decision } from './decision.ts';
import { circumstancesAt, deepFrozen, type CountingCircumstances } from './example-orders.ts';
import { allowedEvents, eventsOf, orderLifecycle, refundLifecycle, returnLifecycle } from './lifecycles.ts';
import type { Order, Return } from './orders/order.ts';

/*
 * Walks of many commands over one order, for the property tests alone. A step is plain data that says what it is about
 * by its place, since ids are dealt out only on the way.
 */

export const STEP_KINDS = ['move_order', 'request_return', 'move_return', 'move_refund', 'mark_invoice'] as const;

export interface Step {
  readonly kind: (typeof STEP_KINDS)[number];
  /** Which part is meant; now and then one that is not there. */
  readonly place: number;
  /** Which event, or which second line of a return. */
  readonly choice: number;
  readonly quantity: number;
  /** A tame step asks for what is legal where it can, so that many walks reach the money; a wild one for anything. */
  readonly isWild: boolean;
}

export interface Taken {
  readonly before: Order;
  readonly command: OrderCommand;
  readonly circumstances: CountingCircumstances;
}

const START = Date.parse('2026-05-20T06:00:00.000Z');
const MINUTE_MS = 60_000;
const ABSENT_ID = 999_999;

/** Takes the steps one after another, a minute apart, lets `check` see each decision, and answers with the last order. */
export function walk(start: Order, steps: readonly Step[], check: (decision: Decision, taken: Taken) => void): Order {
  let before = start;
  for (const [index, step] of steps.entries()) {
    const command = deepFrozen(commandOf(step, before));
    const now = new Date(START + index * MINUTE_MS).toISOString();
    const circumstances = circumstancesAt(now, 10_000 + index * 100);
    const decision = decide(before, command, circumstances);
    check(decision, { before, command, circumstances });
    if (decision.accepted) before = deepFrozen(decision.order);
  }
  return before;
}

function commandOf(step: Step, order: Order): OrderCommand {
  switch (step.kind) {
    case 'move_order':
      return { type: 'move_order', event: chosen(eventsOf(orderLifecycle), step.choice) ?? 'pay', reason: null };
    case 'request_return': {
      const places = step.isWild ? [step.place, step.choice] : [step.place];
      const items = places.map((place) => ({
        orderItemId: partAt(order.items, place)?.id ?? ABSENT_ID,
        quantity: step.quantity,
      }));
      return { type: 'request_return', reason: 'Too small', items };
    }
    case 'move_return': {
      const found = partAt(order.returns, step.place);
      const events = found && !step.isWild ? allowedEvents(returnLifecycle, found.state) : eventsOf(returnLifecycle);
      const event = chosen(events, step.choice) ?? 'complete';
      const accepted = event === 'complete' ? acceptedOf(step, found) : [];
      return { type: 'move_return', returnId: found?.id ?? ABSENT_ID, event, reason: null, accepted };
    }
    case 'move_refund':
      return refundCommandOf(step, order);
    case 'mark_invoice': {
      const mark = step.isWild ? 'emailed' : 'rendered';
      return { type: 'mark_invoice', invoiceId: order.invoice?.id ?? ABSENT_ID, mark };
    }
  }
}

/** All of a return, nothing of its lines, or some of its first, which now and then is more than there is. */
function acceptedOf({ choice, quantity, isWild }: Step, part: Return | undefined): AcceptedUnits[] {
  const lines = (part?.items ?? []).map(({ orderItemId }) => ({ orderItemId, quantity: 0 }));
  if (isWild) return [...lines, { orderItemId: ABSENT_ID, quantity }];
  if (choice % 3 === 0) return [];
  return choice % 3 === 1 ? lines : lines.slice(0, 1).map((line) => ({ ...line, quantity }));
}

function refundCommandOf({ place, choice, quantity, isWild }: Step, order: Order): OrderCommand {
  const found = partAt(order.refunds, place);
  const events = found && !isWild ? allowedEvents(refundLifecycle, found.state) : eventsOf(refundLifecycle);
  const refundId = found?.id ?? ABSENT_ID;
  const attempt = isWild ? quantity : (found?.attempt ?? 1);
  switch (chosen(events, choice) ?? 'settle') {
    case 'approve':
      return { type: 'approve_refund', refundId, reason: null };
    case 'reject':
      return { type: 'reject_refund', refundId, reason: null };
    case 'submit':
      return { type: 'submit_refund', refundId };
    case 'settle':
      return { type: 'settle_refund', refundId, gatewayReference: 'gateway-1' };
    case 'fail':
      return { type: 'fail_refund', refundId, attempt, failureCode: 'declined', failureMessage: 'No.' };
    case 'reverse':
      return { type: 'reverse_refund', refundId, attempt, failureCode: 'expired', failureMessage: 'It came back.' };
    case 'retry':
      return { type: 'retry_refund', refundId, reason: null };
    case 'record':
      return { type: 'record_refund', refundId, reference: 'transfer-1', reason: null };
  }
}

/** One place more than there are parts stands for one that is not there. */
function partAt<Part>(parts: readonly Part[], place: number): Part | undefined {
  return parts[place % (parts.length + 1)];
}

function chosen<Event>(events: readonly Event[], choice: number): Event | undefined {
  return events[choice % Math.max(events.length, 1)];
}
