import { Command } from 'commander';
import { auditChains } from '../../engine/audit/audit.ts';
import type { Config } from '../../platform/config.ts';
import { connectPipelined } from '../../platform/database/postgres.ts';
import { withDatabase } from '../database.ts';

export function auditCommand(config: () => Config): Command {
  return new Command('audit')
    .description('check every audit chain; exits with 1 and names the first broken row')
    .option('--json', 'print one JSON object')
    .action(async ({ json }: { json?: boolean }) => {
      const report = await withDatabase(config(), async (url) => {
        const client = await connectPipelined(url, 'roundtrip audit');
        try {
          return await auditChains(client);
        } finally {
          await client.end();
        }
      });
      const { orders, transitions, broken } = report;
      if (json) console.log(JSON.stringify({ orders, transitions, broken: broken ?? null }));
      else if (broken) {
        const where = broken.transitionId === undefined ? '' : `, row ${broken.transitionId} of state_transitions`;
        console.log(`BROKEN: order ${broken.orderId}${where}: ${broken.problem}`);
      } else console.log(`clean: ${transitions} transitions of ${orders} orders, which are all in the database`);
      if (broken) process.exitCode = 1;
    });
}
