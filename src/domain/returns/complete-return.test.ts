import { describe, expect, test } from 'vitest';
import type { ReturnDeduction } from '../commands.ts';
import { decide } from '../decide.ts';
import type { Decision } from '../decision.ts';
import {
  acceptedBy,
  circumstancesAt,
  examplePlacement,
  itemOf,
  onlyOne,
  orderIn,
  orderWithReturnIn,
  refusalBy,
} from '../example-orders.ts';
import { accountsOf } from '../ledger/accounts.ts';
import type { Order } from '../orders/order.ts';
import type { ShippingRefund } from '../pricing/facts.ts';
import type { Completion } from './complete-return.ts';
import { returnableQuantity } from './return.ts';

const now = '2026-05-20T06:00:00.000Z';

/** Five at 100.00 with 18 % tax, delivered: 590.00. */
function delivered(shippingRefund?: ShippingRefund): Order {
  return orderIn('DELIVERED', {
    ...examplePlacement,
    items: [
      {
        sku: 'MUG',
        title: 'Mug',
        quantity: 5,
        unitPriceMinor: 10_000,
        taxes: [
          { name: 'CGST', rateBp: 900 },
          { name: 'SGST', rateBp: 900 },
        ],
      },
    ],
    ...(shippingRefund ? { pricing: { shipping: { amountMinor: 5_000, refund: shippingRefund } } } : {}),
  });
}

interface Arrived {
  readonly order: Order;
  readonly returnId: number;
}

/** A return of so many of its mugs has arrived. */
function received(order: Order, quantity: number): Arrived {
  const circumstances = circumstancesAt(now, 1_000 * (order.version + 1));
  const items = [{ orderItemId: itemOf(order, 'MUG').id, quantity }];
  const requested = acceptedBy(decide(order, { type: 'request_return', reason: 'Too many', items }, circumstances));
  const returnId = requested.subjectId;
  const after = (['approve', 'dispatch', 'receive'] as const).reduce(
    (sofar, event) =>
      acceptedBy(decide(sofar, { type: 'move_return', returnId, event, reason: null }, circumstances)).order,
    requested.order,
  );
  return { order: after, returnId };
}

function complete(
  { order, returnId }: Arrived,
  completion: Completion,
  circumstances = circumstancesAt(now, 1_000 * (order.version + 1)),
): Decision {
  return decide(
    order,
    { type: 'move_return', returnId, event: 'complete', reason: null, ...completion },
    circumstances,
  );
}

/** So many mugs of the return are accepted. */
function accept(arrived: Arrived, quantity: number, deductions: readonly ReturnDeduction[] = []): Decision {
  const accepted = [{ orderItemId: itemOf(arrived.order, 'MUG').id, quantity }];
  return complete(arrived, { accepted, deductions });
}

const acceptedOf = (order: Order) =>
  order.returns.map(({ items }) => items.map(({ quantity, acceptedQuantity }) => [acceptedQuantity, quantity]));

describe('of five units that were asked back, three are accepted', () => {
  const { order, jobs } = acceptedBy(accept(received(delivered(), 5), 3));

  test('the credit note takes back three, with the tax of three and nothing in fees', () => {
    const { snapshot } = onlyOne(order.creditNotes);
    expect(snapshot).toMatchObject({
      lines: [{ sku: 'MUG', quantity: 3, amountMinor: 30_000, taxableMinor: 30_000, totalMinor: 35_400 }],
      deductions: [],
      taxableMinor: 30_000,
      taxMinor: 5_400,
      totalMinor: 35_400,
    });
    expect(onlyOne(order.refunds).amountMinor).toBe(35_400);
    expect(jobs.map(({ kind }) => kind)).toEqual(['refund.submit', 'credit_note.render']);
  });

  test('the books keep the sale of the other two, and their tax', () => {
    expect(Object.fromEntries(accountsOf(order))).toEqual({
      'cash:elsewhere': 59_000,
      refunds_payable: -35_400,
      revenue: -20_000,
      'tax:CGST': -1_800,
      'tax:SGST': -1_800,
    });
  });

  test('the return says so, and the other two can be asked back again: all five are worth the line in the end', () => {
    expect(onlyOne(order.returns).state).toBe('COMPLETED');
    expect(acceptedOf(order)).toEqual([[[3, 5]]]);
    expect(returnableQuantity(order, itemOf(order, 'MUG'))).toBe(2);
    const after = acceptedBy(complete(received(order, 2), {})).order;
    expect(acceptedOf(after)).toEqual([[[3, 5]], [[2, 2]]]);
    expect(after.refunds.map(({ amountMinor }) => amountMinor)).toEqual([35_400, 23_600]);
    expect(returnableQuantity(after, itemOf(after, 'MUG'))).toBe(0);
    expect([...accountsOf(after).keys()].filter((account) => /^(revenue|tax|fees)/.test(account))).toEqual([]);
  });
});

