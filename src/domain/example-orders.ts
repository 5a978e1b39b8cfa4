import type { OrderCommand, PlaceOrder } from './commands.ts';
import { decide } from './decide.ts';
import type { Accepted, Circumstances, Decision } from './decision.ts';
import type { InvoicePolicy } from './papers/invoice.ts';
import type { OrderEvent, OrderState, RefundState, ReturnEvent, ReturnState } from './lifecycles.ts';
import { DEFAULT_MONEY_POLICY } from './money/money-policy.ts';
import type { Order, Refund, Return } from './orders/order.ts';
import { placeOrder } from './orders/place-order.ts';
import type { Refusal } from './refusals.ts';

/*
 * Orders in every state, for tests alone. Each is the work of the core itself and deeply frozen, so that a decision that
 * changed one in place would throw.
 */

export const exampleInvoicePolicy: InvoicePolicy = {
  prefix: 'INV',
  creditNotePrefix: 'CRN',
  timezone: 'Asia/Kolkata',
  locale: 'en-IN',
  financialYearStartMonth: 4,
  seller: {
    name: 'Roundtrip Sample Shop',
    addressLines: ['12 Example Road', 'Bengaluru 560001'],
    region: '29',
    countryCode: 'IN',
    taxId: '29ABCDE1234F1Z5',
    email: 'shop@example.com',
    phone: null,
  },
};

/** Three lines of 5, 1 and 2 units: 5 x 100 + 1 x 2,550 + 2 x 0 = 3,050 minor units. */
export const examplePlacement: PlaceOrder = {
  type: 'place_order',
  orderNumber: 'WEB-1',
  customerId: 'customer-42',
  customerEmail: 'asha@example.com',
  currency: 'INR',
  placedAt: new Date('2026-04-30T18:00:00.000Z'),
  items: [
    { sku: 'MUG', title: 'Mug', quantity: 5, unitPriceMinor: 100 },
    { sku: 'LAMP', title: 'Lamp', quantity: 1, unitPriceMinor: 2_550 },
    { sku: 'CARD', title: 'Greeting card, free', quantity: 2, unitPriceMinor: 0 },
  ],
};

export interface CountingCircumstances extends Circumstances {
  /** How much was taken so far. */
  readonly taken: { ids: number; orderNumbers: number; invoiceNumbers: number; creditNoteNumbers: number };
}

/** Circumstances that deal out ids from `firstId` and invoice numbers from 1, and count what was taken. */
export function circumstancesAt(now: string, firstId = 5_001): CountingCircumstances {
  const taken = { ids: 0, orderNumbers: 0, invoiceNumbers: 0, creditNoteNumbers: 0 };
  return {
    now: new Date(now),
    nextId: () => firstId + taken.ids++,
    nextOrderNumber: () => `MADE-${++taken.orderNumbers}`,
    nextInvoiceSequence: () => ++taken.invoiceNumbers,
    nextCreditNoteSequence: () => ++taken.creditNoteNumbers,
    actor: 'asha',
    caller: 'person:1',
    moneyPolicy: DEFAULT_MONEY_POLICY,
    invoicePolicy: exampleInvoicePolicy,
    taken,
  };
}

const ROUTE_OF_ORDER: Readonly<Record<OrderState, readonly OrderEvent[]>> = {
  PENDING_PAYMENT: [],
  PAID: ['pay'],
  PROCESSING_IN_WAREHOUSE: ['pay', 'process'],
  SHIPPED: ['pay', 'process', 'ship'],
  DELIVERED: ['pay', 'process', 'ship', 'deliver'],
  CANCELLED: ['cancel'],
};

/** An order in `state`, its ids from 1. The cancelled one was never paid. */
export function orderIn(state: OrderState, placement: PlaceOrder = examplePlacement): Order {
  const circumstances = circumstancesAt('2026-05-01T06:00:00.000Z', 1);
  const placed = orderAfter(placeOrder(placement, circumstances));
  const moves = ROUTE_OF_ORDER[state].map((event) => ({ type: 'move_order', event, reason: null }) as const);
  return deepFrozen(after(placed, moves, circumstances));
}

