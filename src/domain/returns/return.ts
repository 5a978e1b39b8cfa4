import type { MoveReturn, RequestReturn } from '../commands.ts';
import { accepted, refused, type Circumstances, type Decision, type Refused } from '../decision.ts';
import { allowedEvents, returnLifecycle, stateAfter } from '../lifecycles.ts';
import { withPart, type Order, type OrderItem, type Return, type SeenOrder } from '../orders/order.ts';
import { completeReturn } from './complete-return.ts';
import { illegalMove, namedTwice } from './return-refusals.ts';
import { countReturned } from './returned-units.ts';

/** At most this many returns of one order, whatever became of them, and of those so many that are not through. */
export const MOST_RETURNS = 1_000;
export const MOST_OPEN_RETURNS = 200;

/** Units of a line that may still be asked back: bought, and in no return that was not rejected, or did not accept them. */
export function returnableQuantity(order: Pick<Order, 'state'>, item: OrderItem): number {
  return order.state === 'DELIVERED' ? item.quantity - item.returnedQuantity : 0;
}

/** Starts a return of some units of some lines of a delivered order. */
export function requestReturn(order: Order, command: RequestReturn, circumstances: Circumstances): Decision {
  const problem = problemWithReturn(order, command);
  if (problem) return problem;

  const { now, nextId } = circumstances;
  const { creation, initial } = returnLifecycle;
  const requested: Return = {
    id: nextId(),
    state: initial,
    reason: command.reason,
    createdAt: now,
    updatedAt: now,
    items: command.items.map(({ orderItemId, quantity }) => {
      return { id: nextId(), orderItemId, quantity, acceptedQuantity: null };
    }),
  };
  const changed = countReturned({ ...order, returns: [...order.returns, requested] }, requested.items, 1);
  return accepted(changed, circumstances, requested.id, {
    transitions: [
      {
        entityType: 'return',
        entityId: requested.id,
        event: creation,
        from: null,
        to: initial,
        reason: command.reason,
      },
    ],
  });
}

/** Why the return cannot start; undefined: it can. */
export function problemWithReturn(order: SeenOrder, command: Pick<RequestReturn, 'items'>): Refused | undefined {
  if (order.state !== 'DELIVERED') {
    return refused('return.order_not_delivered', `The order is ${order.state}; a return starts on a DELIVERED one.`, {
      state: order.state,
    });
  }
  if (hasTooMany(order)) {
    const detail = `The order has ${MOST_OPEN_RETURNS} returns that are not through, or ${MOST_RETURNS} in all: it takes no more.`;
    return refused('return.too_many', detail, { max_open_returns: MOST_OPEN_RETURNS, max_returns: MOST_RETURNS });
  }
  const itemsById = new Map(order.items.map((item) => [item.id, item]));
  const named = new Set<number>();
  for (const [index, { orderItemId, quantity }] of command.items.entries()) {
    const field = `items[${index}]`;
    const item = itemsById.get(orderItemId);
    if (!item) {
      return refused('return.item_not_in_order', `Order ${order.id} has no line item ${orderItemId}.`, {
        field: `${field}.order_item_id`,
        order_item_id: orderItemId,
      });
    }
    if (named.has(orderItemId)) return namedTwice(field, orderItemId);
    named.add(orderItemId);
    const returnable = returnableQuantity(order, item);
    if (quantity > returnable) {
      return refused(
        'return.quantity_exceeds_returnable',
        `Line ${item.lineNumber} (${item.sku}) has ${returnable} of ${item.quantity} left to return, not ${quantity}.`,
        {
          field: `${field}.quantity`,
          order_item_id: orderItemId,
          sku: item.sku,
          requested: quantity,
          returnable,
        },
      );
    }
  }
  return undefined;
}

function hasTooMany({ returns }: SeenOrder): boolean {
  const open = returns.filter(({ state }) => allowedEvents(returnLifecycle, state).length > 0);
  return open.length >= MOST_OPEN_RETURNS || returns.length >= MOST_RETURNS;
}

/**
 * Approves, rejects, dispatches, receives or completes. Rejecting frees the units; completing refunds those that are
 * accepted and frees the others.
 */
export function moveReturn(order: Order, command: MoveReturn, circumstances: Circumstances): Decision {
  const { event, reason } = command;
  const found = order.returns.find(({ id }) => id === command.returnId);
  if (!found) return refused('return.not_found', `Order ${order.id} has no return ${command.returnId}.`);
  const to = stateAfter(returnLifecycle, found.state, event);
  if (to === undefined) return illegalMove(found, event);
  const transition = { entityType: 'return', entityId: found.id, event, from: found.state, to, reason } as const;
  if (event === 'complete') return completeReturn(order, found, command, transition, circumstances);

  const moved: Return = { ...found, state: to, updatedAt: circumstances.now };
  const changed: Order = { ...order, returns: withPart(order.returns, moved) };
  const counted = event === 'reject' ? countReturned(changed, moved.items, -1) : changed;
  return accepted(counted, circumstances, found.id, { transitions: [transition] });
}
