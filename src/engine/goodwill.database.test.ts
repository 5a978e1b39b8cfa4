import { describe, expect, test } from 'vitest';
import { auditOf } from '../../test/support/audit.ts';
import { useDatabase } from '../../test/support/database.ts';
import { useEngine } from '../../test/support/engine.ts';
import { allAnswered, tally, useEngines } from '../../test/support/engines.ts';
import { change, doneOrder, move } from '../../test/support/http/requests.ts';
import type { RequestRefund } from '../domain/commands.ts';
import { exampleInvoicePolicy } from '../domain/example-orders.ts';
import { DEFAULT_MONEY_POLICY } from '../domain/money/money-policy.ts';
import type { Order } from '../domain/orders/order.ts';
import { financialYearOf } from '../domain/papers/invoice-issue.ts';
import { MOST_PAYMENTS } from '../domain/payments/add-payment.ts';
import { MOST_GOODWILL_REFUNDS } from '../domain/refunds/goodwill.ts';

const database = useDatabase();
const shop = useEngine(database);
const engines = useEngines(database);

const goodwill = (amountMinor: number): RequestRefund => ({
  type: 'request_refund',
  amountMinor,
  paymentId: null,
  reason: 'A dent',
});

/** Paid by as many payments as an order may have, of 1.00 each. */
async function orderOfManyPayments(): Promise<Order> {
  const items = [{ sku: 'SOFA', title: 'Sofa', quantity: 1, unitPriceMinor: MOST_PAYMENTS * 100 }];
  const { id } = await shop.place({ items });
  const payment = {
    type: 'record_payment',
    amountMinor: 100,
    currency: null,
    method: 'cash',
    reference: null,
  } as const;
  return shop.change(id, ...Array<typeof payment>(MOST_PAYMENTS).fill(payment));
}

async function orderInTheWarehouse(): Promise<Order> {
  const { id } = await shop.place();
  return shop.move(id, 'pay', 'process');
}

/** Numbers of the credit notes of this year, of all orders, in their order. */
async function sequenceNumbers(): Promise<number[]> {
  const { rows } = await database.pool.query<{ sequence_number: number }>(
    'SELECT sequence_number FROM credit_notes WHERE financial_year = $1 ORDER BY sequence_number',
    [financialYearOf(new Date(), exampleInvoicePolicy)],
  );
  return rows.map(({ sequence_number: number }) => number);
}

describe('money given back without goods', () => {
  test('over as many payments as an order may have, each with its refund, paper and jobs', async () => {
    const { id } = await orderOfManyPayments();
    await shop.move(id, 'process', 'ship', 'deliver');
    const { refunds, creditNotes } = await shop.change(id, goodwill(MOST_PAYMENTS * 100));
    expect([refunds.length, creditNotes.length]).toEqual([MOST_PAYMENTS, MOST_PAYMENTS]);
  });

  test('as often as it may be, before the order is cancelled: all that waits is rejected, and all payments go back', async () => {
    const { id } = await orderOfManyPayments();
    const moneyPolicy = { ...DEFAULT_MONEY_POLICY, refundApprovalAboveMinor: 0 };
    const engine = engines.open({ moneyPolicy });
    const asked = Array.from({ length: MOST_GOODWILL_REFUNDS }, () => change({ orderId: id }, goodwill(1)));
    allAnswered(await Promise.allSettled(asked.map((request) => engine.execute(request))));
    const { refunds } = doneOrder(await engine.execute(move(id, 'cancel')));
    const countOf = (state: string) => refunds.filter((refund) => refund.state === state).length;
    expect([countOf('REJECTED'), countOf('PENDING')]).toEqual([MOST_GOODWILL_REFUNDS, MOST_PAYMENTS]);
  });

  test('is documented when the order ships, as often as it may have been given', async () => {
    const { id } = await orderInTheWarehouse();
    const asked = Array.from({ length: MOST_GOODWILL_REFUNDS }, () => change({ orderId: id }, goodwill(1)));
    allAnswered(await Promise.allSettled(asked.map((request) => shop.engine.execute(request))));
    const { refunds, creditNotes } = await shop.move(id, 'ship');
    expect(creditNotes.map(({ refundId }) => refundId)).toEqual(refunds.map((refund) => refund.id));
    expect((await auditOf(database.url)).broken).toBeUndefined();
  });

  test('that an order might have had leaves no gap of hundreds in the ids of those that ship without', async () => {
    const engine = engines.open();
    const orders = [await orderInTheWarehouse(), await orderInTheWarehouse()];
    const ids: number[] = [];
    for (const { id } of orders) ids.push(doneOrder(await engine.execute(move(id, 'ship'))).invoice?.id ?? 0);
    expect((ids[1] ?? 0) - (ids[0] ?? 0)).toBeLessThan(20);
  });

  test('leaves no gap between the numbers of credit notes, whatever several processes ship and give at once', async () => {
    const given = await Promise.all(Array.from({ length: 12 }, orderInTheWarehouse));
    await Promise.all(given.map(({ id }) => shop.change(id, goodwill(2))));
    const plain = await Promise.all(Array.from({ length: 12 }, orderInTheWarehouse));
    const shipped = await Promise.all(Array.from({ length: 12 }, () => shop.shippedOrder()));
    const before = (await sequenceNumbers()).length;
    const requests = given.flatMap((order, index) => [
      move(order.id, 'ship'),
      move(plain[index]?.id ?? 0, 'ship'),
      change({ orderId: shipped[index]?.id ?? 0 }, goodwill(1)),
    ]);
    expect(tally(allAnswered(await engines.throughThree(requests)))).toEqual({ done: 36 });
    const numbers = await sequenceNumbers();
    expect(numbers).toEqual(Array.from({ length: before + 24 }, (_, index) => index + 1));
    expect((await auditOf(database.url)).broken).toBeUndefined();
  });

  test('counts towards the limit until a second person has approved it, in whichever process', async () => {
    const moneyPolicy = { ...DEFAULT_MONEY_POLICY, refundApprovalAboveMinor: 500 };
    const [one, other] = [engines.open({ moneyPolicy }), engines.open({ moneyPolicy })];
    const { id } = await orderInTheWarehouse();
    const asked = doneOrder(await one.execute(change({ orderId: id }, goodwill(600))));
    const refundId = asked.refunds[0]?.id ?? 0;
    const approval = change({ refundId }, { type: 'approve_refund', refundId, reason: null });
    await one.execute({ ...approval, actor: 'another' });
    doneOrder(await other.execute(change({ orderId: id }, goodwill(500))));
    const { refunds } = doneOrder(await one.execute(change({ orderId: id }, goodwill(1))));
    expect(refunds.map(({ amountMinor, state }) => [amountMinor, state])).toEqual([
      [600, 'PENDING'],
      [500, 'PENDING'],
      [1, 'AWAITING_APPROVAL'],
    ]);
  });
});
