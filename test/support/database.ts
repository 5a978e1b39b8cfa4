import { randomBytes } from 'node:crypto';
import type pg from 'pg';
import { afterAll, beforeAll, inject } from 'vitest';
import { silentLogger } from '../../src/platform/logger.ts';
import { createPool } from '../../src/platform/database/postgres.ts';
import { administer, dropDatabase, urlOfDatabase } from './servers/test-server.ts';

const POOL_SIZE = 10;
/** Copies of one template go one after the other, whichever test file asks for them. */
const CLONE_LOCK_KEY = 7_305_126_450;

/** Both are there from the first `beforeAll` on; asking earlier throws. */
export interface TestDatabase {
  readonly url: string;
  /** Ended before the database is dropped. */
  readonly pool: pg.Pool;
}

/** Called at the top of a test file: gives it a database of its own, migrated and empty, or as another template has it. */
export function useDatabase(template: () => string = () => inject('templateDatabase')): TestDatabase {
  let database: TestDatabase | undefined;
  const name = `roundtrip_test_${randomBytes(6).toString('hex')}`;

  beforeAll(async () => {
    await administer(
      inject('serverUrl'),
      `SELECT pg_advisory_lock(${CLONE_LOCK_KEY})`,
      `CREATE DATABASE ${name} TEMPLATE ${template()} STRATEGY ${inject('copyStrategy')}`,
    );
    const url = urlOfDatabase(inject('serverUrl'), name);
    const pool = createPool({
      databaseUrl: url,
      applicationName: 'roundtrip test',
      size: POOL_SIZE,
      logger: silentLogger,
    });
    database = { url, pool };
  });

  afterAll(async () => {
    await database?.pool.end();
    await dropDatabase(inject('serverUrl'), name);
  });

  const made = (): TestDatabase => {
    if (database === undefined) throw new Error('the test database is made in beforeAll, and is not there before');
    return database;
  };
  return {
    get url() {
      return made().url;
    },
    get pool() {
      return made().pool;
    },
  };
}
