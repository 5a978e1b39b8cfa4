import { copyFile, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, expect, inject, test } from 'vitest';
import { migrate } from '../../src/platform/database/migrate.ts';
import { administer, dropDatabase, urlOfDatabase } from '../support/servers/test-server.ts';

const MIGRATIONS = new URL('../../migrations/', import.meta.url).pathname;
const before = await mkdtemp(join(tmpdir(), 'roundtrip migrations '));
const databases = ['a', 'b'].map((name) => `roundtrip_installation_${process.pid}_${name}`);

afterAll(async () => {
  for (const database of databases) await dropDatabase(inject('serverUrl'), database);
  await rm(before, { recursive: true, force: true });
});

async function inDatabase<Result>(url: string, work: (client: pg.Client) => Promise<Result>): Promise<Result> {
  const client = new pg.Client(url);
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

const referencesOf = (url: string, ...ids: number[]): Promise<string[]> =>
  inDatabase(url, async (client) => {
    const { rows } = await client.query<{ reference: string }>(
      `SELECT gateway_reference('refund', id) AS reference FROM unnest($1::bigint[]) WITH ORDINALITY AS each (id, place)
       ORDER BY place`,
      [ids],
    );
    return rows.map(({ reference }) => reference);
  });

test('what was sent before the upgrade keeps its name at the gateway; what comes after says whose it is', async () => {
  const files = (await readdir(MIGRATIONS)).filter((file) => file.endsWith('.sql')).toSorted();
  for (const file of files.slice(0, files.indexOf('0076-installation.sql'))) {
    await copyFile(join(MIGRATIONS, file), join(before, file));
  }
  const urls: string[] = [];
  for (const database of databases) {
    await administer(inject('serverUrl'), `CREATE DATABASE ${database}`);
    urls.push(urlOfDatabase(inject('serverUrl'), database));
  }
  const [upgraded = '', fresh = ''] = urls;
  await migrate(upgraded, undefined, before);
  const dealt = await inDatabase(upgraded, async (client) => {
    const { rows } = await client.query<{ id: string }>(`SELECT nextval('entity_ids') AS id`);
    return Number(rows[0]?.id);
  });
  await migrate(upgraded);
  await migrate(fresh);

  const ofUpgraded = await referencesOf(upgraded, dealt, dealt + 999, dealt + 2_000_000);
  expect(ofUpgraded.slice(0, 2)).toEqual([`refund-${dealt}`, `refund-${dealt + 999}`]);
  expect(ofUpgraded[2]).toMatch(/^refund-r[0-9a-f]{11}-\d+$/);
  const [ofFresh] = await referencesOf(fresh, dealt + 2_000_000);
  expect(ofFresh).toMatch(/^refund-r[0-9a-f]{11}-\d+$/);
  expect(ofFresh).not.toBe(ofUpgraded[2]);
  expect((await referencesOf(fresh, dealt))[0]).not.toBe(`refund-${dealt}`);
});
