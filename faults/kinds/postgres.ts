import { setTimeout as delay } from 'node:timers/promises';
import { sqlState } from '../../src/platform/database/postgres.ts';
import { emptyDisk, fillDisk } from '../world/folders.ts';
import type { World } from '../world/world.ts';
import type { FaultKind } from './kind.ts';
import { noDisk } from './folder.ts';

export const postgresKinds: readonly FaultKind[] = [
  {
    name: 'PostgreSQL stopped immediately, and started again',
    strike: async ({ world, random, isShort }) => {
      for (let times = 0; times < (isShort ? 1 : 4); times += 1) {
        await world.postgres.stopImmediately();
        await delay(random.between(200, 2_000));
        await world.startPostgresAgain();
        await delay(random.between(0, 1_000));
      }
    },
  },
  {
    name: 'PostgreSQL sessions terminated',
    strike: async ({ world, random }) => {
      for (let times = 0; times < 6; times += 1) {
        await world.books
          .query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name <> 'faults'
                                 AND backend_type = 'client backend'`);
        await delay(random.between(50, 400));
      }
    },
  },
  {
    name: 'tables locked, as a migration locks them',
    onlyInLong: true,
    // A column comes and goes, under the lock and the patience that a migration has.
    strike: async ({ world, random }) => {
      for (const table of random.shuffled(['orders', 'jobs', 'refunds', 'state_transitions'])) {
        for (const change of ['ADD COLUMN IF NOT EXISTS faults integer', 'DROP COLUMN IF EXISTS faults']) {
          await withLockPatience(world, `ALTER TABLE ${table} ${change}`);
          await delay(random.between(0, 200));
        }
      }
    },
  },
  {
    name: "PostgreSQL's disk full",
    absence: noDisk,
    strike: async ({ world, random }) => {
      await fillDisk(world.folders.postgres);
      await delay(random.between(1_000, 2_500));
      await emptyDisk(world.folders.postgres);
      // A server that could not write its log any more has given up; one that could goes on by itself.
      if (!(await answers(() => world.books.query('SELECT 1')))) {
        world.note('PostgreSQL did not survive its full disk, and is started again');
        await world.postgres.stop();
        await world.startPostgresAgain();
      }
    },
  },
];

const LOCK_NOT_AVAILABLE = '55P03';
const MOST_LOCK_TRIES = 60;

async function withLockPatience(world: World, statement: string): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    try {
      await world.books.query(`SET lock_timeout = '1s'; ${statement}; RESET lock_timeout`);
      return;
    } catch (error) {
      if (sqlState(error) !== LOCK_NOT_AVAILABLE || tries === MOST_LOCK_TRIES) throw error;
    }
  }
}

async function answers(ask: () => Promise<unknown>): Promise<boolean> {
  return ask().then(
    () => true,
    () => false,
  );
}
