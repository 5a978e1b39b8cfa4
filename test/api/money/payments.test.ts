import { describe, expect, it } from 'vitest';
import { useApi } from '../../support/api.ts';
import {
  deliveredOrder,
  moveOrder,
  moveReturn,
  placeOrder,
  requestReturn,
  type ProblemJson,
} from '../../support/shop/shop.ts';

const api = useApi();

interface PaidJson {
  readonly id: number;
  readonly state: string;
  readonly outstanding_minor: number;
  readonly payments: readonly { readonly id: number; readonly amount_minor: number; readonly refunded_minor: number }[];
  readonly refunds: readonly { readonly payment_id: number; readonly amount_minor: number; readonly cause: string }[];
  readonly returns: readonly { readonly refund_due: RefundDueJson | null; readonly refund_ids: readonly number[] }[];
  readonly credit_notes: readonly { readonly number: string; readonly total_minor: number }[];
}

interface RefundDueJson {
  readonly total_minor: number;
  readonly deductions: readonly { readonly kind: string; readonly amount_minor: number }[];
}

const read = async (id: number) => (await api.get(`/v1/orders/${id}`)).json<PaidJson>();

/** KURTA 5 x 1,299.00 and SCARF 2 x 499.50: 7,494.00. */
const TOTAL = 749_400;

describe('payments', () => {
  it('cover an order in parts, each safe to send again, and pay it with the last', async () => {
    const { id } = await placeOrder(api);
    const first = { amount_minor: 500_000, method: 'upi', reference: 'till-1' };
    const answers = await Promise.all(
      Array.from({ length: 5 }, () => api.post(`/v1/orders/${id}/payments`, first, { 'idempotency-key': `pay-${id}` })),
    );
    expect(new Set(answers.map(({ statusCode, body }) => `${statusCode} ${body}`)).size).toBe(1);
    expect(answers[0]?.json()).toMatchObject({
      state: 'CAPTURED',
      method: 'upi',
      refundable_minor: 500_000,
      allowed: [],
    });
    expect(await read(id)).toMatchObject({ state: 'PENDING_PAYMENT', outstanding_minor: TOTAL - 500_000 });

    const tooMuch = await api.post(`/v1/orders/${id}/payments`, { amount_minor: TOTAL });
    expect(tooMuch.statusCode).toBe(409);
    expect(tooMuch.json<ProblemJson>()).toMatchObject({
      code: 'payment.exceeds_outstanding',
      errors: [{ field: 'amount_minor' }],
      outstanding_minor: TOTAL - 500_000,
    });
    const last = await api.post(`/v1/orders/${id}/payments`, { amount_minor: TOTAL - 500_000 });
    expect(last.statusCode).toBe(201);
    const payment = last.json<{ id: number }>();
    expect((await api.get(`/v1/payments/${payment.id}`)).json()).toEqual(payment);
    expect(await read(id)).toMatchObject({ state: 'PAID', outstanding_minor: 0 });
  });

  it('at once never come to more than is owed', async () => {
    const { id } = await placeOrder(api);
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => api.post(`/v1/orders/${id}/payments`, { amount_minor: 300_000 })),
    );
    expect(answers.map(({ statusCode }) => statusCode).sort()).toEqual([201, 201, 409, 409, 409, 409, 409, 409]);
  });

  it.each([
    ['nothing', { amount_minor: 0 }, 400, 'amount_minor'],
    ['less than nothing', { amount_minor: -1 }, 400, 'amount_minor'],
    ['a fraction', { amount_minor: 1.5 }, 400, 'amount_minor'],
    ['more than can be counted', { amount_minor: 2 ** 53 }, 400, 'amount_minor'],
    ['another currency', { amount_minor: 1, currency: 'EUR' }, 422, 'currency'],
    ['a gateway without a token', { amount_minor: 1, gateway: 'stripe' }, 400, 'payment_token'],
    ['a token without a gateway', { amount_minor: 1, payment_token: 'pm_1' }, 400, 'payment_token'],
    ['a gateway that is not there', { amount_minor: 1, gateway: 'razorpay', payment_token: 'x' }, 422, 'gateway'],
  ])('of %s are refused, naming the field, and nothing is written', async (_, body, status, field) => {
    const { id, version } = await placeOrder(api);
    const answer = await api.post(`/v1/orders/${id}/payments`, body);
    expect(answer.statusCode).toBe(status);
    expect(answer.json<ProblemJson>().errors?.map((error) => error.field)).toEqual([field]);
    expect((await api.get(`/v1/orders/${id}`)).json()).toMatchObject({ version, payments: [] });
  });
});

