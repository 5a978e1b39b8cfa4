import { describe, expect, test } from 'vitest';
import { decide } from './decide.ts';
import type { Accepted } from './decision.ts';
import { acceptedBy, circumstancesAt, examplePlacement, orderIn, refusalBy } from './example-orders.ts';
import type { Order } from './orders/order.ts';

const now = '2026-05-20T06:00:00.000Z';

describe('marking an invoice', () => {
  const shipped = orderIn('SHIPPED');
  const invoiceId = shipped.invoice?.id ?? 0;
  const mark = (order: Order, what: 'rendered' | 'emailed', at = now): Accepted =>
    acceptedBy(decide(order, { type: 'mark_invoice', invoiceId, mark: what }, circumstancesAt(at)));

  test('rendered sends the customer a copy, once', () => {
    const first = mark(shipped, 'rendered');
    expect(first.order.invoice).toEqual({ ...shipped.invoice, renderedAt: new Date(now) });
    expect(first.jobs).toEqual([{ kind: 'invoice.email', subjectId: invoiceId }]);
    expect(first.subjectId).toBe(invoiceId);
    expect(first.transitions).toEqual([]);

    const second = mark(first.order, 'rendered', '2026-05-21T06:00:00.000Z');
    expect(second.order.invoice).toEqual(first.order.invoice);
    expect(second.jobs).toEqual([]);
  });

  test.each(['rendered', 'emailed'] as const)(
    '%s leaves the version as whoever looks at the order has read it',
    (what) => {
      const { order } = mark(shipped, what);
      expect(order).toMatchObject({ version: shipped.version, updatedAt: new Date(now) });
    },
  );

  test('rendered sends nothing to a customer whose address is not known', () => {
    expect(mark(orderIn('SHIPPED', { ...examplePlacement, customerEmail: null }), 'rendered').jobs).toEqual([]);
  });

  test('emailed keeps the first time', () => {
    const first = mark(shipped, 'emailed');
    expect(first.order.invoice).toEqual({ ...shipped.invoice, emailedAt: new Date(now) });
    expect(first.jobs).toEqual([]);
    expect(mark(first.order, 'emailed', '2026-05-21T06:00:00.000Z').order.invoice).toEqual(first.order.invoice);
  });

  test.each([
    ['an order that has not shipped', orderIn('PAID'), invoiceId],
    ['another invoice', shipped, 999],
  ])('is refused for %s', (_title, order, id) => {
    const decision = decide(order, { type: 'mark_invoice', invoiceId: id, mark: 'emailed' }, circumstancesAt(now));
    expect(refusalBy(decision).code).toBe('invoice.not_found');
  });
});
