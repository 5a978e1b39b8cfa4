import type { RefundAnswer } from './answers.ts';
import type { ApiClient } from './api-client.ts';
import { ImportError } from './import-error.ts';
import type { ImportPlan, PlannedOrder, PlannedReturn } from './import-plan.ts';
import { OrderReplay } from './order-replay.ts';
import { refundOf } from './plan-check.ts';
import { runBounded } from './run-bounded.ts';

/** Orders under way at once; the commands of one order follow each other. */
const CONCURRENCY = 32;

/** One order as the server holds it in the end: DELIVERED, its returns COMPLETED. */
export interface ReplayedOrder {
  readonly orderId: number;
  readonly orderNumber: string;
  readonly lines: number;
  readonly totalMinor: number;
  readonly returns: number;
  readonly returnedUnits: number;
  /** One for each return. */
  readonly refunds: readonly RefundAnswer[];
}

export interface ReplayOptions {
  readonly api: ApiClient;
  /** Begins the idempotency keys; the format's name. */
  readonly keyPrefix: string;
  readonly signal: AbortSignal;
  readonly onOrderDone: () => void;
}

/**
 * Drives every order and return of the plan through the API. Running it again, whole or after it was cut off, changes
 * nothing that is there already.
 *
 * @throws ImportError naming the order that stopped it
 */
export async function replayPlan(plan: ImportPlan, options: ReplayOptions): Promise<ReplayedOrder[]> {
  const returnsByOrder = Map.groupBy(plan.returns, ({ orderNumber }) => orderNumber);
  return runBounded(plan.orders, CONCURRENCY, options.signal, async (order, signal) => {
    const replay = new OrderReplay(options.api, options.keyPrefix, signal);
    try {
      const replayed = await replayOrder(replay, order, returnsByOrder.get(order.orderNumber) ?? []);
      options.onOrderDone();
      return replayed;
    } catch (error) {
      throw error instanceof ImportError ? new ImportError(`order ${order.orderNumber}: ${error.message}`) : error;
    }
  });
}

async function replayOrder(
  replay: OrderReplay,
  planned: PlannedOrder,
  plannedReturns: readonly PlannedReturn[],
): Promise<ReplayedOrder> {
  const delivered = await replay.deliver(planned);
  const completed = new Map<PlannedReturn, number>();
  let returnedUnits = 0;
  for (const plannedReturn of plannedReturns) {
    const { id, items } = await replay.takeBack(plannedReturn, delivered);
    completed.set(plannedReturn, id);
    returnedUnits += items.reduce((sum, { quantity }) => sum + quantity, 0);
  }
  const final = completed.size > 0 ? await replay.current(delivered.id) : delivered;
  return {
    orderId: final.id,
    orderNumber: final.order_number,
    lines: final.items.length,
    totalMinor: final.total_minor,
    returns: completed.size,
    returnedUnits,
    refunds: [...completed].map(([plannedReturn, id]) => refundOf(plannedReturn, id, planned, final)),
  };
}