describe('an authorised payment', () => {
  async function authorised(): Promise<{ orderId: number; paymentId: number }> {
    const { id: orderId } = await placeOrder(api);
    const body = { amount_minor: 500_000, gateway: 'local', payment_token: 'token', capture: false };
    const { id: paymentId } = (await api.post(`/v1/orders/${orderId}/payments`, body)).json<{ id: number }>();
    const command = { type: 'authorise_payment', paymentId, gatewayReference: `pay_${paymentId}` } as const;
    await api.engine.execute({ intent: { kind: 'change', target: { orderId }, command }, actor: 'test' });
    return { orderId, paymentId };
  }
  const capture = (paymentId: number, body: object) => api.post(`/v1/payments/${paymentId}/capture`, body);

  it('is captured in part: what is asked for is shown, and what is not is outstanding again', async () => {
    const { orderId, paymentId } = await authorised();
    const asked = await capture(paymentId, { amount_minor: 300_000 });
    expect(asked.statusCode).toBe(200);
    expect(asked.json()).toMatchObject({
      state: 'AUTHORISED',
      intent: 'capture',
      amount_minor: 500_000,
      capture_minor: 300_000,
      captured_minor: 0,
      allowed: ['void'],
    });
    expect(await read(orderId)).toMatchObject({ outstanding_minor: TOTAL - 300_000 });
    const other = await capture(paymentId, {});
    expect(other.json()).toMatchObject({ code: 'payment.in_progress', intent: 'capture' });

    const command = { type: 'capture_payment', paymentId, gatewayReference: `pay_${paymentId}` } as const;
    await api.engine.execute({ intent: { kind: 'change', target: { orderId }, command }, actor: 'test' });
    expect((await api.get(`/v1/payments/${paymentId}`)).json()).toMatchObject({
      state: 'CAPTURED',
      captured_minor: 300_000,
      refundable_minor: 300_000,
    });
  });

  it.each([
    ['more than was authorised', 500_001, 409, 'payment.exceeds_authorised'],
    ['nothing', 0, 400, 'request.invalid'],
    ['a fraction', 1.5, 400, 'request.invalid'],
  ])('is not captured for %s, and nothing is written', async (_, amount_minor, status, code) => {
    const { paymentId } = await authorised();
    const answer = await capture(paymentId, { amount_minor });
    expect(answer.statusCode).toBe(status);
    expect(answer.json<ProblemJson>()).toMatchObject({ code, errors: [{ field: 'amount_minor' }] });
    expect((await api.get(`/v1/payments/${paymentId}`)).json()).toMatchObject({ intent: null, capture_minor: null });
  });
});

describe('money that goes back', () => {
  it('goes to the payments that it came by, newest first, and a return may have several refunds', async () => {
    const { id } = await placeOrder(api);
    for (const amount_minor of [600_000, TOTAL - 600_000])
      await api.post(`/v1/orders/${id}/payments`, { amount_minor });
    await moveOrder(api, id, 'process', 'ship', 'deliver');
    const order = await api.get(`/v1/orders/${id}`);
    const [kurta] = order.json<{ items: { id: number }[] }>().items;
    const asked = { items: [{ order_item_id: kurta?.id, quantity: 2 }] };
    const preview = await api.post(`/v1/orders/${id}/returns/preview`, asked);
    expect(preview.json<RefundDueJson>().total_minor).toBe(259_800);
    const created = await api.post(`/v1/orders/${id}/returns`, { ...asked, reason: 'Too small' });
    const { id: returnId, refund_due: due } = created.json<{ id: number; refund_due: RefundDueJson }>();
    expect(due).toEqual(preview.json());
    await moveReturn(api, returnId, 'approve', 'dispatch', 'receive');
    const done = await api.post(`/v1/returns/${returnId}/complete`, { restocking_fee_minor: 9_800 });
    expect(done.json<{ refund_due: RefundDueJson }>().refund_due).toMatchObject({
      total_minor: 250_000,
      deductions: [{ kind: 'restocking_fee', amount_minor: 9_800 }],
    });
    const after = await read(id);
    const [older, newer] = after.payments.map((payment) => payment.id);
    expect(after.refunds.map(({ payment_id, amount_minor }) => [payment_id, amount_minor])).toEqual([
      [newer, TOTAL - 600_000],
      [older, 250_000 - (TOTAL - 600_000)],
    ]);
    expect(after.returns[0]?.refund_ids).toHaveLength(2);
    expect(after.outstanding_minor).toBe(0);
    expect(after.credit_notes).toMatchObject([{ total_minor: 250_000 }]);
    expect(after.credit_notes[0]?.number).toMatch(/^CRN\d{4}\/\d{8}$/);
  });

  it('is never more than is left, however many ask at once', async () => {
    const { id } = await deliveredOrder(api);
    const body = { amount_minor: 200_000, reason: 'A dent' };
    const answers = await Promise.all(Array.from({ length: 6 }, () => api.post(`/v1/orders/${id}/refunds`, body)));
    expect(answers.map(({ statusCode }) => statusCode).sort()).toEqual([201, 201, 201, 409, 409, 409]);
    const refused = answers.find(({ statusCode }) => statusCode === 409)?.json<ProblemJson>();
    expect(refused).toMatchObject({ code: 'refund.exceeds_captured', errors: [{ field: 'amount_minor' }] });
  });

  it('is refused where more is kept back than is due', async () => {
    const order = await deliveredOrder(api);
    const { id: returnId } = await requestReturn(api, order, 1);
    await moveReturn(api, returnId, 'approve', 'dispatch', 'receive');
    const answer = await api.post(`/v1/returns/${returnId}/complete`, {
      deductions: [{ description: 'Worn', amount_minor: 129_901 }],
    });
    expect(answer.statusCode).toBe(422);
    expect(answer.json()).toMatchObject({ code: 'return.deductions_exceed_due', due_minor: 129_900 });
    expect((await api.get(`/v1/returns/${returnId}`)).json()).toMatchObject({ state: 'RECEIVED' });
  });

  it('has credit notes numbered without a gap, under races', async () => {
    const orders = await Promise.all(Array.from({ length: 5 }, () => deliveredOrder(api)));
    await Promise.all(
      orders.map(({ id }) => api.post(`/v1/orders/${id}/refunds`, { amount_minor: 1_000, reason: 'A dent' })),
    );
    const { rows } = await api.database.pool.query<{ sequence_number: number }>(
      'SELECT sequence_number FROM credit_notes ORDER BY sequence_number',
    );
    expect(rows.map((row) => row.sequence_number)).toEqual(rows.map((_, index) => index + 1));
  });
});

