import { Command } from 'commander';
import { IdSupply } from '../../engine/ids/ids.ts';
import { catchUpLedger } from '../../engine/ledger-catch-up.ts';
import type { Config } from '../../platform/config.ts';
import { connectPipelined } from '../../platform/database/postgres.ts';
import { withDatabase } from '../database.ts';

export function ledgerCommand(config: () => Config): Command {
  const ledger = new Command('ledger').description('the books');
  ledger
    .command('catch-up')
    .description('posts what the ledger lacks of orders from before there was one; can be run again')
    .action(async () => {
      const posted = await withDatabase(config(), async (url) => {
        const client = await connectPipelined(url, 'roundtrip ledger');
        try {
          return await catchUpLedger(client, new IdSupply(), () => new Date());
        } finally {
          await client.end();
        }
      });
      console.log(`posted ${posted} orders`);
    });
  return ledger;
}
