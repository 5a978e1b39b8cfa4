import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import { administer, dropDatabase, urlOfDatabase } from '../../../test/support/servers/test-server.ts';
import { MIGRATION_LOCK_KEY, migrate } from './migrate.ts';
import { StartError } from '../start-error.ts';

let folder: string;
let url: string;
let database: string;
let sequence = 0;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'roundtrip migrations '));
  sequence += 1;
  database = `roundtrip_migrate_${process.pid}_${sequence}`;
  url = urlOfDatabase(inject('serverUrl'), database);
  await administer(inject('serverUrl'), `CREATE DATABASE ${database}`);
});

afterEach(async () => {
  await dropDatabase(inject('serverUrl'), database);
  await rm(folder, { recursive: true, force: true });
});

async function writeMigration(name: string, sql: string): Promise<void> {
  await writeFile(join(folder, `${name}.sql`), sql);
}

/** Waits for a lock as long as it takes, or as long as is said. */
async function query<Row extends pg.QueryResultRow>(text: string, lockTimeoutMs = 0): Promise<readonly Row[]> {
  const client = new pg.Client({ connectionString: url, lock_timeout: lockTimeoutMs });
  await client.connect();
  try {
    return (await client.query<Row>(text)).rows;
  } finally {
    await client.end();
  }
}

