/**
 * The lifecycles, declared once as data. The OpenAPI enums, the docs' diagrams, the answers' `allowed`, and (compared
 * by a test) the CHECK constraints of the database all come from these tables.
 */

interface Move<State extends string, Event extends string> {
  readonly event: Event;
  readonly from: State;
  readonly to: State;
  /** It may come once all is through: whoever is in `from` waits for nothing. */
  readonly isUnexpected?: true;
}

interface Creation<State extends string> {
  readonly event: string;
  readonly to: State;
}

export interface Lifecycle<Entity extends string, State extends string, Event extends string> {
  readonly entity: Entity;
  /** The event that brings the entity into being, in state `initial`. */
  readonly creation: string;
  readonly initial: State;
  /** Where it may come into being in another state, by another event. */
  readonly otherCreations?: readonly Creation<State>[];
  readonly states: readonly State[];
  readonly moves: readonly Move<State, Event>[];
}

export const orderLifecycle = checked({
  entity: 'order',
  creation: 'place',
  initial: 'PENDING_PAYMENT',
  states: ['PENDING_PAYMENT', 'PAID', 'PROCESSING_IN_WAREHOUSE', 'SHIPPED', 'DELIVERED', 'CANCELLED'],
  moves: [
    { event: 'pay', from: 'PENDING_PAYMENT', to: 'PAID' },
    { event: 'process', from: 'PAID', to: 'PROCESSING_IN_WAREHOUSE' },
    { event: 'ship', from: 'PROCESSING_IN_WAREHOUSE', to: 'SHIPPED' },
    { event: 'deliver', from: 'SHIPPED', to: 'DELIVERED' },
    { event: 'cancel', from: 'PENDING_PAYMENT', to: 'CANCELLED' },
    { event: 'cancel', from: 'PAID', to: 'CANCELLED' },
  ],
} as const);

export const returnLifecycle = checked({
  entity: 'return',
  creation: 'request',
  initial: 'REQUESTED',
  states: ['REQUESTED', 'APPROVED', 'REJECTED', 'IN_TRANSIT', 'RECEIVED', 'COMPLETED'],
  moves: [
    { event: 'approve', from: 'REQUESTED', to: 'APPROVED' },
    { event: 'reject', from: 'REQUESTED', to: 'REJECTED' },
    { event: 'dispatch', from: 'APPROVED', to: 'IN_TRANSIT' },
    { event: 'receive', from: 'IN_TRANSIT', to: 'RECEIVED' },
    { event: 'complete', from: 'RECEIVED', to: 'COMPLETED' },
  ],
} as const);

export const paymentLifecycle = checked({
  entity: 'payment',
  creation: 'initiate',
  initial: 'PENDING',
  // Captured elsewhere: at a till, by bank transfer, by the shop's own checkout.
  otherCreations: [{ event: 'record', to: 'CAPTURED' }],
  states: ['PENDING', 'AUTHORISED', 'CAPTURED', 'VOIDED', 'LEFT_TO_EXPIRE', 'FAILED'],
  moves: [
    { event: 'authorise', from: 'PENDING', to: 'AUTHORISED' },
    { event: 'capture', from: 'PENDING', to: 'CAPTURED' },
    { event: 'capture', from: 'AUTHORISED', to: 'CAPTURED' },
    { event: 'void', from: 'AUTHORISED', to: 'VOIDED' },
    // Given up here, where the gateway has no way to void: the authorisation runs out there by itself.
    { event: 'let_expire', from: 'AUTHORISED', to: 'LEFT_TO_EXPIRE' },
    { event: 'fail', from: 'PENDING', to: 'FAILED' },
    { event: 'fail', from: 'AUTHORISED', to: 'FAILED' },
    // The gateway says that it took the money after all.
    { event: 'capture', from: 'FAILED', to: 'CAPTURED' },
    { event: 'capture', from: 'VOIDED', to: 'CAPTURED' },
    { event: 'capture', from: 'LEFT_TO_EXPIRE', to: 'CAPTURED' },
    { event: 'void', from: 'LEFT_TO_EXPIRE', to: 'VOIDED' },
  ],
} as const);

