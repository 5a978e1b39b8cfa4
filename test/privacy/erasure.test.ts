import type { OrderCommand } from '../../src/domain/commands.ts';
import { readdir, readFile } from 'node:fs/promises';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createPaperRenderer } from '../../src/invoices/pdf/renderer.ts';
import { erasePaper } from '../../src/jobs/handlers/erase-paper.ts';
import { emailPaper } from '../../src/jobs/handlers/email-paper.ts';
import { CREDIT_NOTES, INVOICES } from '../../src/jobs/handlers/papers.ts';
import { renderPaper } from '../../src/jobs/handlers/render-paper.ts';
import { createMailer } from '../../src/platform/mail.ts';
import { IdleCustomers, removeOldDeliveries } from '../../src/privacy/retention.ts';
import { auditOf } from '../support/audit.ts';
import { useApi } from '../support/api.ts';
import { useJobs } from '../support/jobs.ts';
import {
  deliveredOrder,
  moveReturn,
  newOrder,
  placeOrder,
  requestReturn,
  type OrderJson,
  type ProblemJson,
} from '../support/shop/shop.ts';

const api = useApi({ rateLimitPerSecond: 1_000 });
const jobs = useJobs(api.database);
const renderer = createPaperRenderer({ threads: 1 });
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'erasure '));
});
afterAll(async () => {
  await renderer.close();
  await rm(folder, { recursive: true });
});

const CUSTOMER = 'canary-customer';
const EMAIL = 'canary.person@example.com';
const REASON = 'canary reason: my daughter Asha grew out of it';
/** Of means of payment, and in what staff and gateways write freely. */
const TOKEN = 'pm_canaryToken';
const UPI_ADDRESS = 'canary.asha@okbank';
const BANK_TRANSFER = 'NEFT canary Asha';
const METHOD = 'canary card of Asha';
const DECLINE = 'canary decline: insufficient funds of Asha';
const RESOLUTION = 'canary resolution: Asha called';
const JOB_ERROR = 'canary error: refused for Asha';
const OF_PAYMENTS = [TOKEN, UPI_ADDRESS, BANK_TRANSFER, METHOD, DECLINE, RESOLUTION, JOB_ERROR];
const GATEWAY_REFERENCE = 'pi_of_the_gateway';
const CANARIES = [CUSTOMER, EMAIL, 'canary reason', 'Canary Person', 'Canary Street'];
const PARTY = { name: 'Canary Person', address_lines: ['1 Canary Street'], city: 'Pune', country_code: 'IN' };

/** Everything that the database holds, as text, table by table. */
async function dump(): Promise<string> {
  const client = new pg.Client(api.database.url);
  await client.connect();
  try {
    const { rows: tables } = await client.query<{ name: string }>(
      `SELECT quote_ident(schemaname) || '.' || quote_ident(tablename) AS name FROM pg_tables
       WHERE schemaname NOT IN ('pg_catalog', 'information_schema')`,
    );
    const texts: string[] = [];
    for (const { name } of tables) {
      const { rows } = await client.query<{ text: string | null }>(
        `SELECT string_agg(each::text, E'\\n') AS text FROM ${name} AS each`,
      );
      texts.push(`${name}: ${rows[0]?.text ?? ''}`);
    }
    return texts.join('\n');
  } finally {
    await client.end();
  }
}

async function filesIn(name: string): Promise<string[]> {
  const directory = join(folder, name);
  return (await readdir(directory)).map((file) => join(directory, file));
}

const work = (mailFrom = 'shop@shop.example') => {
  const { pool } = api.database;
  const engine = api.engine;
  const outputDirectory = join(folder, 'invoices');
  const mailer = createMailer({ smtpUrl: undefined, outputDirectory: join(folder, 'mail'), from: mailFrom });
  const paper = { engine, reads: pool, renderer, outputDirectory };
  return jobs.start({
    'invoice.render': renderPaper(INVOICES, paper),
    'invoice.email': emailPaper(INVOICES, { ...paper, mailer, mailFrom }),
    'invoice.erase': erasePaper(INVOICES, { ...paper, mailer }),
    'credit_note.render': renderPaper(CREDIT_NOTES, paper),
    'credit_note.email': emailPaper(CREDIT_NOTES, { ...paper, mailer, mailFrom }),
    'credit_note.erase': erasePaper(CREDIT_NOTES, { ...paper, mailer }),
  });
};

