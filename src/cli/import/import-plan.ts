import { ImportError } from './import-error.ts';

/** What a file comes to, whatever its format: `rows` = lines of orders + rows of returns + rejected rows. */
export interface ImportPlan {
  /** Every row of the file but its header. */
  readonly rows: number;
  /** In the order of the file. */
  readonly orders: readonly PlannedOrder[];
  /** In the order of the file. */
  readonly returns: readonly PlannedReturn[];
  /** How many rows were left out, by reason; a reason that never applied is absent. */
  readonly rejected: Readonly<Record<string, number>>;
}

export interface PlannedOrder {
  readonly orderNumber: string;
  readonly customerId: string;
  /** ISO 4217. */
  readonly currency: string;
  /** ISO 8601, UTC. */
  readonly placedAt: string;
  readonly items: readonly PlannedItem[];
}

export interface PlannedItem {
  readonly sku: string;
  readonly title: string;
  readonly quantity: number;
  readonly unitPriceMinor: number;
}

/** All that one cancelling invoice takes back of one order. */
export interface PlannedReturn {
  readonly cancellingInvoice: string;
  readonly orderNumber: string;
  /** Rows of the file that this return stands for: at least as many as `items`, each of which names its line once. */
  readonly rows: number;
  readonly items: readonly PlannedReturnItem[];
}

export interface PlannedReturnItem {
  /** Position in the order's `items`. */
  readonly lineIndex: number;
  readonly quantity: number;
}

const MAX_LINES_PER_ORDER = 2_000;
const MAX_SKU_LENGTH = 100;
const MAX_TITLE_LENGTH = 1_000;

/**
 * Refuses, before anything is sent, a plan that the API is known not to take.
 *
 * @throws ImportError naming the order
 */
export function checkPlanFits({ orders }: ImportPlan): void {
  for (const { orderNumber, items } of orders) {
    if (items.length > MAX_LINES_PER_ORDER) {
      throw new ImportError(`order ${orderNumber} has ${items.length} lines; at most ${MAX_LINES_PER_ORDER} fit`);
    }
    for (const { sku, title } of items) {
      if (sku.length > MAX_SKU_LENGTH || title.length > MAX_TITLE_LENGTH) {
        throw new ImportError(
          `order ${orderNumber}: SKU "${sku.slice(0, MAX_SKU_LENGTH)}" or its title is too long; at most ` +
            `${MAX_SKU_LENGTH} and ${MAX_TITLE_LENGTH} characters fit`,
        );
      }
    }
  }
}

/** Quantity x unit price of an order's lines, in minor units. */
export function orderTotalMinor({ items }: PlannedOrder): number {
  return items.reduce((sum, { quantity, unitPriceMinor }) => sum + quantity * unitPriceMinor, 0);
}

/** Quantity x unit price of what a return takes back of `order`, in minor units. */
export function returnTotalMinor(order: PlannedOrder, { items }: PlannedReturn): number {
  return items.reduce((sum, { lineIndex, quantity }) => {
    return sum + quantity * (order.items[lineIndex]?.unitPriceMinor ?? 0);
  }, 0);
}
