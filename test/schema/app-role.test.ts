import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { useApi } from '../support/api.ts';
import { grantAppRole } from '../../src/platform/database/app-role/app-role.ts';
import { roleAbsence, urlAsRole } from '../support/app-role.ts';
import { invite, setUp } from '../support/people.ts';
import { deliveredOrder, moveReturn, requestReturn } from '../support/shop/shop.ts';

const absence = await roleAbsence();
const role = `roundtrip_app_${randomBytes(4).toString('hex')}`;
const DENIED = { code: '42501' };

/**
 * What the role may do with each table there is, in the letters of SQL's own words: select, insert, update, delete; of an
 * update of some columns alone, their names. A table that is not here is one that nobody has thought about.
 */
const MAY: Readonly<Record<string, string>> = {
  api_key_secrets: 'select insert update delete',
  api_keys: 'select insert update',
  credit_note_series: 'select insert update',
  credit_notes: 'select insert update(emailed_at, rendered_at)',
  customer_erasures: 'select insert',
  event_feed: 'select insert update',
  event_feed_progress: 'select insert update',
  familiar_addresses: 'select insert update delete',
  'gateway.events': '',
  'gateway.faults': '',
  'gateway.payment_requests': '',
  'gateway.payments': '',
  'gateway.refunds': '',
  gateway_events: 'select insert update delete',
  idempotency_keys: 'select insert update delete',
  identity_epoch: 'select insert update',
  installation: 'select insert',
  invoice_series: 'select insert update',
  invoices: 'select insert update(emailed_at, rendered_at)',
  jobs: 'select insert update delete',
  ledger_entries: 'select insert',
  one_time_links: 'select insert delete',
  order_items: 'select insert update',
  orders: 'select insert update',
  payments: 'select insert update',
  people:
    'select insert update(disabled_at, disabled_by, last_signed_in_at, password_hash, role, totp_pending, totp_secret, totp_step)',
  rate_buckets: 'select insert update delete',
  reconciliation_differences: 'select insert update',
  reconciliation_turns: 'select insert update',
  recovery_codes: 'select insert delete',
  refunds: 'select insert update',
  return_items: 'select insert update(accepted_quantity)',
  returns: 'select insert update',
  schema_migrations: 'select',
  security_events: 'select insert delete',
  sessions: 'select insert update(last_seen_at) delete',
  sign_in_failures: 'select insert update delete',
  state_transitions: 'select insert',
  token_keys: 'select insert',
  webhook_attempts: 'select insert update',
  webhook_deliveries: 'select insert update delete',
  webhook_endpoint_changes: 'select insert',
  webhook_endpoints: 'select insert update delete',
  webhook_progress: 'select insert update',
};