/** Each that no gateway has paid, once nothing is under way any more: sent, and then ended by what the gateway says. */
async function endRefunds(answerTo: (refundId: number) => OrderCommand): Promise<readonly number[]> {
  await jobs.allEnded();
  const { rows } = await api.database.pool.query<{ id: number }>(`SELECT id FROM refunds WHERE state <> 'SUCCEEDED'`);
  for (const { id: refundId } of rows) {
    for (const command of [{ type: 'submit_refund', refundId } as const, answerTo(refundId)]) {
      await api.engine.execute({ intent: { kind: 'change', target: { refundId }, command }, actor: 'test' });
    }
  }
  return rows.map(({ id }) => id);
}

const settleRefunds = () => endRefunds((refundId) => ({ type: 'settle_refund', refundId, gatewayReference: 're_1' }));

/** A payment that its gateway declines and one that it captures, then one captured elsewhere: by what tells who paid. */
async function payInParts(orderId: number): Promise<void> {
  const { pool } = api.database;
  const through = { amount_minor: 100, method: METHOD, gateway: 'local', payment_token: TOKEN };
  const paid = async (fields: object, key: string) => {
    const answer = await api.post(`/v1/orders/${orderId}/payments`, fields, { 'idempotency-key': key });
    expect(answer.statusCode, answer.body).toBe(201);
    const { rows } = await pool.query<{ id: number }>('SELECT max(id) AS id FROM payments WHERE order_id = $1', [
      orderId,
    ]);
    return rows[0]?.id ?? 0;
  };
  const [declined, captured] = [await paid(through, 'canary-declined'), await paid(through, 'canary-captured')];
  const commands = [
    { type: 'fail_payment', paymentId: declined, failureCode: 'declined', failureMessage: DECLINE },
    { type: 'capture_payment', paymentId: captured, gatewayReference: GATEWAY_REFERENCE },
  ] as const;
  for (const command of commands) {
    await api.engine.execute({ intent: { kind: 'change', target: { orderId }, command }, actor: 'test' });
  }
  const { outstanding_minor: rest } = (await api.get(`/v1/orders/${orderId}`)).json<{ outstanding_minor: number }>();
  await paid({ amount_minor: rest, method: METHOD, reference: UPI_ADDRESS }, 'canary-elsewhere');
  // As one that the version before has left.
  await pool.query('UPDATE payments SET token = $2 WHERE id = $1', [declined, TOKEN]);
}

/** The gateway declines every refund, and each is paid some other way. */
async function recordRefundsElsewhere(): Promise<void> {
  const declined = { type: 'fail_refund', attempt: 1, failureCode: 'declined', failureMessage: DECLINE } as const;
  for (const refundId of await endRefunds((id) => ({ ...declined, refundId: id }))) {
    const headers = { 'idempotency-key': `canary-refund-${refundId}` };
    const recorded = await api.post(`/v1/refunds/${refundId}/record`, { reference: BANK_TRANSFER }, headers);
    expect(recorded.statusCode, recorded.body).toBe(200);
  }
  await jobs.allEnded();
}

/** A difference that a person has resolved, and a job that nobody got done. */
async function differAndDie(orderId: number): Promise<void> {
  const { pool } = api.database;
  const { rows } = await pool.query<{ id: number }>(
    `INSERT INTO reconciliation_differences (gateway, kind, subject, order_id, gateway_reference)
     VALUES ('local', 'amounts_differ', 'payment', $1, $2) RETURNING id`,
    [orderId, GATEWAY_REFERENCE],
  );
  const url = `/v1/reconciliation/differences/${rows[0]?.id}/resolve`;
  const resolved = await api.post(url, { reason: RESOLUTION }, { 'idempotency-key': 'canary-difference' });
  expect(resolved.statusCode, resolved.body).toBe(200);
  await pool.query(
    `INSERT INTO jobs (order_id, kind, subject_id, state, last_error) VALUES ($1, 'payment.inquire', $1, 'DEAD', $2)`,
    [orderId, JOB_ERROR],
  );
}

