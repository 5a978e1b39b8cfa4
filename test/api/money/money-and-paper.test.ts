import { beforeAll, describe, expect, it } from 'vitest';
import type { OrderCommand } from '../../../src/domain/commands.ts';
import { useApi } from '../../support/api.ts';
import {
  deliveredOrder,
  moveOrder,
  moveReturn,
  placeOrder,
  requestReturn,
  type OrderJson,
  type PageJson,
  type ProblemJson,
  type RefundJson,
} from '../../support/shop/shop.ts';

const api = useApi();

/** What a worker would do. */
async function settle(orderId: number, command: OrderCommand): Promise<void> {
  const outcome = await api.engine.execute({
    actor: 'worker',
    intent: { kind: 'change', target: { orderId }, command },
  });
  expect(outcome.kind).toBe('done');
}

async function decline({ id, order_id }: RefundJson): Promise<void> {
  await settle(order_id, { type: 'submit_refund', refundId: id });
  const decline = { type: 'fail_refund', refundId: id, attempt: 1 } as const;
  await settle(order_id, { ...decline, failureCode: 'account_closed', failureMessage: 'The account is closed.' });
}

async function refundOfCancelledOrder(): Promise<RefundJson> {
  const { id } = await placeOrder(api);
  const { refunds } = await moveOrder(api, id, 'pay', 'cancel');
  if (!refunds[0]) throw new Error('cancelling a paid order makes a refund');
  return refunds[0];
}

describe('refunds', () => {
  it('are read one by one and listed by state and by order', async () => {
    const [refund, settled] = await Promise.all([refundOfCancelledOrder(), refundOfCancelledOrder()]);
    await settle(settled.order_id, { type: 'submit_refund', refundId: settled.id });
    await settle(settled.order_id, { type: 'settle_refund', refundId: settled.id, gatewayReference: 'gw_1' });
    expect((await api.get(`/v1/refunds/${refund.id}`)).json()).toEqual(refund);
    const ids = async (query: string) =>
      (await api.get(`/v1/refunds?${query}`)).json<PageJson<RefundJson>>().data.map(({ id }) => id);
    expect(await ids(`order_id=${refund.order_id}`)).toEqual([refund.id]);
    expect(await ids('state=SUCCEEDED')).toEqual([settled.id]);
    expect(await ids(`state=SUCCEEDED&order_id=${refund.order_id}`)).toEqual([]);
    expect((await api.get(`/v1/refunds/${settled.id}`)).json()).toMatchObject({ gateway_reference: 'gw_1' });
  });

  it('can be sent again after the gateway declined, as a new attempt with a new job', async () => {
    const refund = await refundOfCancelledOrder();
    const { id, order_id } = refund;
    await decline(refund);
    expect((await api.get(`/v1/refunds/${id}`)).json()).toMatchObject({
      state: 'FAILED',
      failure_code: 'account_closed',
      failure_message: 'The account is closed.',
      allowed: ['retry', 'record'],
    });
    const answers = await Promise.all(Array.from({ length: 5 }, () => api.post(`/v1/refunds/${id}/retry`)));
    expect(answers.map(({ statusCode }) => statusCode).sort()).toEqual([200, 409, 409, 409, 409]);
    expect((await api.get(`/v1/refunds/${id}`)).json()).toMatchObject({ state: 'PENDING', attempt: 2, allowed: [] });
    const jobs = await api.get(`/v1/jobs?kind=refund.submit&order_id=${order_id}`);
    expect(jobs.json<PageJson<unknown>>().data).toHaveLength(2);
  });

  it('that the gateway declined for good are paid elsewhere and recorded once, which ends them', async () => {
    const refund = await refundOfCancelledOrder();
    const { id, order_id } = refund;
    await decline(refund);
    const body = { reference: 'NEFT N331261234567', reason: 'The card is closed' };
    const record = () => api.post(`/v1/refunds/${id}/record`, body);
    const answers = await Promise.all(Array.from({ length: 5 }, record));
    expect(answers.map(({ statusCode }) => statusCode).sort()).toEqual([200, 409, 409, 409, 409]);
    expect((await api.get(`/v1/refunds/${id}`)).json()).toMatchObject({
      state: 'SUCCEEDED',
      elsewhere_reference: body.reference,
      gateway_reference: null,
      failure_code: null,
      allowed: [],
    });
    const trail = (await api.get(`/v1/orders/${order_id}/transitions`)).json<PageJson<{ reason: string | null }>>();
    expect(trail.data.map(({ reason }) => reason)).toContain('NEFT N331261234567: The card is closed');
    const statement = await api.get(`/v1/orders/${order_id}/ledger`);
    const { accounts } = statement.json<{ accounts: { account: string; balance_minor: number }[] }>();
    const balances = Object.fromEntries(accounts.map(({ account, balance_minor }) => [account, balance_minor]));
    expect(balances).toMatchObject({ refunds_payable: 0, 'cash:elsewhere': 0 });
    expect((await api.post(`/v1/refunds/${id}/retry`)).statusCode).toBe(409);
  });

  it.each([
    [{}, 'reference'],
    [{ reference: '' }, 'reference'],
    [{ reference: '  ' }, 'reference'],
    [{ reference: 'x'.repeat(201) }, 'reference'],
    [{ reference: 'NEFT 1', amount_minor: 5 }, 'amount_minor'],
  ])('are not recorded as paid by %j, which changes nothing', async (body, field) => {
    const refund = await refundOfCancelledOrder();
    await decline(refund);
    const answer = await api.post(`/v1/refunds/${refund.id}/record`, body);
    expect(answer.statusCode).toBe(400);
    const fields = answer.json<ProblemJson>().errors?.map((each) => each.field);
    expect([...new Set(fields)]).toEqual([field]);
    expect((await api.get(`/v1/refunds/${refund.id}`)).json()).toMatchObject({ state: 'FAILED' });
  });

  it('are not recorded as paid elsewhere while the gateway may pay them yet', async () => {
    const refund = await refundOfCancelledOrder();
    const record = () => api.post(`/v1/refunds/${refund.id}/record`, { reference: 'NEFT 1' });
    expect((await record()).json<ProblemJson>()).toMatchObject({ code: 'refund.illegal_transition', from: 'PENDING' });
    await settle(refund.order_id, { type: 'submit_refund', refundId: refund.id });
    expect((await record()).json<ProblemJson>()).toMatchObject({
      code: 'refund.illegal_transition',
      from: 'SUBMITTED',
    });
  });

  it('are not sent again while they are pending', async () => {
    const { id } = await refundOfCancelledOrder();
    const answer = await api.post(`/v1/refunds/${id}/retry`);
    expect(answer.statusCode).toBe(409);
    expect(answer.json<ProblemJson>()).toMatchObject({ code: 'refund.illegal_transition', from: 'PENDING' });
  });
});

