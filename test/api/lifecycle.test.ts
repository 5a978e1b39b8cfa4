import { expect, it } from 'vitest';
import { useApi } from '../support/api.ts';
import {
  newOrder,
  type OrderJson,
  type PageJson,
  type ProblemJson,
  type RefundJson,
  type ReturnJson,
} from '../support/shop/shop.ts';

const api = useApi();

/** `send` holds each answer against its documented schema, closed: a field too many or too few fails here. */
it('an order goes out, part of it comes back, the money follows; every answer is as the document says', async () => {
  const placed = (await api.post('/v1/orders', newOrder({ customer_email: 'asha@example.com' }))).json<OrderJson>();
  const order = `/v1/orders/${placed.id}`;
  for (const event of ['pay', 'process', 'ship', 'deliver'])
    expect((await api.post(`${order}/${event}`)).statusCode).toBe(200);

  const items = placed.items.map(({ id }) => ({ order_item_id: id, quantity: 1 }));
  const part = (await api.post(`${order}/returns`, { reason: 'Too small', items })).json<ReturnJson>();
  for (const event of ['approve', 'dispatch', 'receive', 'complete']) {
    expect((await api.post(`/v1/returns/${part.id}/${event}`, { reason: 'As agreed' })).statusCode).toBe(200);
  }
  const other = (await api.post(`${order}/returns`, { reason: 'Changed my mind', items })).json<ReturnJson>();
  expect((await api.post(`/v1/returns/${other.id}/reject`)).statusCode).toBe(200);

  // What the worker does about the refund and the invoice.
  const { refunds, invoice } = (await api.get(order)).json<OrderJson>();
  const refundId = refunds[0]?.id ?? 0;
  const invoiceId = invoice?.id ?? 0;
  const commands = [
    { type: 'submit_refund', refundId },
    { type: 'fail_refund', refundId, attempt: 1, failureCode: 'closed', failureMessage: 'The account is closed.' },
    { type: 'mark_invoice', invoiceId, mark: 'rendered' },
    { type: 'mark_invoice', invoiceId, mark: 'emailed' },
  ] as const;
  const settle = async (
    command: (typeof commands)[number] | { type: 'settle_refund'; refundId: number; gatewayReference: string },
  ) => {
    const intent = { kind: 'change', target: { orderId: placed.id }, command } as const;
    expect((await api.engine.execute({ actor: 'worker', intent })).kind).toBe('done');
  };
  for (const command of commands) await settle(command);
  expect((await api.get(`/v1/refunds/${refundId}`)).json<RefundJson>().allowed).toEqual(['retry', 'record']);
  expect((await api.post(`/v1/refunds/${refundId}/retry`)).statusCode).toBe(200);
  await settle({ type: 'submit_refund', refundId });
  await settle({ type: 'settle_refund', refundId, gatewayReference: 'gw_42' });

  const jobs = (await api.get(`/v1/jobs?order_id=${placed.id}`)).json<PageJson<{ id: number; kind: string }>>().data;
  expect(jobs.map(({ kind }) => kind).toSorted()).toEqual([
    'credit_note.render',
    'invoice.email',
    'invoice.render',
    'refund.submit',
    'refund.submit',
  ]);
  for (const { id } of jobs) expect((await api.post(`/v1/jobs/${id}/retry`)).statusCode).toBe(200);

  const reads = [
    order,
    `${order}/transitions`,
    `${order}/invoice`,
    `${order}/invoice.pdf`,
    `/v1/returns/${part.id}`,
    `/v1/returns/${part.id}/transitions`,
    `/v1/refunds/${refundId}`,
    `/v1/jobs/${jobs[0]?.id ?? 0}`,
    '/v1/orders',
    '/v1/returns',
    '/v1/refunds',
    '/v1/jobs',
    '/health',
    '/ready',
    '/metrics',
  ];
  for (const url of reads) expect((await api.get(url)).statusCode, url).toBe(200);

  expect((await api.get(order)).json<OrderJson>()).toMatchObject({
    state: 'DELIVERED',
    allowed: [],
    returns: [{ state: 'COMPLETED' }, { state: 'REJECTED' }],
    refunds: [{ state: 'SUCCEEDED', amount_minor: part.amount_minor, attempt: 2 }],
    items: placed.items.map(({ quantity }) => ({ returned_quantity: 1, returnable_quantity: quantity - 1 })),
  });
  const final = await api.post(`${order}/cancel`);
  expect(final.json<ProblemJson>()).toMatchObject({ code: 'order.illegal_transition', from: 'DELIVERED', allowed: [] });
});
