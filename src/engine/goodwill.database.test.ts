import { describe, expect, test } from 'vitest';
import { useDatabase } from '../../test/support/database.ts';
import { useEngine } from '../../test/support/engine.ts';
import { useEngines } from '../../test/support/engines.ts';
import { change, doneOrder } from '../../test/support/http/requests.ts';
import type { RequestRefund } from '../domain/commands.ts';
import { DEFAULT_MONEY_POLICY } from '../domain/money/money-policy.ts';
import type { Order } from '../domain/orders/order.ts';
import { MOST_PAYMENTS } from '../domain/payments/add-payment.ts';

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

describe('money given back without goods', () => {
  test('over as many payments as an order may have, each with its refund, paper and jobs', async () => {
    const { id } = await orderOfManyPayments();
    await shop.move(id, 'process', 'ship', 'deliver');
    const { refunds, creditNotes } = await shop.change(id, goodwill(MOST_PAYMENTS * 100));
    expect([refunds.length, creditNotes.length]).toEqual([MOST_PAYMENTS, MOST_PAYMENTS]);
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
