import type { Static } from 'typebox';
import type { Return, SeenOrder } from '../../domain/orders/order.ts';
import { creditOfReturn, type ReturnCredit } from '../../domain/refunds/return-credit.ts';
import type { RefundDueSchema } from '../schemas/refund-due.ts';
import { taxedView } from './pricing.ts';

type RefundDue = Static<typeof RefundDueSchema>;

/**
 * What completing the return would refund now; of a completed one, what it did refund. Null: it was rejected, or was
 * completed before such figures were kept.
 */
export function refundDueOf(order: SeenOrder, part: Return): RefundDue | null {
  if (part.state === 'REJECTED') return null;
  if (part.state !== 'COMPLETED') return refundDueView(creditOfReturn(order, part));
  const paper = order.creditNotes.find(({ returnId }) => returnId === part.id)?.snapshot;
  if (!paper) return null;
  const itemIds = new Map(order.items.map(({ lineNumber, id }) => [lineNumber, id]));
  return {
    lines: paper.lines.map((line) => ({
      order_item_id: itemIds.get(line.lineNumber) ?? 0,
      quantity: line.quantity,
      discount_minor: line.discountMinor,
      ...taxedView(line),
    })),
    ...restView(paper),
    awaits_refund_ids: [],
  };
}

export function refundDueView(credit: ReturnCredit): RefundDue {
  return {
    lines: credit.lines.map(({ item, worth }) => ({
      order_item_id: item.id,
      quantity: worth.quantity,
      discount_minor: worth.discountMinor,
      ...taxedView(worth),
    })),
    ...restView(credit),
    awaits_refund_ids: [...credit.awaitedRefundIds],
  };
}

function restView({
  shipping,
  roundingMinor,
  deductions,
  totalMinor,
}: Omit<ReturnCredit, 'lines' | 'awaitedRefundIds'>) {
  return {
    shipping: shipping && taxedView(shipping),
    rounding_minor: roundingMinor,
    deductions: deductions.map(({ kind, description, amountMinor }) => ({
      kind,
      description,
      amount_minor: amountMinor,
    })),
    total_minor: totalMinor,
  };
}
