import type { ImportPlan, PlannedReturn } from '../import-plan.ts';
import { OrderBook } from './order-book.ts';
import type { OnlineRetailRow } from './rows.ts';

export type RejectionReason =
  'not_a_sale' | 'negative_price' | 'price_precision' | 'no_customer' | 'no_matching_order_line';

/** Turns the rows, in file order, into orders and returns; a row that is neither is counted under its reason. */
export function planImport(rows: Iterable<OnlineRetailRow>): ImportPlan {
  const book = new OrderBook();
  const returns = new ReturnBook();
  const rejected = new Map<RejectionReason, number>();
  let count = 0;
  for (const row of rows) {
    const reason = isCancelling(row) ? cancel(row, book, returns) : sell(row, book);
    if (reason) rejected.set(reason, (rejected.get(reason) ?? 0) + 1);
    count += 1;
  }
  return { rows: count, orders: book.orders(), returns: returns.returns(), rejected: Object.fromEntries(rejected) };
}

function isCancelling({ invoiceNo }: OnlineRetailRow): boolean {
  return invoiceNo.startsWith('C');
}

/** A row with several faults counts under the first of them. */
function sell(row: OnlineRetailRow, book: OrderBook): RejectionReason | undefined {
  const { invoiceNo, quantity, unitPrice } = row;
  if (quantity <= 0 || !/^\d+$/.test(invoiceNo)) return 'not_a_sale';
  if (unitPrice.isNegative) return 'negative_price';
  if (unitPrice.minor === null) return 'price_precision';
  book.sell(row, unitPrice.minor);
  return undefined;
}

function cancel(row: OnlineRetailRow, book: OrderBook, returns: ReturnBook): RejectionReason | undefined {
  const { invoiceNo, stockCode, quantity, unitPrice, customerId } = row;
  if (customerId === null) return 'no_customer';
  // A cancellation is written as negative units. One that takes none back, or a price that no line can have, fits none.
  if (quantity >= 0 || unitPrice.minor === null) return 'no_matching_order_line';
  const wanted = { sku: stockCode, unitPriceMinor: unitPrice.minor, quantity: -quantity };
  const match = book.takeBack(customerId, wanted);
  if (!match) return 'no_matching_order_line';
  returns.add(invoiceNo, match.orderNumber, match.lineIndex, wanted.quantity);
  return undefined;
}

interface ReturnDraft {
  readonly cancellingInvoice: string;
  readonly orderNumber: string;
  rows: number;
  readonly quantityByLine: Map<number, number>;
}

/** One return for each pair of cancelling invoice and order; rows that fall on the same line of it are added up. */
class ReturnBook {
  readonly #drafts = new Map<string, ReturnDraft>();

  add(cancellingInvoice: string, orderNumber: string, lineIndex: number, quantity: number): void {
    // An order number is all digits, so the space cannot be part of it and the pair is unmistakable.
    const pair = `${orderNumber} ${cancellingInvoice}`;
    const known = this.#drafts.get(pair);
    const draft = known ?? { cancellingInvoice, orderNumber, rows: 0, quantityByLine: new Map<number, number>() };
    if (!known) this.#drafts.set(pair, draft);
    draft.rows += 1;
    draft.quantityByLine.set(lineIndex, (draft.quantityByLine.get(lineIndex) ?? 0) + quantity);
  }

  returns(): PlannedReturn[] {
    return [...this.#drafts.values()].map(({ quantityByLine, ...draft }) => ({
      ...draft,
      items: [...quantityByLine].map(([lineIndex, quantity]) => ({ lineIndex, quantity })),
    }));
  }
}
