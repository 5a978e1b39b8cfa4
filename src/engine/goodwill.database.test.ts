import { describe, expect, test } from 'vitest';
import { useDatabase } from '../../test/support/database.ts';
import { useEngine } from '../../test/support/engine.ts';
import { useEngines } from '../../test/support/engines.ts';
import { change, doneOrder } from '../../test/support/http/requests.ts';
import type { RequestRefund } from '../domain/commands.ts';
import { DEFAULT_MONEY_POLICY } from '../domain/money/money-policy.ts';
import type { Order } from '../domain/orders/order.ts';

const database = useDatabase();
const shop = useEngine(database);
const engines = useEngines(database);

const goodwill = (amountMinor: number): RequestRefund => ({
  type: 'request_refund',
  amountMinor,
  paymentId: null,
  reason: 'A dent',
});

async function orderInTheWarehouse(): Promise<Order> {
  const { id } = await shop.place();
  return shop.move(id, 'pay', 'process');
}

describe('money given back without goods', () => {
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
