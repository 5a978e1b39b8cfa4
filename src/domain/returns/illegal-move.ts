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