describe('the ledger', () => {
  it('says what happened to an order, and balances', async () => {
    const { id } = await deliveredOrder(api);
    await api.post(`/v1/orders/${id}/refunds`, { amount_minor: 1_000, reason: 'A dent' });
    const statement = (await api.get(`/v1/orders/${id}/ledger`)).json<{
      accounts: { account: string; balance_minor: number }[];
      entries: { cause: string; amount_minor: number }[];
    }>();
    const balances = Object.fromEntries(statement.accounts.map((each) => [each.account, each.balance_minor]));
    expect(balances).toEqual({
      'cash:elsewhere': TOTAL,
      receivable: 0,
      revenue: -TOTAL,
      allowances: 1_000,
      refunds_payable: -1_000,
    });
    expect([...new Set(statement.entries.map(({ cause }) => cause))]).toEqual([
      'order.pay',
      'order.ship',
      'refund.create',
    ]);
    const { currencies } = (await api.get('/v1/ledger/trial-balance')).json<{
      currencies: { currency: string; balance_minor: number; debit_minor: number }[];
    }>();
    expect(currencies).toHaveLength(1);
    expect(currencies[0]).toMatchObject({ currency: 'INR', balance_minor: 0 });
    expect(currencies[0]?.debit_minor).toBeGreaterThan(0);
  });

  it('is exported for a period as CSV, all of it once, and without a formula', async () => {
    const hostile = { order_number: "=cmd|'calc'!A1", customer_id: '@SUM(A1)', customer_email: '+1@shop.example' };
    await deliveredOrder(api, hostile);
    const answer = await api.get('/v1/ledger/export.csv?from=2000-01-01T00:00:00Z&to=2999-01-01T00:00:00Z');
    expect(answer.headers['content-type']).toContain('text/csv');
    const [heading, ...lines] = answer.body.trimEnd().split('\r\n');
    expect(heading).toBe(
      'created_at,transaction_id,line,order_id,account,debit_minor,credit_minor,currency,cause,cause_id',
    );
    const { rows } = await api.database.pool.query<{ entries: number }>(
      'SELECT count(*) AS entries FROM ledger_entries',
    );
    expect(lines).toHaveLength(rows[0]?.entries ?? Number.NaN);
    for (const cell of answer.body.split(/[\r\n,]+/)) expect(cell).toMatch(/^([^=+\-@\t]|$)/);
    const sum = (column: number) => lines.reduce((total, line) => total + Number(line.split(',')[column]), 0);
    expect(sum(5)).toBe(sum(6));
    const backwards = await api.get('/v1/ledger/export.csv?from=2001-01-01T00:00:00Z&to=2000-01-01T00:00:00Z');
    expect(backwards.statusCode).toBe(400);
  });
});
