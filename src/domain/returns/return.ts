import type { MoveReturn, RequestReturn } from '../commands.ts';
import { issueCreditNote } from '../papers/credit-note-issue.ts';
import { accepted, inTurn, refused, type Circumstances, type Decision, type Refused } from '../decision.ts';
import { allowedEvents, returnLifecycle, stateAfter } from '../lifecycles.ts';
import { withPart, type Order, type OrderItem, type Return, type SeenOrder } from '../orders/order.ts';
import { sumOf } from '../pricing/share.ts';
import { createRefunds } from '../refunds/create-refunds.ts';
import { creditOfReturn, dueMinorOf, type ReturnCredit } from '../refunds/return-credit.ts';

/** Units of a line that may still be asked back: bought, and in no return that was not rejected. */
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
    items: command.items.map(({ orderItemId, quantity }) => ({ id: nextId(), orderItemId, quantity })),
  };
  const changed = countReturned({ ...order, returns: [...order.returns, requested] }, requested, 1);
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
    if (named.has(orderItemId)) {
      return refused('return.duplicate_item', `Line item ${orderItemId} is named twice; add its quantities up.`, {
        field: `${field}.order_item_id`,
        order_item_id: orderItemId,
      });
    }
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

/** Approves, rejects, dispatches, receives or completes. Rejecting frees the units; completing refunds them. */
export function moveReturn(order: Order, command: MoveReturn, circumstances: Circumstances): Decision {
  const { event, reason } = command;
  const found = order.returns.find(({ id }) => id === command.returnId);
  if (!found) return refused('return.not_found', `Order ${order.id} has no return ${command.returnId}.`);
  const to = stateAfter(returnLifecycle, found.state, event);
  if (to === undefined) {
    const allowed = allowedEvents(returnLifecycle, found.state);
    return refused('return.illegal_transition', `A return that is ${found.state} cannot be moved by "${event}".`, {
      from: found.state,
      event,
      allowed,
    });
  }
  const moved: Return = { ...found, state: to, updatedAt: circumstances.now };
  const changed: Order = { ...order, returns: withPart(order.returns, moved) };
  const transition = { entityType: 'return', entityId: found.id, event, from: found.state, to, reason } as const;

  if (event === 'reject') {
    return accepted(countReturned(changed, moved, -1), circumstances, found.id, { transitions: [transition] });
  }
  if (event !== 'complete') return accepted(changed, circumstances, found.id, { transitions: [transition] });

  const deductions = command.deductions ?? [];
  const dueMinor = dueMinorOf(creditOfReturn(order, found));
  const keptMinor = sumOf(deductions.map(({ amountMinor }) => amountMinor));
  if (keptMinor > dueMinor) {
    const detail = `The return is worth ${dueMinor}; ${keptMinor} kept back is more than that.`;
    return refused('return.deductions_exceed_due', detail, {
      field: 'deductions',
      deductions_minor: keptMinor,
      due_minor: dueMinor,
    });
  }
  const credit = creditOfReturn(order, found, deductions);
  if (credit.awaitedRefundIds.length > 0) return awaitsDecision(credit);
  const origin = { cause: 'return', returnId: found.id, reason: `Return ${found.id} was completed.` } as const;
  const refunded = createRefunds(changed, credit.totalMinor, origin, circumstances);
  const occasion = { returnId: found.id, credit, reason: found.reason };
  const completed = inTurn(refunded, [occasion], (sofar, each) => issueCreditNote(sofar, each, circumstances));
  return accepted(completed.order, circumstances, found.id, {
    transitions: [transition, ...completed.transitions],
    jobs: completed.jobs,
  });
}

/** Whoever decides meanwhile decides what was given back before, and the credit note says that for good. */
function awaitsDecision({ awaitedRefundIds, totalMinor }: ReturnCredit): Refused {
  const detail = `What is refunded, ${totalMinor} or less, hangs on refund ${awaitedRefundIds.join(', ')}: have it approved or rejected first.`;
  return refused('refund.awaits_approval', detail, { refund_ids: awaitedRefundIds });
}

function countReturned(order: Order, { items }: Return, sign: 1 | -1): Order {
  const quantityById = new Map(items.map(({ orderItemId, quantity }) => [orderItemId, quantity]));
  return {
    ...order,
    items: order.items.map((item) => {
      const quantity = quantityById.get(item.id);
      return quantity === undefined ? item : { ...item, returnedQuantity: item.returnedQuantity + sign * quantity };
    }),
  };
}
