import pg from 'pg';
import { afterEach } from 'vitest';
import type { TestDatabase } from './database.ts';
import { eventually } from './eventually.ts';

export interface TestSessions {
  /** A connection of somebody else's, for transactions that get in the way; ended after the test. */
  open(): Promise<pg.Client>;
  /** Waits until as many of the database's sessions under this name wait for a lock. */
  waitingForLock(applicationName: string, sessions?: number): Promise<void>;
  /** Ends the sessions under this name at once, whatever they do. Answers with how many there were. */
  terminate(applicationName: string): Promise<number>;
}

/** Called at the top of a test file, after useDatabase. */
export function useSessions(database: TestDatabase): TestSessions {
  const opened: pg.Client[] = [];
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((client) => client.end()));
  });

  return {
    open: async () => {
      const client = new pg.Client(database.url);
      client.on('error', () => undefined);
      await client.connect();
      opened.push(client);
      return client;
    },
    waitingForLock: async (applicationName, sessions = 1) => {
      await eventually(`${sessions} of ${applicationName} wait for a lock`, async () => {
        const { rowCount } = await database.pool.query(
          `SELECT FROM pg_stat_activity
           WHERE datname = current_database() AND application_name = $1 AND wait_event_type = 'Lock'`,
          [applicationName],
        );
        return rowCount === sessions;
      });
    },
    terminate: async (applicationName) => {
      const { rowCount } = await database.pool.query(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
         WHERE datname = current_database() AND application_name = $1`,
        [applicationName],
      );
      return rowCount ?? 0;
    },
  };
}
