import type { SeenOrder } from '../../domain/orders/order.ts';

interface Paper {
  readonly renderedAt: Date | null;
  readonly emailedAt: Date | null;
}

/**
 * The order's version, which is what If-Match is held against; behind it, where there are any, how many times a paper of
 * it was drawn or sent: that changes what is read, and nothing that anybody decides upon.
 */
export function orderEtagOf({ version, invoice, creditNotes }: SeenOrder): string {
  const papers: readonly Paper[] = [...(invoice ? [invoice] : []), ...creditNotes];
  const marks = papers.flatMap(({ renderedAt, emailedAt }) => [renderedAt, emailedAt]).filter((at) => at !== null);
  return marks.length === 0 ? `"${version}"` : `"${version}.${marks.length}"`;
}