const totals = async () => {
  const { rows } = await api.database.pool.query<Record<string, unknown>>(
    `SELECT (SELECT sum(total_minor) FROM orders) AS orders, (SELECT sum(amount_minor) FROM refunds) AS refunds,
            (SELECT sum((snapshot ->> 'totalMinor')::bigint) FROM invoices) AS invoices,
            (SELECT array_agg(number ORDER BY number) FROM invoices) AS numbers`,
  );
  return rows;
};

describe('a customer who is erased', () => {
  let order: OrderJson;

  it('is all over the place before', async () => {
    const person = { customer_id: CUSTOMER, customer_email: EMAIL, bill_to: PARTY, ship_to: PARTY };
    const headers = { 'idempotency-key': 'canary-order' };
    await api.post('/v1/orders', newOrder({ ...person, order_number: 'WEB-CANARY' }), headers);
    const { rows } = await api.database.pool.query<{ id: number }>(
      `SELECT id FROM orders WHERE order_number = 'WEB-CANARY'`,
    );
    const id = rows[0]?.id ?? 0;
    await payInParts(id);
    for (const event of ['process', 'ship', 'deliver']) {
      const moved = await api.post(`/v1/orders/${id}/${event}`, { reason: REASON });
      expect(moved.statusCode).toBe(200);
      order = moved.json<OrderJson>();
    }
    // By the customer: what is kept of whoever calls is of a person then.
    const { token } = (await api.post('/v1/customer-tokens', { customer_id: CUSTOMER })).json<{ token: string }>();
    const own = { authorization: `Bearer ${token}`, 'idempotency-key': 'canary-return' };
    const asked = { reason: REASON, items: [{ order_item_id: order.items[0]?.id, quantity: 1 }] };
    const part = (await api.post(`/v1/orders/${order.id}/returns`, asked, own)).json<{ id: number }>();
    const again = await api.post(`/v1/orders/${order.id}/returns`, asked, own);
    expect(again.headers['idempotency-replayed']).toBe('true');
    const { rows: kept } = await api.database.pool.query(
      `SELECT (SELECT count(*) FROM idempotency_keys WHERE caller LIKE 'customer:%') AS answers,
              (SELECT count(*) FROM rate_buckets WHERE name LIKE 'caller customer:%') AS buckets`,
    );
    expect(kept).toEqual([{ answers: 1, buckets: 1 }]);
    await api.post(`/v1/returns/${part.id}/approve`, { reason: REASON });
    await moveReturn(api, part.id, 'dispatch', 'receive', 'complete');
    await work();
    await recordRefundsElsewhere();
    await differAndDie(id);
    const { rows: died } = await api.database.pool.query<{ id: number }>(
      `UPDATE jobs SET state = 'DEAD' WHERE order_id = $1 AND kind = 'invoice.render' RETURNING id`,
      [id],
    );
    expect((await api.post(`/v1/jobs/${died[0]?.id ?? 0}/dismiss`, { reason: REASON })).statusCode).toBe(200);
    const held = await dump();
    const planted = [CUSTOMER, EMAIL, 'canary reason', 'Canary Person', ...OF_PAYMENTS, GATEWAY_REFERENCE];
    for (const canary of planted) expect(held).toContain(canary);
    // An invoice's and a credit note's.
    expect(await filesIn('mail')).toHaveLength(2);
  });

  it('can have all of it first, order by order', async () => {
    const answer = await api.get(`/v1/customers/export?customer_id=${CUSTOMER}`);
    expect(answer.statusCode).toBe(200);
    for (const canary of CANARIES) expect(answer.body).toContain(canary);
    const { data } = answer.json<{ data: { transitions: object[] }[] }>();
    expect(data).toHaveLength(1);
    expect(data[0]?.transitions.length).toBeGreaterThan(9);
    const nobody = await api.get('/v1/customers/export?customer_id=nobody');
    expect(nobody.json<ProblemJson>().code).toBe('customer.not_found');
  });

  it('is not erased while an order of theirs is not through', async () => {
    const open = await placeOrder(api, { customer_id: CUSTOMER });
    const answer = await api.post('/v1/customers/erase', { customer_id: CUSTOMER });
    expect(answer.json<ProblemJson>()).toMatchObject({
      status: 409,
      code: 'customer.work_under_way',
      order_ids: [open.id],
    });
    expect((await api.get(`/v1/orders/${order.id}`)).body).toContain(EMAIL);
    await api.post(`/v1/orders/${open.id}/cancel`);
  });

  it('is gone from rows, record, events, kept answers, papers and mails; no amount has changed', async () => {
    const before = await totals();
    const answers = await Promise.all(
      Array.from({ length: 5 }, () => api.post('/v1/customers/erase', { customer_id: CUSTOMER })),
    );
    expect(answers.map(({ statusCode }) => statusCode).toSorted()).toEqual([200, 404, 404, 404, 404]);
    const done = answers.find(({ statusCode }) => statusCode === 200)?.json<{ pseudonym: string }>();
    expect(done).toMatchObject({ orders: 2, invoices: 1, kept_reasons: 0 });
    // The shop sends from another domain by now.
    await work('shop@renamed.example');
    await jobs.allEnded();

    const held = await dump();
    // The paper's parties are what tax law wants on it; all else is gone.
    const snapshotless = held.replaceAll(/^public\.(invoices|credit_notes): .*$/gm, '');
    for (const canary of CANARIES) expect(snapshotless).not.toContain(canary);
    for (const canary of OF_PAYMENTS) expect(held).not.toContain(canary);
    // What the gateway's books are compared by.
    expect(held).toContain(GATEWAY_REFERENCE);
    for (const canary of [CUSTOMER, EMAIL, 'canary reason']) expect(held).not.toContain(canary);
    expect(await totals()).toEqual(before);

    for (const url of [
      `/v1/orders/${order.id}`,
      '/v1/events?limit=200',
      `/v1/orders/${order.id}/transitions`,
      '/v1/returns',
      '/v1/refunds',
      '/v1/jobs',
      '/v1/reconciliation/differences',
    ]) {
      const { body } = await api.get(url);
      for (const canary of [...CANARIES, ...OF_PAYMENTS]) expect(body, url).not.toContain(canary);
    }
    expect((await api.get(`/v1/orders/${order.id}`)).json()).toMatchObject({ customer_id: done?.pseudonym });
    expect(await filesIn('mail')).toEqual([]);
    for (const file of await filesIn('invoices')) expect((await readFile(file)).includes(EMAIL)).toBe(false);
  });

  it('leaves a record that is whole, and that still shows what is changed', async () => {
    expect((await auditOf(api.database.url)).broken).toBeUndefined();
    const { pool } = api.database;
    const refused = /append-only/;
    await expect(pool.query(`UPDATE state_transitions SET reason = 'another'`)).rejects.toThrow(refused);
    await expect(
      pool.query(`UPDATE state_transitions SET actor = 'another', reason = NULL, reason_salt = NULL`),
    ).rejects.toThrow(refused);
    await expect(pool.query(`UPDATE invoices SET snapshot = jsonb_set(snapshot, '{totalMinor}', '1')`)).rejects.toThrow(
      refused,
    );
    await expect(pool.query(`DELETE FROM customer_erasures`)).rejects.toThrow(refused);
    await pool.query('ALTER TABLE state_transitions DISABLE TRIGGER state_transitions_unchanged');
    await pool.query(`UPDATE state_transitions SET reason_commitment = '\\x00' WHERE reason_commitment IS NOT NULL`);
    await pool.query('ALTER TABLE state_transitions ENABLE TRIGGER state_transitions_unchanged');
    expect((await auditOf(api.database.url)).broken?.problem).toBe('it was changed after it was written');
  });

  it('gets the same answer to a key of theirs, without what it said of them', async () => {
    const person = { customer_id: CUSTOMER, customer_email: EMAIL, bill_to: PARTY, ship_to: PARTY };
    const headers = { 'idempotency-key': 'canary-order' };
    const again = await api.post('/v1/orders', newOrder({ ...person, order_number: 'WEB-CANARY' }), headers);
    expect(again.headers['idempotency-replayed']).toBe('true');
    expect(again.json()).toMatchObject({ id: order.id, customer_email: null });
    for (const canary of CANARIES) expect(again.body).not.toContain(canary);
  });
});