describe('migrate', () => {
  it('applies plain SQL files by their number and names them, and the next time only what is new', async () => {
    await writeMigration('0002-fruit-colours', "ALTER TABLE fruit ADD colour text NOT NULL DEFAULT '{red}; -- not it'");
    await writeMigration('0001-fruit', 'CREATE TABLE fruit (name text);\n-- A comment at the end, and no semicolon\n');
    await writeFile(join(folder, 'README.md'), 'not a migration');
    expect(await migrate(url, undefined, folder)).toEqual(['0001-fruit', '0002-fruit-colours']);
    expect(await migrate(url, undefined, folder)).toEqual([]);

    await writeMigration('0003-apple', "INSERT INTO fruit VALUES ('apple');");
    expect(await migrate(url, undefined, folder)).toEqual(['0003-apple']);
    expect(await query('SELECT * FROM fruit')).toEqual([{ name: 'apple', colour: '{red}; -- not it' }]);
  });

  it('waits for nobody where there is nothing to apply', async () => {
    await writeMigration('0001-fruit', 'CREATE TABLE fruit (name text)');
    await migrate(url, undefined, folder);
    const other = new pg.Client(url);
    await other.connect();
    try {
      await other.query('SELECT pg_advisory_lock($1)', [MIGRATION_LOCK_KEY]);
      expect(await migrate(url, undefined, folder)).toEqual([]);
    } finally {
      await other.end();
    }
  });

  it('applies each migration once when several start at the same time', async () => {
    await writeMigration('0001-slow', 'CREATE TABLE once (id int); SELECT pg_sleep(0.2);');
    const results = await Promise.all(Array.from({ length: 5 }, () => migrate(url, undefined, folder)));
    expect(results.flat()).toEqual(['0001-slow']);
  });

  it('leaves nothing of one that fails, keeps those before it, and goes on from there', async () => {
    await writeMigration('0001-good', 'CREATE TABLE good (id int);');
    await writeMigration('0002-bad', 'CREATE TABLE half (id int); CREATE TABLE bad (id no_such_type);');
    await writeMigration('0003-later', 'CREATE TABLE later (id int);');
    await expect(migrate(url, undefined, folder)).rejects.toThrow(/no_such_type/);
    const made = "SELECT to_regclass('good')::text AS good, to_regclass('half') AS half, to_regclass('later') AS later";
    expect(await query(made)).toEqual([{ good: 'good', half: null, later: null }]);

    await writeMigration('0002-bad', 'CREATE TABLE bad (id int);');
    expect(await migrate(url, undefined, folder)).toEqual(['0002-bad', '0003-later']);
  });

  it('holds no lock of one file while the next one waits or works', async () => {
    await writeMigration('0001-tables', 'CREATE TABLE quick (id int); CREATE TABLE busy (id int);');
    await migrate(url, undefined, folder);
    await writeMigration('0002-quick', 'ALTER TABLE quick ADD colour text;');
    await writeMigration('0003-busy', 'ALTER TABLE busy ADD colour text;');
    const holder = new pg.Client(url);
    await holder.connect();
    await holder.query('BEGIN; SELECT * FROM busy;');
    const migrated = migrate(url, undefined, folder);
    await untilWaiting(holder);
    expect(await query('SELECT colour FROM quick', 200)).toEqual([]);
    await holder.query('COMMIT');
    await holder.end();
    expect(await migrated).toEqual(['0002-quick', '0003-busy']);
  });

  it('makes an index beside its writers, while others wait for their turn, and after a try that was cut short', async () => {
    await writeMigration('0001-busy', 'CREATE TABLE busy (id int);');
    await migrate(url, undefined, folder);
    const holder = new pg.Client(url);
    await holder.connect();
    await holder.query('INSERT INTO busy VALUES (1), (1)');
    // What a try leaves that was cut short: an index of the name, which is not valid.
    await holder.query('CREATE UNIQUE INDEX CONCURRENTLY busy_by_id ON busy (id)').catch(() => undefined);
    await writeMigration(
      '0002-index',
      `-- Without a transaction.
       DROP INDEX CONCURRENTLY IF EXISTS busy_by_id;
       -- A comment; with a semicolon.
       CREATE INDEX CONCURRENTLY busy_by_id ON busy (id);
`.replaceAll(/^ +/gm, ''),
    );
    await writeMigration('0003-column', 'ALTER TABLE busy ADD colour text;');
    await holder.query('BEGIN; INSERT INTO busy VALUES (2);');
    const migrated = Promise.all([migrate(url, undefined, folder), migrate(url, undefined, folder)]);
    const migrating =
      "SELECT wait_event_type IS NOT DISTINCT FROM 'Lock' AS held_up FROM pg_stat_activity " +
      "WHERE application_name = 'roundtrip migrate' AND datname = current_database() ORDER BY held_up";
    await expect.poll(() => query(migrating), { timeout: 10_000 }).toEqual([{ held_up: false }, { held_up: true }]);
    await query('INSERT INTO busy VALUES (3)', 200);
    await holder.query('COMMIT');
    await holder.end();
    expect((await migrated).flat()).toEqual(['0002-index', '0003-column']);
    expect(
      await query("SELECT indisvalid, indisunique FROM pg_index WHERE indexrelid = 'busy_by_id'::regclass"),
    ).toEqual([{ indisvalid: true, indisunique: false }]);
  });

  it('gives up a lock that it does not get at once, and tries again', async () => {
    await writeMigration('0001-table', 'CREATE TABLE busy (id int);');
    await migrate(url, undefined, folder);
    await writeMigration('0002-column', 'ALTER TABLE busy ADD colour text;');
    const holder = new pg.Client(url);
    await holder.connect();
    await holder.query('BEGIN; SELECT * FROM busy;');
    const migrated = migrate(url, undefined, folder);
    await untilRefused(holder);
    await holder.query('COMMIT');
    await holder.end();
    expect(await migrated).toEqual(['0002-column']);
  });

  it('refuses a database that a newer Roundtrip has migrated', async () => {
    await writeMigration('0001-table', 'CREATE TABLE a (id int);');
    await writeMigration('0002-newer', 'CREATE TABLE b (id int);');
    await migrate(url, undefined, folder);
    await rm(join(folder, '0002-newer.sql'));
    const refusal = await migrate(url, undefined, folder).catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(StartError);
    expect(String(refusal)).toMatch(/newer Roundtrip \(0002-newer\)/);
  });

  it('says in one line, without the password, which database does not answer', async () => {
    const refusal = await migrate('postgresql://me:secret@127.0.0.1:1/shop').catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(StartError);
    expect(String(refusal)).toMatch(/^StartError: cannot connect to PostgreSQL at 127\.0\.0\.1:1, database "shop"/);
    expect(String(refusal)).not.toMatch(/secret|\n/);
  });

  it("applies the project's own migrations, as the template of all test databases has them", async () => {
    const applied = await migrate(url);
    expect(applied[0]).toBe('0001-orders');
    expect(await query("SELECT to_regclass('orders') IS NOT NULL AS made")).toEqual([{ made: true }]);
  });
});

/** Until the migration has waited for the lock on `busy`, and given it up. */
async function untilRefused(observer: pg.Client): Promise<void> {
  await untilWaiting(observer);
  await expect.poll(() => isWaiting(observer), { timeout: 10_000 }).toBe(false);
}

async function untilWaiting(observer: pg.Client): Promise<void> {
  await expect.poll(() => isWaiting(observer), { timeout: 10_000 }).toBe(true);
}

async function isWaiting(observer: pg.Client): Promise<boolean> {
  const { rowCount } = await observer.query("SELECT 1 FROM pg_locks WHERE NOT granted AND relation = 'busy'::regclass");
  return rowCount === 1;
}
