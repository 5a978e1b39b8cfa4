import { refused, type Refused } from '../decision.ts';
import { allowedEvents, returnLifecycle, type ReturnEvent } from '../lifecycles.ts';
import type { Return } from '../orders/order.ts';

/** Says no to an event that leads nowhere from the state of the return. */
export function illegalMove({ state }: Return, event: ReturnEvent): Refused {
  return refused('return.illegal_transition', `A return that is ${state} cannot be moved by "${event}".`, {
    from: state,
    event,
    allowed: allowedEvents(returnLifecycle, state),
  });
}

/** @param field the place in the request where the line item is named once more */
export function namedTwice(field: string, orderItemId: number): Refused {
  return refused('return.duplicate_item', `Line item ${orderItemId} is named twice; add its quantities up.`, {
    field: `${field}.order_item_id`,
    order_item_id: orderItemId,
  });
}