describe('a retention rule', () => {
  const age = (id: number) =>
    api.database.pool.query(
      `UPDATE orders SET created_at = now() - interval '400 days', updated_at = now() - interval '400 days' WHERE id = $1`,
      [id],
    );

  it('erases who has had nothing to do with the shop for so long, and nobody else', async () => {
    const idle = await deliveredOrder(api, { customer_id: 'idle', customer_email: EMAIL });
    const busy = [
      await deliveredOrder(api, { customer_id: 'busy' }),
      await deliveredOrder(api, { customer_id: 'busy' }),
    ];
    const waiting = await placeOrder(api, { customer_id: 'waiting' });
    await jobs.start({});
    await settleRefunds();
    for (const { id } of [idle, busy[0] ?? idle, waiting]) await age(id);
    const rule = new IdleCustomers(api.database.pool, 365);
    expect(await rule.eraseSome()).toBe(1);
    expect(await rule.eraseSome()).toBe(0);
    expect((await api.get(`/v1/orders/${idle.id}`)).json()).toMatchObject({
      customer_id: expect.stringMatching(/^erased-/) as unknown,
      customer_email: null,
    });
    expect((await api.get('/v1/orders?customer_id=busy')).json<{ data: unknown[] }>().data).toHaveLength(2);
    expect((await api.get('/v1/orders?customer_id=waiting')).json<{ data: unknown[] }>().data).toHaveLength(1);
  });

  it('passes by those who have something open, however many and however long', async () => {
    const open = await Promise.all(
      Array.from({ length: 25 }, (_, index) => deliveredOrder(api, { customer_id: `returning-${index}` })),
    );
    for (const order of open) {
      const { id } = await requestReturn(api, order, 1);
      await moveReturn(api, id, 'approve');
    }
    const behind = await deliveredOrder(api, { customer_id: 'behind-them' });
    const twice = await deliveredOrder(api, { customer_id: 'behind-them' });
    await jobs.start({});
    await jobs.allEnded();
    // In their order, more than one page of it, and the one who may go behind all of them.
    await api.database.pool.query(
      `INSERT INTO orders (order_number, customer_id, currency, state, total_minor, placed_at, created_at, updated_at)
       SELECT 'OPEN-' || n, 'open-' || n, 'INR', 'PAID', 0, now(), now() - interval '500 days', now() - interval '500 days'
       FROM generate_series(1, 150) AS n`,
    );
    for (const { id } of [...open, behind, twice]) await age(id);
    const rule = new IdleCustomers(api.database.pool, 365);
    expect(await rule.eraseSome()).toBe(1);
    expect(await rule.eraseSome()).toBe(0);
    expect((await api.get('/v1/orders?customer_id=behind-them')).json<{ data: unknown[] }>().data).toEqual([]);
    // It begins anew, and those who are through by then go as well.
    const [returning] = open;
    await api.database.pool.query(`UPDATE returns SET state = 'REJECTED' WHERE order_id = $1`, [returning?.id]);
    await age(returning?.id ?? 0);
    expect(await rule.eraseSome()).toBe(1);
  });

  it('removes webhook deliveries that were through long ago, whenever they were made, with what was answered', async () => {
    const made = await api.post('/v1/webhook-endpoints', { url: 'https://hooks.shop.example/' });
    const { id } = made.json<{ id: number }>();
    const ids: number[] = [];
    for (let count = 0; count < 4; count += 1) {
      ids.push((await api.post(`/v1/webhook-endpoints/${id}/test`)).json<{ id: number }>().id);
    }
    await api.database.pool.query(
      `UPDATE webhook_deliveries SET created_at = now() - interval '40 days',
              updated_at = now() - CASE WHEN id = $3 THEN interval '20 days' ELSE interval '31 days' END,
              state = CASE WHEN id = $1 THEN 'PENDING' ELSE 'SUCCEEDED' END WHERE id = ANY ($2::bigint[])`,
      [ids[0], ids.slice(0, 3), ids[2]],
    );
    expect(await removeOldDeliveries(api.database.pool, 30)).toBe(1);
    const left = await api.get(`/v1/webhook-deliveries?endpoint_id=${id}`);
    expect(
      left
        .json<{ data: { id: number }[] }>()
        .data.map((each) => each.id)
        .toSorted(),
    ).toEqual([ids[0], ids[2], ids[3]].toSorted());
  });
});
