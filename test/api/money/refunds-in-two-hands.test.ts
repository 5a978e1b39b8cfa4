import { describe, expect, it } from 'vitest';
import { DEFAULT_MONEY_POLICY } from '../../../src/domain/money/money-policy.ts';
import { useApi } from '../../support/api.ts';
import {
  deliveredOrder,
  moveOrder,
  moveReturn,
  newOrder,
  placeOrder,
  requestReturn,
  type OrderJson,
  type ProblemJson,
  type RefundJson,
} from '../../support/shop/shop.ts';

const api = useApi({ moneyPolicy: { ...DEFAULT_MONEY_POLICY, refundApprovalAboveMinor: 0 } });

interface ReturnJson {
  readonly state: string;
  readonly refund_due: {
    readonly total_minor: number;
    readonly deductions: readonly unknown[];
    readonly awaits_refund_ids: readonly number[];
  };
}

async function askedFor(order: Pick<OrderJson, 'id'>, amountMinor: number): Promise<RefundJson> {
  const answer = await api.post(`/v1/orders/${order.id}/refunds`, { amount_minor: amountMinor, reason: 'A dent' });
  const [refund] = answer.json<{ data: RefundJson[] }>().data;
  expect(refund?.state).toBe('AWAITING_APPROVAL');
  if (!refund) throw new Error('there is no refund');
  return refund;
}

describe('while a refund awaits its approval', () => {
  it('a cancelled order goes back whole: what waited is rejected, and is part of the rest', async () => {
    const order = await placeOrder(api, newOrder());
    await moveOrder(api, order.id, 'pay');
    const refund = await askedFor(order, order.total_minor);
    expect((await api.post(`/v1/orders/${order.id}/cancel`)).statusCode).toBe(200);
    const { refunds, payments } = (await api.get(`/v1/orders/${order.id}`)).json<OrderJson>();
    expect(refunds).toMatchObject([
      { id: refund.id, state: 'REJECTED' },
      { cause: 'cancellation', state: 'PENDING', amount_minor: order.total_minor },
    ]);
    expect(payments).toMatchObject([{ refunded_minor: order.total_minor, refundable_minor: 0 }]);
  });

  it('a return that needs its money says so, is not completed, and refunds all of it once it is rejected', async () => {
    const order = await deliveredOrder(api);
    const refund = await askedFor(order, order.total_minor);
    const part = await requestReturn(api, order, 1);
    await moveReturn(api, part.id, 'approve', 'dispatch', 'receive');
    const before = (await api.get(`/v1/returns/${part.id}`)).json<ReturnJson>();
    expect(before.refund_due).toMatchObject({ deductions: [], awaits_refund_ids: [refund.id] });

    const refusal = await api.post(`/v1/returns/${part.id}/complete`);
    expect(refusal.statusCode).toBe(409);
    expect(refusal.json<ProblemJson>()).toMatchObject({ code: 'refund.awaits_approval', refund_ids: [refund.id] });

    await api.post(`/v1/refunds/${refund.id}/reject`, { reason: 'All of it came back' });
    const after = (await api.post(`/v1/returns/${part.id}/complete`)).json<ReturnJson>();
    expect(after).toMatchObject({
      state: 'COMPLETED',
      refund_due: { total_minor: before.refund_due.total_minor, deductions: [], awaits_refund_ids: [] },
    });
  });
});
