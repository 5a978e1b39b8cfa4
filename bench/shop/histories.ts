import type { OrderEvent, ReturnEvent } from '../../src/domain/lifecycles.ts';
import type { Order } from '../../src/domain/orders/order.ts';
import type { Changes } from '../../src/engine/changes.ts';
import { BatchFold, type BatchCircumstances } from '../../src/engine/fold.ts';
import type { Intent } from '../../src/engine/request.ts';
import { ARTICLES, newOrder } from './catalogue.ts';

/** How far an order came. */
interface Path {
  readonly moves: readonly OrderEvent[];
  readonly return?: readonly ReturnEvent[];
}

const DELIVERED: readonly OrderEvent[] = ['pay', 'process', 'ship', 'deliver'];

/** Of a hundred orders, this many go this way. */
const PATHS: readonly (readonly [share: number, path: Path])[] = [
  [62, { moves: DELIVERED }],
  [6, { moves: DELIVERED, return: ['approve', 'dispatch', 'receive', 'complete'] }],
  [1, { moves: DELIVERED, return: ['reject'] }],
  [1, { moves: DELIVERED, return: ['approve', 'dispatch'] }],
  [8, { moves: ['pay', 'process', 'ship'] }],
  [5, { moves: ['pay', 'process'] }],
  [5, { moves: ['pay'] }],
  [4, { moves: [] }],
  [4, { moves: ['cancel'] }],
  [4, { moves: ['pay', 'cancel'] }],
];
/** Spread out, so that any stretch of orders is as mixed as the whole. */
const PATH_OF_HUNDRED = Array.from({ length: 100 }, (_, place) => pathAt((place * 37) % 100));

function pathAt(place: number): Path {
  let end = 0;
  for (const [share, path] of PATHS) if (place < (end += share)) return path;
  throw new RangeError(`the paths' shares do not add up to ${place}`);
}

function pathOf(index: number): Path {
  return PATH_OF_HUNDRED[index % 100] ?? { moves: [] };
}

/** How many papers the orders before `index` have: where the numbers of the next ones begin. */
export function papersBefore(index: number): { readonly invoices: number; readonly creditNotes: number } {
  const countWhere = (has: (path: Path) => boolean): number => {
    const ofHundred = PATH_OF_HUNDRED.filter(has).length;
    return Math.floor(index / 100) * ofHundred + PATH_OF_HUNDRED.slice(0, index % 100).filter(has).length;
  };
  return {
    invoices: countWhere(({ moves }) => moves.includes('ship')),
    creditNotes: countWhere(({ return: moves }) => moves?.includes('complete') ?? false),
  };
}

const STEPS = 12;

export interface HistoryOptions {
  /** Orders `from` to `to`, exclusive, of the load. */
  readonly from: number;
  readonly to: number;
  readonly lines: number;
  /** Begins their order numbers. */
  readonly prefix: string;
  readonly customers: number;
  readonly placedAt: (index: number) => Date;
  /** From an order's placing to its last step. */
  readonly lifeMs: number;
  readonly circumstances: Omit<BatchCircumstances, 'now'>;
}

/**
 * Lives through whole histories of orders by folding the very core and engine that serve requests, so that audit
 * chains, invoices and refunds are right, whatever the rules of the day are. What comes of it is what the engine would
 * write if all of it happened in one batch: each row once, in its last state.
 */
export function liveThrough(options: HistoryOptions): Changes {
  const { from, to, lifeMs } = options;
  const circumstances = { ...options.circumstances, now: new Date(0) };
  const nothing = { orders: new Map(), takenNumbers: new Set<string>(), jobs: new Map(), answers: new Map() };
  const fold = new BatchFold(nothing, circumstances);
  const done = (intent: Intent, orderId?: number): Order => {
    circumstances.now = new Date(circumstances.now.getTime() + lifeMs / STEPS);
    const outcome = fold.answer({ intent, actor: 'loader' }, orderId);
    if (outcome.kind !== 'done') throw new Error(`a history was refused: ${JSON.stringify(outcome)}`);
    return outcome.order;
  };
  for (let index = from; index < to; index += 1) {
    circumstances.now = options.placedAt(index);
    liveOne(options, index, done);
  }
  return {
    orders: fold.changedOrders,
    transitions: fold.transitions,
    jobs: fold.newJobs,
    finishedJobIds: fold.newJobs.map(({ id }) => id),
    jobsSeenTo: [],
    answers: [],
    invoiceSeries: undefined,
    creditNoteSeries: undefined,
    ledger: fold.ledger,
  };
}

type Done = (intent: Intent, orderId?: number) => Order;

function liveOne({ prefix, customers, lines }: HistoryOptions, index: number, done: Done): void {
  const { moves, return: returnMoves } = pathOf(index);
  const article = scattered(index);
  let line = 0;
  const body = newOrder(
    `${prefix}${index}`,
    article % customers,
    lines,
    () => scattered(index * lines + line++) % ARTICLES,
  );
  const items = body.items.map((item, position) => ({
    sku: item.sku,
    title: item.title,
    quantity: 1 + ((article + position) % 3),
    unitPriceMinor: item.unit_price_minor,
  }));
  let order = done({
    kind: 'place',
    command: {
      type: 'place_order',
      orderNumber: body.order_number,
      customerId: body.customer_id,
      customerEmail: body.customer_email,
      currency: 'INR',
      placedAt: null,
      items,
    },
  });
  const change = (command: Extract<Intent, { kind: 'change' }>['command']): void => {
    order = done({ kind: 'change', target: { orderId: order.id }, command }, order.id);
  };
  for (const event of moves) change({ type: 'move_order', event, reason: null });
  const { invoice } = order;
  if (invoice) {
    for (const mark of ['rendered', 'emailed'] as const) change({ type: 'mark_invoice', invoiceId: invoice.id, mark });
  }
  const [item] = order.items;
  if (returnMoves && item) {
    change({ type: 'request_return', reason: 'Too small', items: [{ orderItemId: item.id, quantity: 1 }] });
    const returnId = order.returns[0]?.id ?? 0;
    for (const event of returnMoves) change({ type: 'move_return', returnId, event, reason: null });
  }
  for (const { id: creditNoteId } of order.creditNotes) {
    for (const mark of ['rendered', 'emailed'] as const) change({ type: 'mark_credit_note', creditNoteId, mark });
  }
  for (const { id: refundId } of order.refunds) {
    change({ type: 'submit_refund', refundId });
    change({ type: 'settle_refund', refundId, gatewayReference: `bench_${refundId}` });
  }
}

/** Numbers that look drawn by lot and are the same in every load (Knuth's multiplicative hash). */
function scattered(number: number): number {
  return Math.imul(number + 1, 2_654_435_761) >>> 3;
}
