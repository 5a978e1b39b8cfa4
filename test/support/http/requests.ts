import { hash } from 'node:crypto';
import type { OrderCommand, PlaceOrder } from '../../../src/domain/commands.ts';
import { examplePlacement } from '../../../src/domain/example-orders.ts';
import type { OrderEvent, ReturnEvent } from '../../../src/domain/lifecycles.ts';
import type { Order } from '../../../src/domain/orders/order.ts';
import type { RefusalCode } from '../../../src/domain/refusals.ts';
import type { EngineRequest, Outcome, Target } from '../../../src/engine/request.ts';

const ACTOR = 'test';

/** The example placement under a number that is made, unless one is given. */
export function place(fields: Partial<PlaceOrder> = {}): EngineRequest {
  return { actor: ACTOR, intent: { kind: 'place', command: { ...examplePlacement, orderNumber: null, ...fields } } };
}

/** An order that the core accepts and the database refuses: its customer has no name. */
export function placeRefusedByDatabase(): EngineRequest {
  return place({ customerId: '' });
}

export function change(target: Target, command: OrderCommand, expectedVersion?: number): EngineRequest {
  const versioned = expectedVersion === undefined ? {} : { expectedVersion };
  return { actor: ACTOR, intent: { kind: 'change', target, command, ...versioned } };
}

export function move(orderId: number, event: OrderEvent, expectedVersion?: number): EngineRequest {
  return change({ orderId }, { type: 'move_order', event, reason: null }, expectedVersion);
}

export function requestReturn(orderId: number, orderItemId: number, quantity: number): EngineRequest {
  return change({ orderId }, { type: 'request_return', reason: 'Broken', items: [{ orderItemId, quantity }] });
}

export function moveReturn(returnId: number, event: ReturnEvent): EngineRequest {
  return change({ returnId }, { type: 'move_return', returnId, event, reason: null });
}

export function retryJob(jobId: number): EngineRequest {
  return { actor: ACTOR, intent: { kind: 'retry_job', jobId } };
}

export function dismissJob(jobId: number, reason = 'The address is mistyped'): EngineRequest {
  return { actor: ACTOR, intent: { kind: 'dismiss_job', jobId, reason } };
}

let rendered = 0;

/** The request with an idempotency key. No two renderings are alike, so an answer that was rendered again shows. */
export function withKey(request: EngineRequest, key: string, caller = 'shop'): EngineRequest {
  return {
    ...request,
    idempotency: {
      caller,
      key,
      fingerprint: hash('sha256', JSON.stringify(request.intent), 'buffer'),
      render: (outcome) => ({
        status: outcome.kind === 'refused' ? 409 : 200,
        headers: { 'x-rendered': String((rendered += 1)) },
        body: JSON.stringify(outcome.kind === 'done' ? { id: outcome.subjectId } : outcome),
      }),
    },
  };
}

/** @throws Error when it was refused */
export function doneOrder(outcome: Outcome): Order {
  if (outcome.kind !== 'done') throw new Error(`not done: ${JSON.stringify(outcome)}`);
  return outcome.order;
}

/** The refusal's code; undefined when it was done. */
export function refusalCode(outcome: Outcome): RefusalCode | undefined {
  return outcome.kind === 'refused' ? outcome.refusal.code : undefined;
}
