import type {
  OrderEvent,
  OrderState,
  RefundEvent,
  RefundState,
  ReturnEvent,
  ReturnState,
} from '../../../src/domain/lifecycles.ts';

/*
 * The whole business once more, as plainly as it can be said and with nothing taken from src/domain but the names of its
 * states and events: what the engine's outcomes and rows are compared with. One model order is one order; it is changed
 * in place.
 */

export type ModelCommand =
  | { readonly kind: 'move'; readonly event: string; readonly expectedVersion?: number }
  | { readonly kind: 'request'; readonly quantities: readonly number[] }
  | {
      readonly kind: 'return';
      readonly returnId: number;
      readonly event: string;
      /** Of completing it, what is said of each line of the order; null: nothing, so that all of it is accepted. */
      readonly accepted: readonly (number | null)[];
    }
  | { readonly kind: 'refund'; readonly returnId: number | null; readonly event: string; readonly attempt: number };

interface ModelLine {
  readonly quantity: number;
  readonly unitPriceMinor: number;
}

export interface ModelReturn {
  state: string;
  /** One for each line of the order. */
  readonly quantities: readonly number[];
  /** The same of what was accepted; null: it is not completed. */
  accepted: readonly number[] | null;
}

export interface ModelRefund {
  state: string;
  readonly amountMinor: number;
  attempt: number;
  isPaidElsewhere: boolean;
}

export interface ModelOrder {
  readonly lines: readonly ModelLine[];
  state: string;
  version: number;
  transitions: number;
  paidMinor: number | null;
  invoices: number;
  /** By id, as the engine gave it. */
  readonly returns: Map<number, ModelReturn>;
  /** By the return's id; null for the one of a cancellation. */
  readonly refunds: Map<number | null, ModelRefund>;
  readonly jobs: string[];
}

/** What leads on from each state, and where to. Every state is there, so that a new one is missed by the compiler. */
type Moves = Readonly<Record<string, Readonly<Record<string, string>>>>;

const ORDER_MOVES: Moves = {
  PENDING_PAYMENT: { pay: 'PAID', cancel: 'CANCELLED' },
  PAID: { process: 'PROCESSING_IN_WAREHOUSE', cancel: 'CANCELLED' },
  PROCESSING_IN_WAREHOUSE: { ship: 'SHIPPED' },
  SHIPPED: { deliver: 'DELIVERED' },
  DELIVERED: {},
  CANCELLED: {},
} satisfies Record<OrderState, Partial<Record<OrderEvent, OrderState>>>;
const RETURN_MOVES: Moves = {
  REQUESTED: { approve: 'APPROVED', reject: 'REJECTED' },
  APPROVED: { dispatch: 'IN_TRANSIT' },
  IN_TRANSIT: { receive: 'RECEIVED' },
  RECEIVED: { complete: 'COMPLETED' },
  REJECTED: {},
  COMPLETED: {},
} satisfies Record<ReturnState, Partial<Record<ReturnEvent, ReturnState>>>;
/** Here no refund waits for a second person: those that do are in refunds/request-refund.test.ts. */
const REFUND_MOVES: Moves = {
  PENDING: { submit: 'SUBMITTED' },
  SUBMITTED: { settle: 'SUCCEEDED', fail: 'FAILED' },
  SUCCEEDED: { reverse: 'FAILED' },
  FAILED: { retry: 'PENDING', record: 'SUCCEEDED' },
} satisfies Record<Exclude<RefundState, 'AWAITING_APPROVAL' | 'REJECTED'>, Partial<Record<RefundEvent, RefundState>>>;

/** The events that lead on, the plain way first. */
export function orderEvents(state: string): string[] {
  return Object.keys(ORDER_MOVES[state] ?? {});
}
export function returnEvents(state: string): string[] {
  return Object.keys(RETURN_MOVES[state] ?? {});
}
export function refundEvents(state: string): string[] {
  return Object.keys(REFUND_MOVES[state] ?? {});
}

export function newModelOrder(lines: readonly ModelLine[]): ModelOrder {
  return {
    lines,
    state: 'PENDING_PAYMENT',
    version: 1,
    transitions: 1,
    paidMinor: null,
    invoices: 0,
    returns: new Map(),
    refunds: new Map(),
    jobs: [],
  };
}

/**
 * Does the command, or leaves the order as it is.
 *
 * @param newId the id that a return gets which the command makes
 * @returns `done`, or the refusal's code
 */