describe.skipIf(absence)(`the role of web and workers${absence ? ` (left out: ${absence})` : ''}`, () => {
  const api = useApi({ databaseRole: role });
  let client: pg.Client;
  beforeAll(async () => {
    client = new pg.Client(urlAsRole(api.database.url, role));
    await client.connect();
  });
  afterAll(() => client.end());

  /** PostgreSQL says of what is not ours to alter that we are not its owner, under the same code. */
  const refused = (statement: string) => expect(client.query(statement), statement).rejects.toMatchObject(DENIED);

  it('is not made, nor granted anything, where the password that it is to have is none', async () => {
    const other = `${role}_other`;
    await expect(grantAppRole(api.database.url, other, 'hünter2')).rejects.toThrow(RangeError);
    expect((await client.query('SELECT FROM pg_roles WHERE rolname = $1', [other])).rowCount).toBe(0);
    await grantAppRole(api.database.url, role, 'hunter2');
  });

  it('deletes jobs that were done, and none that is still to be done or dead', async () => {
    await deliveredOrder(api);
    const whileItIs = (state: string) => client.query(`UPDATE jobs SET state = $1`, [state]);
    for (const state of ['READY', 'QUEUED', 'RUNNING', 'DEAD']) {
      await whileItIs(state);
      await expect(client.query('DELETE FROM jobs'), state).rejects.toMatchObject({ code: '23001' });
    }
    await whileItIs('DONE');
    expect((await client.query('DELETE FROM jobs')).rowCount).toBeGreaterThan(0);
  });

  it('is enough for all that they do', async () => {
    const order = await deliveredOrder(api, { customer_id: 'least' });
    const part = await requestReturn(api, order, 2);
    await moveReturn(api, part.id, 'approve', 'dispatch', 'receive');
    const accepted = [{ order_item_id: order.items[0]?.id, quantity: 1 }];
    expect((await api.post(`/v1/returns/${part.id}/complete`, { accepted })).statusCode).toBe(200);
    const endpoint = await api.post('/v1/webhook-endpoints', { url: 'https://hooks.shop.example/' });
    const { id } = endpoint.json<{ id: number }>();
    expect((await api.post(`/v1/webhook-endpoints/${id}/test`, {}, { 'idempotency-key': 'least' })).statusCode).toBe(
      201,
    );
    expect((await api.send({ method: 'DELETE', url: `/v1/webhook-endpoints/${id}` })).statusCode).toBe(200);
    await api.database.pool.query(`UPDATE jobs SET state = 'DONE'`);
    await api.database.pool.query(
      `ALTER TABLE state_transitions DISABLE TRIGGER USER; UPDATE refunds SET state = 'SUCCEEDED';
       ALTER TABLE state_transitions ENABLE TRIGGER USER`,
    );
    const erased = await api.post('/v1/customers/erase', { customer_id: 'least' });
    expect(erased.statusCode, erased.body).toBe(200);
    const { person } = await invite(api, await setUp(api), { name: 'Bela', role: 'support' });
    expect(person.role).toBe('support');
    await api.identity.noteUse();
    expect(api.log.filter(({ level }) => level === 'warn' || level === 'error')).toEqual([]);
    expect((await client.query('SELECT current_user AS me')).rows).toEqual([{ me: role }]);
  });

  it.for(['state_transitions', 'ledger_entries', 'webhook_endpoint_changes', 'customer_erasures'])(
    'can neither update nor delete nor empty %s',
    async (table) => {
      const { rows } = await client.query<{ name: string }>(
        `SELECT column_name AS name FROM information_schema.columns WHERE table_name = $1`,
        [table],
      );
      for (const { name } of rows) await refused(`UPDATE ${table} SET ${name} = ${name}`);
      await refused(`DELETE FROM ${table}`);
      await refused(`TRUNCATE ${table}`);
    },
  );

  it('may neither update nor delete anything that has a trigger against it', async () => {
    const { rows } = await client.query<{ name: string; update: boolean; remove: boolean }>(
      `SELECT tgrelid::regclass::text AS name, has_table_privilege(tgrelid, 'UPDATE') AS update,
              has_table_privilege(tgrelid, 'DELETE') AS remove
       FROM pg_trigger JOIN pg_proc ON pg_proc.oid = tgfoid
       WHERE proname LIKE 'refuse_change%' AND tgtype & 8 <> 0 AND tgqual IS NULL`,
    );
    expect(rows.length).toBeGreaterThan(4);
    for (const { name, remove } of rows) expect(remove, name).toBe(false);
    const appendOnly = rows.filter(({ name }) => !['refunds', 'invoices', 'credit_notes'].includes(name));
    for (const { name, update } of appendOnly) expect(update, name).toBe(false);
  });

  it.for([
    'orders',
    'order_items',
    'payments',
    'returns',
    'return_items',
    'refunds',
    'invoices',
    'invoice_series',
    'event_feed',
  ])('cannot delete from %s, nor empty it', async (table) => {
    await refused(`DELETE FROM ${table}`);
    await refused(`TRUNCATE ${table}`);
  });

  it.for(['quantity', 'return_id', 'order_item_id'])("cannot change a returned item's %s", async (column) => {
    await refused(`UPDATE return_items SET ${column} = ${column}`);
  });

  it.for(['snapshot', 'number', 'order_id', 'issued_at'])("cannot change an invoice's %s", async (column) => {
    await refused(`UPDATE invoices SET ${column} = ${column}`);
  });

  it.for([
    'DROP TABLE orders',
    'ALTER TABLE orders ADD COLUMN mine text',
    'ALTER TABLE state_transitions DISABLE TRIGGER ALL',
    'DROP TRIGGER state_transitions_append_only ON state_transitions',
    'CREATE TABLE mine (id int)',
    'CREATE FUNCTION mine() RETURNS int LANGUAGE sql AS $$ SELECT 1 $$',
    'CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$',
    'CREATE INDEX mine ON orders (id)',
    'CREATE SCHEMA mine',
    'CREATE ROLE mine',
    "UPDATE schema_migrations SET name = 'mine'",
    "INSERT INTO schema_migrations (name, run_on) VALUES ('mine', now())",
    'SELECT * FROM gateway.refunds',
    "SET session_replication_role = 'replica'",
    "COPY orders TO PROGRAM 'cat'",
    "SELECT pg_read_file('/etc/passwd')",
  ])('cannot: %s', async (statement) => {
    await refused(statement);
  });

  it('may do with each table what is listed for it, and no table is left out', async () => {
    const { rows } = await client.query<{ name: string; may: string }>(PRIVILEGES);
    expect(Object.fromEntries(rows.map(({ name, may }) => [name, may]))).toEqual(MAY);
  });

  it('has its statements, its waits for locks and its idle transactions ended in time, in reads and in writes', async () => {
    const { rows } = await api.database.pool.query<{ name: string; setting: string }>(
      `SELECT name, setting FROM pg_settings WHERE name = ANY ($1)`,
      [['statement_timeout', 'lock_timeout', 'idle_in_transaction_session_timeout']],
    );
    expect(rows).toHaveLength(3);
    for (const { name, setting } of rows) expect(Number(setting), name).toBeGreaterThan(0);
  });
});

/** Of every table of ours, in whatever schema; its triggers and references are the owner's to use, and are not here. */
const PRIVILEGES = `
  SELECT CASE nspname WHEN 'public' THEN relname ELSE nspname || '.' || relname END AS name,
         concat_ws(' ',
           CASE WHEN has_table_privilege(pg_class.oid, 'SELECT') THEN 'select' END,
           CASE WHEN has_table_privilege(pg_class.oid, 'INSERT') THEN 'insert' END,
           CASE WHEN has_table_privilege(pg_class.oid, 'UPDATE') THEN 'update'
                WHEN has_any_column_privilege(pg_class.oid, 'UPDATE') THEN
                  'update(' || (SELECT string_agg(attname, ', ' ORDER BY attname) FROM pg_attribute
                                WHERE attrelid = pg_class.oid AND attnum > 0 AND NOT attisdropped
                                  AND has_column_privilege(attrelid, attnum, 'UPDATE')) || ')' END,
           CASE WHEN has_table_privilege(pg_class.oid, 'DELETE') THEN 'delete' END,
           CASE WHEN has_table_privilege(pg_class.oid, 'TRUNCATE, REFERENCES, TRIGGER') THEN 'more' END) AS may
  FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
  WHERE relkind IN ('r', 'p') AND nspname NOT IN ('pg_catalog', 'information_schema') AND nspname NOT LIKE 'pg_%'
  ORDER BY 1`;
