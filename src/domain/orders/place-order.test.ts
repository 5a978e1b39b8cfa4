import { describe, expect, test } from 'vitest';
import { acceptedBy, circumstancesAt, examplePlacement, refusalBy } from '../example-orders.ts';
import { MAX_AMOUNT_MINOR } from '../money/money.ts';
import { placeOrder } from './place-order.ts';

const now = '2026-05-01T06:00:00.000Z';

describe('placing an order', () => {
  test('starts it in PENDING_PAYMENT with its lines numbered, its total, and nothing paid or returned', () => {
    const { order, subjectId, transitions, jobs } = acceptedBy(placeOrder(examplePlacement, circumstancesAt(now, 7)));
    const plain = { discountMinor: 0, orderDiscountMinor: 0, taxes: [], commodityCode: null, returnedQuantity: 0 };
    const worth = (totalMinor: number) => ({ ...plain, taxableMinor: totalMinor, totalMinor });
    expect(order).toEqual({
      id: 7,
      orderNumber: 'WEB-1',
      customerId: 'customer-42',
      customerEmail: 'asha@example.com',
      currency: 'INR',
      state: 'PENDING_PAYMENT',
      totalMinor: 3_050,
      pricing: { pricesIncludeTax: false, discountMinor: 0, shipping: null, roundingMinor: 0, taxMinor: 0 },
      billTo: null,
      shipTo: null,
      shopId: null,
      placeOfSupply: null,
      placedAt: new Date('2026-04-30T18:00:00.000Z'),
      createdAt: new Date(now),
      updatedAt: new Date(now),
      version: 1,
      items: [
        { id: 8, lineNumber: 1, sku: 'MUG', title: 'Mug', quantity: 5, unitPriceMinor: 100, ...worth(500) },
        { id: 9, lineNumber: 2, sku: 'LAMP', title: 'Lamp', quantity: 1, unitPriceMinor: 2_550, ...worth(2_550) },
        {
          id: 10,
          lineNumber: 3,
          sku: 'CARD',
          title: 'Greeting card, free',
          quantity: 2,
          unitPriceMinor: 0,
          ...worth(0),
        },
      ],
      payments: [],
      returns: [],
      refunds: [],
      invoice: null,
      creditNotes: [],
    });
    expect(subjectId).toBe(7);
    expect(transitions).toEqual([
      { entityType: 'order', entityId: 7, event: 'place', from: null, to: 'PENDING_PAYMENT', reason: null },
    ]);
    expect(jobs).toEqual([]);
  });

  test('takes a given order number and makes none', () => {
    const circumstances = circumstancesAt(now);
    expect(acceptedBy(placeOrder(examplePlacement, circumstances)).order.orderNumber).toBe('WEB-1');
    expect(circumstances.taken.orderNumbers).toBe(0);
  });

  test('makes an order number where none is given, and takes the present for the time where none is given', () => {
    const { order } = acceptedBy(
      placeOrder({ ...examplePlacement, orderNumber: null, placedAt: null }, circumstancesAt(now)),
    );
    expect(order.orderNumber).toBe('MADE-1');
    expect(order.placedAt).toEqual(new Date(now));
  });

  test('takes a total of 10^13 and refuses one minor unit more, taking nothing', () => {
    const line = { sku: 'A', title: 'A', quantity: 1, unitPriceMinor: MAX_AMOUNT_MINOR };
    const largest = acceptedBy(placeOrder({ ...examplePlacement, items: [line] }, circumstancesAt(now)));
    expect(largest.order.totalMinor).toBe(MAX_AMOUNT_MINOR);

    const circumstances = circumstancesAt(now);
    const items = [line, { ...line, unitPriceMinor: 1 }];
    expect(refusalBy(placeOrder({ ...examplePlacement, items, orderNumber: null }, circumstances))).toMatchObject({
      code: 'order.total_too_large',
      facts: { max_minor: MAX_AMOUNT_MINOR },
    });
    expect(circumstances.taken).toEqual({ ids: 0, orderNumbers: 0, invoiceNumbers: 0, creditNoteNumbers: 0 });
  });
});
