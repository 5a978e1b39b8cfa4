import { Command } from 'commander';
import pg from 'pg';
import type { Config } from '../../platform/config.ts';
import { migrate } from '../../platform/database/migrate.ts';
import { StartError } from '../../platform/start-error.ts';
import { withDatabase } from '../database.ts';

/** A session of somebody's that holds its locks for ever must not hold this up as long. */
const LIMITS = { connectionTimeoutMillis: 2_000, lock_timeout: 10_000 };

interface ResetFlags {
  readonly yes?: boolean;
  readonly evenRemote?: boolean;
}

export function resetCommand(config: () => Config): Command {
  return new Command('reset')
    .description('delete everything in the database and begin anew; files of invoices and e-mails stay')
    .option('--yes', 'really do it')
    .option('--even-remote', 'even to a database on another machine')
    .action(async ({ yes, evenRemote }: ResetFlags) => {
      if (!yes)
        throw new StartError('reset deletes every order, refund and invoice: say --yes if that is what you want');
      const settings = config();
      if (settings.databaseUrl !== undefined && !evenRemote) refuseRemote(settings.databaseUrl);
      await withDatabase(settings, async (url) => {
        await dropEverything(url);
        await migrate(url);
        console.log('the database is empty');
      });
    });
}

/** Before it is asked for anything. The host is the driver's word: ?host= and PGHOST outweigh the address's own. */
function refuseRemote(url: string): void {
  const { host } = new pg.Client({ connectionString: url });
  if (isLocal(host)) return;
  throw new StartError(`the database is on ${host}, not on this machine: say --even-remote as well`);
}

/** A folder is where the socket of a server on this machine is. */
function isLocal(host: string): boolean {
  return host.startsWith('/') || ['localhost', '127.0.0.1', '::1'].includes(host.toLowerCase());
}

async function dropEverything(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url, ...LIMITS });
  await client.connect();
  try {
    await client.query('DROP SCHEMA IF EXISTS gateway CASCADE; DROP SCHEMA public CASCADE; CREATE SCHEMA public');
  } finally {
    await client.end();
  }
}
