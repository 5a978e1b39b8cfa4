import type { Static } from 'typebox';
import type { Return, SeenOrder } from '../../domain/orders/order.ts';
import type { CreditNoteSnapshot } from '../../domain/papers/credit-note.ts';
import { beforeReturn, creditAfter, type BeforeReturn, type ReturnCredit } from '../../domain/refunds/return-credit.ts';
import type { RefundDueSchema } from '../schemas/refund-due.ts';
import { taxedView } from './pricing.ts';

type RefundDue = Static<typeof RefundDueSchema>;

/**
 * Of each return of the order: what completing it would refund now, or of a completed one, what it did refund. Null: it
 * was rejected, or was completed before such figures were kept.
 */
export function refundsDueOf(order: SeenOrder): (part: Return) => RefundDue | null {
  const papers = new Map(order.creditNotes.map(({ returnId, snapshot }) => [returnId, snapshot]));
  const itemIds = new Map(order.items.map(({ lineNumber, id }) => [lineNumber, id]));
  let before: BeforeReturn | undefined;
  return (part) => {
    if (part.state === 'REJECTED') return null;
    if (part.state !== 'COMPLETED') return refundDueView(creditAfter((before ??= beforeReturn(order)), part));
    const paper = papers.get(part.id);
    return paper ? paidView(paper, itemIds) : null;
  };
}

function paidView(paper: CreditNoteSnapshot, itemIds: ReadonlyMap<number, number>): RefundDue {
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