describe('jobs', () => {
  interface JobJson {
    readonly id: number;
    readonly kind: string;
    readonly state: string;
    readonly attempts: number;
  }
  const jobOf = async (order: OrderJson): Promise<JobJson> => {
    const [job] = (await api.get(`/v1/jobs?order_id=${order.id}`)).json<PageJson<JobJson>>().data;
    if (!job) throw new Error('the order has no job');
    return job;
  };
  const become = (id: number, state: string) =>
    api.database.pool.query(`UPDATE jobs SET state = $2, attempts = 12, last_error = 'no route' WHERE id = $1`, [
      id,
      state,
    ]);

  it('are listed by state, kind and order, and read one by one', async () => {
    const order = await deliveredOrder(api);
    const job = await jobOf(order);
    expect(job).toMatchObject({ kind: 'invoice.render', subject_id: order.invoice?.id, state: 'READY', attempts: 0 });
    expect((await api.get(`/v1/jobs/${job.id}`)).json()).toEqual(job);
    await become(job.id, 'DEAD');
    const ids = async (query: string) =>
      (await api.get(`/v1/jobs?${query}`)).json<PageJson<JobJson>>().data.map(({ id }) => id);
    expect(await ids('state=DEAD')).toEqual([job.id]);
    expect(await ids('state=DEAD&kind=refund.submit')).toEqual([]);
    for (const query of ['state=LOST', 'kind=tea.make', 'order_id=0', 'order_id=x']) {
      expect((await api.get(`/v1/jobs?${query}`)).statusCode, query).toBe(400);
    }
  });

  it.for(['DEAD', 'READY'])('that are %s run again from their first attempt', async (state) => {
    const { id } = await jobOf(await deliveredOrder(api));
    await become(id, state);
    const answer = await api.post(`/v1/jobs/${id}/retry`);
    expect(answer.statusCode).toBe(200);
    expect(answer.json()).toMatchObject({ id, state: 'READY', attempts: 0, last_error: 'no route' });
    expect((await api.get(`/v1/jobs/${id}`)).json()).toMatchObject({ state: 'READY', attempts: 0 });
  });

  it('that can never succeed are dismissed, with who did it and why, and may be run again later', async () => {
    const { id } = await jobOf(await deliveredOrder(api));
    await become(id, 'DEAD');
    const reason = 'The customer has mistyped the address';
    for (const body of [{}, { reason: '' }, { reason: 'x'.repeat(1_001) }]) {
      expect((await api.post(`/v1/jobs/${id}/dismiss`, body)).statusCode).toBe(400);
    }
    const answer = await api.post(`/v1/jobs/${id}/dismiss`, { reason });
    expect(answer.statusCode).toBe(200);
    const dismissed = { id, state: 'DISMISSED', seen_to_by: 'local', seen_to_reason: reason, allowed: ['retry'] };
    expect(answer.json()).toMatchObject(dismissed);
    expect((await api.get(`/v1/jobs/${id}`)).json()).toMatchObject(dismissed);
    const listed = (await api.get('/v1/jobs?state=DISMISSED')).json<PageJson<JobJson>>().data;
    expect(listed).toMatchObject([dismissed]);
    const again = await api.post(`/v1/jobs/${id}/dismiss`, { reason });
    expect(again.json<ProblemJson>()).toMatchObject({ status: 409, code: 'job.not_dismissible', state: 'DISMISSED' });
    expect((await api.post(`/v1/jobs/${id}/retry`)).json()).toMatchObject({ state: 'READY', seen_to_reason: null });
  });

  it.for(['QUEUED', 'RUNNING', 'DONE'])('that are %s are left alone', async (state) => {
    const { id } = await jobOf(await deliveredOrder(api));
    await become(id, state);
    const answer = await api.post(`/v1/jobs/${id}/retry`);
    expect(answer.statusCode).toBe(409);
    expect(answer.json<ProblemJson>()).toMatchObject({ code: 'job.not_retryable', state });
  });
});