export function applyToModel(order: ModelOrder, command: ModelCommand, newId: number): string {
  const result = outcomeOf(order, command, newId);
  if (result === 'done') {
    order.version += 1;
    order.transitions += 1;
  }
  return result;
}

export function copyOf(order: ModelOrder): ModelOrder {
  return structuredClone(order);
}

function outcomeOf(order: ModelOrder, command: ModelCommand, newId: number): string {
  switch (command.kind) {
    case 'move':
      return moveOrder(order, command.event, command.expectedVersion);
    case 'request':
      return requestReturn(order, command.quantities, newId);
    case 'return':
      return moveReturn(order, command);
    case 'refund':
      return moveRefund(order, command);
  }
}

function moveOrder(order: ModelOrder, event: string, expectedVersion: number | undefined): string {
  if (expectedVersion !== undefined && expectedVersion !== order.version) return 'order.version_mismatch';
  const to = ORDER_MOVES[order.state]?.[event];
  if (to === undefined) return 'order.illegal_transition';
  if (event === 'pay') order.paidMinor = priceOf(order, (line) => line.quantity);
  if (event === 'ship') {
    order.invoices += 1;
    order.jobs.push('invoice.render');
  }
  if (event === 'cancel' && order.paidMinor !== null) addRefund(order, null, order.paidMinor);
  order.state = to;
  return 'done';
}

function requestReturn(order: ModelOrder, quantities: readonly number[], newId: number): string {
  if (order.state !== 'DELIVERED') return 'return.order_not_delivered';
  const tooMany = order.lines.some((line, index) => {
    return (quantities[index] ?? 0) > line.quantity - returnedUnits(order, index);
  });
  if (tooMany) return 'return.quantity_exceeds_returnable';
  order.returns.set(newId, { state: 'REQUESTED', quantities, accepted: null });
  return 'done';
}

function moveReturn(order: ModelOrder, command: Extract<ModelCommand, { kind: 'return' }>): string {
  const found = order.returns.get(command.returnId);
  const to = RETURN_MOVES[found?.state ?? '']?.[command.event];
  if (!found || to === undefined) return 'return.illegal_transition';
  if (command.event === 'complete') {
    const accepted = found.quantities.map((quantity, line) => command.accepted[line] ?? quantity);
    if (accepted.some((units, index) => units > (found.quantities[index] ?? 0)))
      return 'return.quantity_exceeds_requested';
    found.accepted = accepted;
    if (accepted.some((units) => units > 0)) {
      addRefund(
        order,
        command.returnId,
        priceOf(order, (_, index) => accepted[index] ?? 0),
      );
      order.jobs.push('credit_note.render');
    }
  }
  found.state = to;
  return 'done';
}

function moveRefund(order: ModelOrder, command: Extract<ModelCommand, { kind: 'refund' }>): string {
  const refund = order.refunds.get(command.returnId);
  const isFailure = command.event === 'fail' || command.event === 'reverse';
  if (refund && isFailure && command.attempt !== refund.attempt) return 'refund.attempt_superseded';
  const to = REFUND_MOVES[refund?.state ?? '']?.[command.event];
  if (!refund || to === undefined) return 'refund.illegal_transition';
  if (command.event === 'reverse' && refund.isPaidElsewhere) return 'refund.illegal_transition';
  refund.state = to;
  if (command.event === 'record') refund.isPaidElsewhere = true;
  if (command.event === 'retry') {
    refund.attempt += 1;
    order.jobs.push('refund.submit');
  }
  return 'done';
}

function addRefund(order: ModelOrder, returnId: number | null, amountMinor: number): void {
  order.refunds.set(returnId, { state: 'PENDING', amountMinor, attempt: 1, isPaidElsewhere: false });
  order.jobs.push('refund.submit');
  order.transitions += 1;
}

/** Units of a line in returns that were not rejected, and of completed ones those that were accepted. */
export function returnedUnits(order: ModelOrder, line: number): number {
  return [...order.returns.values()]
    .filter(({ state }) => state !== 'REJECTED')
    .reduce((sum, { quantities, accepted }) => sum + ((accepted ?? quantities)[line] ?? 0), 0);
}

function priceOf(order: ModelOrder, quantityOf: (line: ModelLine, index: number) => number): number {
  return order.lines.reduce((sum, line, index) => sum + quantityOf(line, index) * line.unitPriceMinor, 0);
}