export const refundLifecycle = checked({
  entity: 'refund',
  creation: 'create',
  initial: 'PENDING',
  // Asked for by a person, above the limit that one person decides on alone.
  otherCreations: [{ event: 'request', to: 'AWAITING_APPROVAL' }],
  states: ['PENDING', 'SUBMITTED', 'SUCCEEDED', 'FAILED', 'AWAITING_APPROVAL', 'REJECTED'],
  moves: [
    { event: 'submit', from: 'PENDING', to: 'SUBMITTED' },
    { event: 'settle', from: 'SUBMITTED', to: 'SUCCEEDED' },
    { event: 'fail', from: 'SUBMITTED', to: 'FAILED' },
    { event: 'retry', from: 'FAILED', to: 'PENDING' },
    // The gateway declines it for good: the shop has paid it some other way.
    { event: 'record', from: 'FAILED', to: 'SUCCEEDED' },
    // The gateway had paid it, and the money came back there: the customer's bank would not take it.
    { event: 'reverse', from: 'SUCCEEDED', to: 'FAILED', isUnexpected: true },
    { event: 'approve', from: 'AWAITING_APPROVAL', to: 'PENDING' },
    { event: 'reject', from: 'AWAITING_APPROVAL', to: 'REJECTED' },
  ],
} as const);

export const lifecycles = [orderLifecycle, returnLifecycle, paymentLifecycle, refundLifecycle] as const;

export type OrderState = (typeof orderLifecycle.states)[number];
export type OrderEvent = (typeof orderLifecycle.moves)[number]['event'];
export type ReturnState = (typeof returnLifecycle.states)[number];
export type ReturnEvent = (typeof returnLifecycle.moves)[number]['event'];
export type PaymentState = (typeof paymentLifecycle.states)[number];
export type PaymentEvent = (typeof paymentLifecycle.moves)[number]['event'];
export type RefundState = (typeof refundLifecycle.states)[number];
export type RefundEvent = (typeof refundLifecycle.moves)[number]['event'];
export type EntityType = (typeof lifecycles)[number]['entity'];

/** Where `event` leads from `state`; undefined when it is not legal there. */
export function stateAfter<State extends string, Event extends string>(
  lifecycle: Lifecycle<string, State, Event>,
  state: State,
  event: Event,
): State | undefined {
  return lifecycle.moves.find((move) => move.from === state && move.event === event)?.to;
}

/** The events that are legal in `state`, in the order of the table. */
export function allowedEvents<State extends string, Event extends string>(
  lifecycle: Lifecycle<string, State, Event>,
  state: State,
): Event[] {
  return lifecycle.moves.filter((move) => move.from === state).map((move) => move.event);
}

/** Every way that the entity may come into being. */
export function creationsOf<State extends string>({
  creation,
  initial,
  otherCreations = [],
}: Lifecycle<string, State, string>): Creation<State>[] {
  return [{ event: creation, to: initial }, ...otherCreations];
}

/** Every event of the lifecycle once, in the order of the table. */
export function eventsOf<Event extends string>(lifecycle: Lifecycle<string, string, Event>): Event[] {
  return [...new Set(lifecycle.moves.map((move) => move.event))];
}

/**
 * Walks a lifecycle when the program starts, so that a slip in a table stops it there and not on a customer's order.
 *
 * @throws Error naming the move with an unknown state, the ambiguous event, or the state that nothing leads to
 */
export function checked<const L extends Lifecycle<string, string, string>>(lifecycle: L): L {
  const { entity, states, moves } = lifecycle;
  const creations = creationsOf(lifecycle);
  const seen = new Set<string>();
  for (const { event, from, to } of moves) {
    for (const state of [from, to]) {
      if (!states.includes(state)) throw new Error(`${entity}: "${event}" names an unknown state, ${state}`);
    }
    const departure = `${from} ${event}`;
    if (seen.has(departure)) throw new Error(`${entity}: "${event}" leads from ${from} to two states`);
    seen.add(departure);
  }
  for (const { event, to } of creations) {
    if (!states.includes(to)) throw new Error(`${entity}: "${event}" names an unknown state, ${to}`);
  }
  const reached = new Set(creations.map(({ to }) => to));
  for (const state of reached) {
    for (const move of moves) if (move.from === state) reached.add(move.to);
  }
  const unreachable = states.filter((state) => !reached.has(state));
  if (unreachable.length > 0) throw new Error(`${entity}: nothing leads to ${unreachable.join(', ')}`);
  return lifecycle;
}