describe('the record', () => {
  interface TransitionJson {
    readonly sequence: number;
    readonly event: string;
    readonly hash: string;
  }
  let order: OrderJson;
  let returnId: number;
  beforeAll(async () => {
    order = await deliveredOrder(api);
    returnId = (await requestReturn(api, order, 1)).id;
    await api.post(`/v1/returns/${returnId}/approve`, { reason: 'Looks fair' });
    await moveReturn(api, returnId, 'dispatch', 'receive', 'complete');
  });
  const record = async (url: string) => (await api.get(url)).json<PageJson<TransitionJson>>();
  const EVENTS = ['place', 'pay', 'process', 'ship', 'deliver'];
  const RETURN_EVENTS = ['request', 'approve', 'dispatch', 'receive', 'complete'];

  it('of an order holds every change of it, its returns and refunds, oldest first', async () => {
    const { data, next } = await record(`/v1/orders/${order.id}/transitions`);
    expect(next).toBeNull();
    expect(data.map(({ event }) => event)).toEqual([...EVENTS, ...RETURN_EVENTS, 'create']);
    expect(data.map(({ sequence }) => sequence)).toEqual(data.map((_, index) => index + 1));
    expect(new Set(data.map(({ hash }) => hash)).size).toBe(data.length);
    expect(data[6]).toMatchObject({
      entity_type: 'return',
      entity_id: returnId,
      from_state: 'REQUESTED',
      to_state: 'APPROVED',
      actor: 'local',
      reason: 'Looks fair',
    });
    expect(data[0]).toMatchObject({ entity_type: 'order', from_state: null, to_state: 'PENDING_PAYMENT' });
  });

  it('of a return holds its changes alone', async () => {
    const { data } = await record(`/v1/returns/${returnId}/transitions`);
    expect(data.map(({ event }) => event)).toEqual(RETURN_EVENTS);
  });

  it('is read in pages, each by a cursor of that record alone', async () => {
    const other = await placeOrder(api);
    await moveOrder(api, other.id, 'pay');
    const ofOther = (await record(`/v1/orders/${other.id}/transitions?limit=1`)).next;
    for (const [url, most] of [
      [`/v1/orders/${order.id}/transitions`, 11],
      [`/v1/returns/${returnId}/transitions`, 5],
    ] as const) {
      const first = await record(`${url}?limit=4`);
      expect(first.data).toHaveLength(4);
      const rest = await record(`${url}?limit=200&after=${first.next}`);
      expect(rest.data).toHaveLength(most - 4);
      expect(rest.next).toBeNull();
      for (const query of [`after=${ofOther}`, 'after=4', 'after=9007199254740993', 'after=x', 'limit=0']) {
        expect((await api.get(`${url}?${query}`)).statusCode, query).toBe(400);
      }
    }
  });
});