const ROUTE_OF_RETURN: Readonly<Record<ReturnState, readonly ReturnEvent[]>> = {
  REQUESTED: [],
  APPROVED: ['approve'],
  REJECTED: ['reject'],
  IN_TRANSIT: ['approve', 'dispatch'],
  RECEIVED: ['approve', 'dispatch', 'receive'],
  COMPLETED: ['approve', 'dispatch', 'receive', 'complete'],
};

/** A delivered order with one return in `state`: two mugs and the lamp, 2,750 minor units. */
export function orderWithReturnIn(state: ReturnState): { readonly order: Order; readonly theReturn: Return } {
  const circumstances = circumstancesAt('2026-05-10T06:00:00.000Z', 1_001);
  const delivered = orderIn('DELIVERED');
  const requested = after(
    delivered,
    [
      {
        type: 'request_return',
        reason: 'Broken',
        items: [
          { orderItemId: itemOf(delivered, 'MUG').id, quantity: 2 },
          { orderItemId: itemOf(delivered, 'LAMP').id, quantity: 1 },
        ],
      },
    ],
    circumstances,
  );
  const returnId = onlyOne(requested.returns).id;
  const moves = ROUTE_OF_RETURN[state].map(
    (event) => ({ type: 'move_return', returnId, event, reason: null }) as const,
  );
  const order = deepFrozen(after(requested, moves, circumstances));
  return { order, theReturn: onlyOne(order.returns) };
}

/** The states of a refund that no second person decides on. */
export type UndoubtedState = Exclude<RefundState, 'AWAITING_APPROVAL' | 'REJECTED'>;

/** An order that was cancelled after it was paid, with its refund of 3,050 minor units in `state`. */
export function orderWithRefundIn(state: UndoubtedState): { readonly order: Order; readonly refund: Refund } {
  const circumstances = circumstancesAt('2026-05-02T06:00:00.000Z', 2_001);
  const cancelled = after(orderIn('PAID'), [{ type: 'move_order', event: 'cancel', reason: null }], circumstances);
  const refundId = onlyOne(cancelled.refunds).id;
  const submit = { type: 'submit_refund', refundId } as const;
  const routes: Readonly<Record<UndoubtedState, readonly OrderCommand[]>> = {
    PENDING: [],
    SUBMITTED: [submit],
    SUCCEEDED: [submit, { type: 'settle_refund', refundId, gatewayReference: 'gateway-1' }],
    FAILED: [
      submit,
      { type: 'fail_refund', refundId, attempt: 1, failureCode: 'declined', failureMessage: 'The card is closed.' },
    ],
  };
  const order = deepFrozen(after(cancelled, routes[state], circumstances));
  return { order, refund: onlyOne(order.refunds) };
}

/** @throws Error when the order has no such line */
export function itemOf(order: Order, sku: string): Order['items'][number] {
  const item = order.items.find((each) => each.sku === sku);
  if (!item) throw new Error(`the order has no line ${sku}`);
  return item;
}

/** @throws Error when there are none or several */
export function onlyOne<T>(list: readonly T[]): T {
  const [first, ...others] = list;
  if (first === undefined || others.length > 0) throw new Error(`there are ${list.length}, not one`);
  return first;
}

/** @throws Error naming the refusal */
export function acceptedBy(decision: Decision): Accepted {
  if (!decision.accepted) throw new Error(`refused: ${decision.refusal.code}`);
  return decision;
}

/** @throws Error when the command was accepted */
export function refusalBy(decision: Decision): Refusal {
  if (decision.accepted) throw new Error('accepted');
  return decision.refusal;
}

/** Freezes an object and everything in it. */
export function deepFrozen<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const part of Object.values(value)) deepFrozen(part);
  }
  return value;
}

function after(order: Order, commands: readonly OrderCommand[], circumstances: Circumstances): Order {
  return commands.reduce((sofar, command) => orderAfter(decide(sofar, command, circumstances)), order);
}

function orderAfter(decision: Decision): Order {
  return acceptedBy(decision).order;
}