describe('what follows from the units that are accepted', () => {
  test.each([
    ['never', 0, 0],
    ['on_full_return', 0, 5_000],
    ['pro_rata', 3_000, 2_000],
  ] as const)('is shipping by its policy: %s', (policy, first, second) => {
    const { order } = acceptedBy(accept(received(delivered(policy), 5), 3));
    const after = acceptedBy(accept(received(order, 2), 2)).order;
    expect(after.creditNotes.map(({ snapshot }) => snapshot.shipping?.totalMinor ?? 0)).toEqual([first, second]);
  });

  test('is how much may be kept back: no more than they are worth', () => {
    const arrived = received(delivered(), 5);
    const fee = (amountMinor: number) => [{ kind: 'restocking_fee', description: 'Restocking', amountMinor }] as const;
    expect(refusalBy(accept(arrived, 3, fee(35_401)))).toMatchObject({
      code: 'return.deductions_exceed_due',
      facts: { deductions_minor: 35_401, due_minor: 35_400 },
    });
    const { order } = acceptedBy(accept(arrived, 3, fee(400)));
    expect(onlyOne(order.refunds).amountMinor).toBe(35_000);
  });

  test('is nothing of a line that is not named but that all of it is accepted', () => {
    const { order, theReturn } = orderWithReturnIn('RECEIVED');
    const accepted = [{ orderItemId: itemOf(order, 'MUG').id, quantity: 0 }];
    const after = acceptedBy(complete({ order, returnId: theReturn.id }, { accepted })).order;
    expect(acceptedOf(after)).toEqual([
      [
        [0, 2],
        [1, 1],
      ],
    ]);
    expect(onlyOne(after.creditNotes).snapshot.lines).toMatchObject([{ sku: 'LAMP', quantity: 1 }]);
    expect(after.items.map(({ returnedQuantity }) => returnedQuantity)).toEqual([0, 1, 0]);
  });
});

test('a return of which nothing is accepted is completed, without refund, credit note or entry in the books', () => {
  const arrived = received(delivered('pro_rata'), 5);
  const { order, transitions, jobs } = acceptedBy(accept(arrived, 0));
  expect(onlyOne(order.returns).state).toBe('COMPLETED');
  expect(acceptedOf(order)).toEqual([[[0, 5]]]);
  expect({ refunds: order.refunds, creditNotes: order.creditNotes, jobs }).toEqual({
    refunds: [],
    creditNotes: [],
    jobs: [],
  });
  expect(transitions.map(({ entityType, event }) => `${entityType} ${event}`)).toEqual(['return complete']);
  expect(accountsOf(order)).toEqual(accountsOf(arrived.order));
  expect(returnableQuantity(order, itemOf(order, 'MUG'))).toBe(5);
});

describe('what cannot be accepted is refused, naming the field, and takes nothing', () => {
  const { order, theReturn } = orderWithReturnIn('RECEIVED');
  const [mug, card] = [itemOf(order, 'MUG').id, itemOf(order, 'CARD').id];

  test.each([
    [
      'more than the return has of a line',
      [{ orderItemId: mug, quantity: 3 }],
      {
        code: 'return.quantity_exceeds_requested',
        facts: { field: 'accepted[0].quantity', order_item_id: mug, accepted: 3, requested: 2 },
      },
    ],
    [
      'a line that is in the order and not in the return',
      [
        { orderItemId: mug, quantity: 2 },
        { orderItemId: card, quantity: 0 },
      ],
      { code: 'return.item_not_in_return', facts: { field: 'accepted[1].order_item_id', order_item_id: card } },
    ],
    [
      'a line that is named twice',
      [
        { orderItemId: mug, quantity: 1 },
        { orderItemId: mug, quantity: 1 },
      ],
      { code: 'return.duplicate_item', facts: { field: 'accepted[1].order_item_id', order_item_id: mug } },
    ],
  ])('%s', (_, accepted, refusal) => {
    const circumstances = circumstancesAt(now);
    expect(refusalBy(complete({ order, returnId: theReturn.id }, { accepted }, circumstances))).toMatchObject(refusal);
    expect(circumstances.taken).toEqual({ ids: 0, orderNumbers: 0, invoiceNumbers: 0, creditNoteNumbers: 0 });
  });
});
