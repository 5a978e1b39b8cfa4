import fc from 'fast-check';
import type { OrderCommand } from '../../../src/domain/commands.ts';
import {
  eventsOf,
  orderLifecycle,
  returnLifecycle,
  type OrderEvent,
  type ReturnEvent,
} from '../../../src/domain/lifecycles.ts';
import type { EngineRequest } from '../../../src/engine/request.ts';
import { change } from '../http/requests.ts';
import type { OrderParts } from './shop-model-view.ts';
import { orderEvents, refundEvents, returnEvents, type ModelCommand, type ModelOrder } from './shop-model.ts';

export const ORDERS = 3;
const ORDER_EVENTS = eventsOf<OrderEvent>(orderLifecycle);
const RETURN_EVENTS = eventsOf<ReturnEvent>(returnLifecycle);
const REFUND_EVENTS = ['submit', 'settle', 'fail', 'reverse', 'retry', 'record'];

/** What is to be tried; what exactly that is depends on how far the order has come when the round begins. */
export const step = fc.record({
  order: fc.nat(ORDERS - 1),
  about: fc.constantFrom('order', 'order', 'order', 'request', 'return', 'return', 'refund'),
  choice: fc.nat(11),
  quantities: fc.constantFrom([1, 0], [2, 0], [3, 1], [0, 1], [1, 1]),
  /** Of the lines of a return that is completed; null: nothing is said of it. */
  accepted: fc.constantFrom([null, null], [0, 0], [1, 0], [1, null]),
  isVersioned: fc.boolean(),
  isWild: fc.oneof({ weight: 4, arbitrary: fc.constant(false) }, fc.constant(true)),
});
export type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never;

function steps(
  order: number,
  about: Step['about'],
  choices: readonly number[],
  more: Partial<Pick<Step, 'isWild' | 'quantities' | 'accepted'>> = {},
): Step[][] {
  const plain = { quantities: [1, 0], accepted: [null, null], isVersioned: false, isWild: false } as const;
  return choices.map((choice) => [{ order, about, choice, ...plain, ...more }]);
}

const CANCEL = ORDER_EVENTS.indexOf('cancel');

/** One walk, a step a round, that makes every move there is: what chance may miss on a slow machine. */
export const everyMove: Step[][] = [
  steps(0, 'order', [0]),
  steps(0, 'order', [CANCEL], { isWild: true }),
  steps(2, 'order', [CANCEL], { isWild: true }),
  // Delivered; a return that goes all the way, and one that is rejected.
  steps(1, 'order', [0, 0, 0, 0]),
  steps(1, 'request', [0]),
  steps(1, 'return', [0, 0, 0, 0]),
  steps(1, 'request', [0]),
  steps(1, 'return', [1]),
  // Submitted, declined, sent again, submitted, settled, come back.
  steps(1, 'refund', [0, 1, 0, 0, 0, 0]),
  // That of the order which was cancelled: submitted, declined, paid elsewhere.
  steps(0, 'refund', [0, 1, 1]),
  // Another return, of two units, of which one is accepted.
  steps(1, 'request', [0], { quantities: [2, 0] }),
  steps(1, 'return', [2, 2, 2, 2], { accepted: [1, 0] }),
].flat();

function pick<Item>(items: readonly Item[], choice: number): Item | undefined {
  return items[choice % Math.max(1, items.length)];
}

/** The command that a step comes to, for an order of two lines. */
export function commandFor(step: Step, model: ModelOrder): ModelCommand {
  const { about, choice, quantities, accepted, isVersioned, isWild } = step;
  const chosenReturn = pick([...model.returns], choice);
  const chosenRefund = pick([...model.refunds], choice);
  if (about === 'request') return { kind: 'request', quantities };
  if (about === 'return' && chosenReturn) {
    const [returnId, { state, quantities: asked }] = chosenReturn;
    const event = pick(isWild ? RETURN_EVENTS : returnEvents(state), choice) ?? 'complete';
    return {
      kind: 'return',
      returnId,
      event,
      accepted: asked.map((units, line) => (units > 0 ? (accepted[line] ?? null) : null)),
    };
  }
  if (about === 'refund' && chosenRefund) {
    const [returnId, { state, attempt }] = chosenRefund;
    const event = pick(isWild ? REFUND_EVENTS : refundEvents(state), choice) ?? 'retry';
    return { kind: 'refund', returnId, event, attempt };
  }
  const event = (isWild ? pick(ORDER_EVENTS, choice) : orderEvents(model.state)[0]) ?? 'cancel';
  return { kind: 'move', event, ...(isVersioned ? { expectedVersion: model.version } : {}) };
}

/** The same command as the engine takes it. */
export function requestFor(command: ModelCommand, parts: OrderParts): EngineRequest {
  const target = { orderId: parts.orderId };
  switch (command.kind) {
    case 'move': {
      const event = known(ORDER_EVENTS, command.event);
      return change(target, { type: 'move_order', event, reason: null }, command.expectedVersion);
    }
    case 'request': {
      const items = parts.itemIds
        .map((orderItemId, line) => ({ orderItemId, quantity: command.quantities[line] ?? 0 }))
        .filter(({ quantity }) => quantity > 0);
      return change(target, { type: 'request_return', reason: 'Broken', items });
    }
    case 'return': {
      const { returnId } = command;
      const event = known(RETURN_EVENTS, command.event);
      const accepted = command.accepted.flatMap((quantity, line) =>
        quantity === null ? [] : [{ orderItemId: parts.itemIds[line] ?? 0, quantity }],
      );
      return change({ returnId }, { type: 'move_return', returnId, event, reason: null, accepted });
    }
    case 'refund': {
      const refundId = parts.refunds.find(({ returnId }) => returnId === command.returnId)?.id ?? 0;
      return change({ refundId }, refundCommand(command.event, refundId, command.attempt));
    }
  }
}

function refundCommand(event: string, refundId: number, attempt: number): OrderCommand {
  if (event === 'submit') return { type: 'submit_refund', refundId };
  if (event === 'settle') return { type: 'settle_refund', refundId, gatewayReference: 'reference' };
  if (event === 'retry') return { type: 'retry_refund', refundId, reason: null };
  if (event === 'record') return { type: 'record_refund', refundId, reference: 'transfer-1', reason: null };
  const type = event === 'reverse' ? 'reverse_refund' : 'fail_refund';
  return { type, refundId, attempt, failureCode: 'declined', failureMessage: 'Declined.' };
}

function known<Event extends string>(events: readonly Event[], event: string): Event {
  const found = events.find((each) => each === event);
  if (found === undefined) throw new Error(`the lifecycles know no ${event}`);
  return found;
}
