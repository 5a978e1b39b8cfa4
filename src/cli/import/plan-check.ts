import type { OrderAnswer, RefundAnswer, ReturnAnswer } from './answers.ts';
import { ImportError } from './import-error.ts';
import { orderTotalMinor, returnTotalMinor, type PlannedOrder, type PlannedReturn } from './import-plan.ts';

/**
 * The server must hold what the file says, whether this run put it there, an earlier one did, or somebody else used
 * the number first.
 *
 * @throws ImportError naming the first difference
 */
export function checkOrder(planned: PlannedOrder, order: OrderAnswer): void {
  expectSame('customer', order.customer_id, planned.customerId);
  expectSame('currency', order.currency, planned.currency);
  expectSame('number of lines', order.items.length, planned.items.length);
  for (const [index, item] of planned.items.entries()) {
    const held = order.items[index];
    const line = `line ${index + 1}`;
    expectSame(`SKU of ${line}`, held?.sku, item.sku);
    expectSame(`quantity of ${line}`, held?.quantity, item.quantity);
    expectSame(`unit price of ${line}`, held?.unit_price_minor, item.unitPriceMinor);
  }
  expectSame('total', order.total_minor, orderTotalMinor(planned));
}

/** @throws ImportError when the return on the server takes back something else than the plan's */
export function checkReturn(planned: PlannedReturn, order: OrderAnswer, found: ReturnAnswer): void {
  const quantityByItem = new Map(found.items.map((item) => [item.order_item_id, item.quantity]));
  const what = `return ${planned.cancellingInvoice}`;
  expectSame(`number of lines in ${what}`, found.items.length, planned.items.length);
  for (const { lineIndex, quantity } of planned.items) {
    const item = order.items[lineIndex];
    expectSame(`quantity of line ${lineIndex + 1} in ${what}`, item && quantityByItem.get(item.id), quantity);
  }
}

/**
 * The refund that a completed return must have brought.
 *
 * @throws ImportError when it is missing, double or of another amount
 */
export function refundOf(
  planned: PlannedReturn,
  returnId: number,
  plannedOrder: PlannedOrder,
  order: OrderAnswer,
): RefundAnswer {
  const refunds = order.refunds.filter(({ return_id }) => return_id === returnId);
  const [refund] = refunds;
  const what = `return ${planned.cancellingInvoice}`;
  if (!refund || refunds.length > 1) {
    throw new ImportError(`${what} is completed and has ${refunds.length} refunds where it must have one`);
  }
  expectSame(`refund of ${what}`, refund.amount_minor, returnTotalMinor(plannedOrder, planned));
  expectSame(`currency of the refund of ${what}`, refund.currency, plannedOrder.currency);
  return refund;
}

function expectSame(what: string, held: string | number | undefined, planned: string | number): void {
  if (held !== planned) {
    throw new ImportError(`the server's ${what} is ${held ?? 'missing'}, the file's is ${planned}`);
  }
}
