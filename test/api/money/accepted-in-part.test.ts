import { describe, expect, it } from 'vitest';
import { useApi } from '../../support/api.ts';
import { auditOf } from '../../support/audit.ts';
import {
  deliveredOrder,
  moveReturn,
  requestReturn,
  type OrderJson,
  type PageJson,
  type ProblemJson,
  type ReturnJson,
} from '../../support/shop/shop.ts';

const api = useApi();

const GST = [
  { name: 'CGST', rate_bp: 900 },
  { name: 'SGST', rate_bp: 900 },
];
const LAMP = { sku: 'LAMP', title: 'Lamp', quantity: 5, unit_price_minor: 10_000, taxes: GST };
const CARD = { sku: 'CARD', title: 'Card', quantity: 1, unit_price_minor: 500 };

/** A return of all five lamps, at 100.00 with 18 % tax, has arrived. */
async function arrived() {
  const order = await deliveredOrder(api, { items: [LAMP, CARD] });
  const { id: returnId } = await requestReturn(api, order, 5);
  await moveReturn(api, returnId, 'approve', 'dispatch', 'receive');
  const [lamp, card] = order.items;
  if (!lamp || !card) throw new Error('the order has two lines');
  const accepting = (quantity: number, order_item_id = lamp.id) => ({ accepted: [{ order_item_id, quantity }] });
  return { order, returnId, lampId: lamp.id, cardId: card.id, accepting };
}

const read = async (order: OrderJson) => (await api.get(`/v1/orders/${order.id}`)).json<OrderJson>();
const returnAsRead = async (id: number) => (await api.get(`/v1/returns/${id}`)).json<ReturnJson>();

describe('a return of which three of five are accepted', () => {
  it('refunds and credits three, as was shown before, and frees the other two', async () => {
    const { order, returnId, accepting } = await arrived();
    const preview = await api.post(`/v1/returns/${returnId}/complete/preview`, accepting(3));
    expect(preview.json()).toMatchObject({
      lines: [{ quantity: 3, taxable_minor: 30_000, tax_minor: 5_400, total_minor: 35_400 }],
      deductions: [],
      total_minor: 35_400,
    });
    expect(await returnAsRead(returnId)).toMatchObject({
      state: 'RECEIVED',
      items: [{ quantity: 5, accepted_quantity: null }],
    });

    const done = await api.post(`/v1/returns/${returnId}/complete`, { ...accepting(3), reason: 'Two are used' });
    expect(done.statusCode).toBe(200);
    expect(done.json()).toMatchObject({
      state: 'COMPLETED',
      items: [{ quantity: 5, accepted_quantity: 3 }],
      amount_minor: 30_000,
      refund_due: preview.json<object>(),
    });
    expect(await returnAsRead(returnId)).toEqual(done.json());
    const listed = await api.get(`/v1/returns?order_number=${order.order_number}`);
    expect(listed.json<PageJson<ReturnJson>>().data).toMatchObject([
      { amount_minor: 30_000, items: [{ quantity: 5, accepted_quantity: 3 }] },
    ]);
    expect(await read(order)).toMatchObject({
      items: [{ returned_quantity: 3, returnable_quantity: 2 }, { returned_quantity: 0 }],
      refunds: [{ amount_minor: 35_400 }],
      credit_notes: [{ return_id: returnId, total_minor: 35_400 }],
    });

    const { accounts } = (await api.get(`/v1/orders/${order.id}/ledger`)).json<{
      accounts: readonly { account: string; balance_minor: number }[];
    }>();
    expect(Object.fromEntries(accounts.map((each) => [each.account, each.balance_minor]))).toMatchObject({
      revenue: -20_500,
      'tax:CGST': -1_800,
      'tax:SGST': -1_800,
    });
    expect(accounts.map(({ account }) => account)).not.toContain('fees');
    expect((await auditOf(api.database.url)).broken).toBeUndefined();

    const again = await requestReturn(api, order, 2);
    const rest = await moveReturn(api, again.id, 'approve', 'dispatch', 'receive', 'complete');
    expect(rest).toMatchObject({ items: [{ quantity: 2, accepted_quantity: 2 }], refund_due: { total_minor: 23_600 } });
  });

  it('shows beforehand what is kept back of these as well, and refuses more', async () => {
    const { returnId, accepting } = await arrived();
    const preview = (fee: number) =>
      api.post(`/v1/returns/${returnId}/complete/preview`, { ...accepting(3), restocking_fee_minor: fee });
    expect((await preview(400)).json()).toMatchObject({
      deductions: [{ kind: 'restocking_fee', amount_minor: 400 }],
      total_minor: 35_000,
    });
    expect((await preview(35_401)).json()).toMatchObject({ code: 'return.deductions_exceed_due', due_minor: 35_400 });
  });
});

it('a return of which nothing is accepted is completed, refunds nothing, has no credit note, and says so', async () => {
  const { order, returnId, accepting } = await arrived();
  const done = await api.post(`/v1/returns/${returnId}/complete`, accepting(0));
  expect(done.json()).toMatchObject({
    state: 'COMPLETED',
    items: [{ quantity: 5, accepted_quantity: 0 }],
    ...{ amount_minor: 0, refund_due: null, refund_id: null, refund_ids: [] },
  });
  expect(await read(order)).toMatchObject({
    items: [{ returned_quantity: 0, returnable_quantity: 5 }, {}],
    refunds: [],
    credit_notes: [],
  });
  expect((await auditOf(api.database.url)).broken).toBeUndefined();
});

describe('what cannot be accepted', () => {
  it('is refused in the preview and when it is done, naming the field, and changes nothing', async () => {
    const { order, returnId, lampId, cardId, accepting } = await arrived();
    const before = await read(order);
    const one = { order_item_id: lampId, quantity: 1 };
    for (const [body, status, problem] of [
      [
        accepting(6),
        422,
        {
          code: 'return.quantity_exceeds_requested',
          errors: [{ field: 'accepted[0].quantity' }],
          ...{ order_item_id: lampId, accepted: 6, requested: 5 },
        },
      ],
      [
        accepting(1, cardId),
        422,
        { code: 'return.item_not_in_return', errors: [{ field: 'accepted[0].order_item_id' }], order_item_id: cardId },
      ],
      [
        { accepted: [one, one] },
        422,
        { code: 'return.duplicate_item', errors: [{ field: 'accepted[1].order_item_id' }], order_item_id: lampId },
      ],
      [accepting(-1), 400, { code: 'request.invalid', errors: [{ field: 'accepted[0].quantity' }] }],
      // It could be taken for all and for nothing.
      [{ accepted: [] }, 400, { code: 'request.invalid', errors: [{ field: 'accepted' }] }],
    ] as const) {
      for (const path of ['complete', 'complete/preview']) {
        const answer = await api.post(`/v1/returns/${returnId}/${path}`, body);
        expect(answer.statusCode, path).toBe(status);
        expect(answer.json<ProblemJson>(), path).toMatchObject(problem);
      }
    }
    expect(await read(order)).toEqual(before);
  });

  it('is anything of a return that is completed already, or that is not there', async () => {
    const { returnId, accepting } = await arrived();
    await moveReturn(api, returnId, 'complete');
    const late = await api.post(`/v1/returns/${returnId}/complete/preview`, accepting(3));
    expect(late.json<ProblemJson>()).toMatchObject({ code: 'return.illegal_transition', from: 'COMPLETED' });
    expect((await api.post('/v1/returns/999999999/complete/preview', accepting(3))).statusCode).toBe(404);
  });
});
