import { Command } from 'commander';
import { grantAppRole } from '../../platform/database/app-role/app-role.ts';
import type { Config } from '../../platform/config.ts';
import { migrate } from '../../platform/database/migrate.ts';
import { withDatabase } from '../database.ts';

export function migrateCommand(config: () => Config): Command {
  return new Command('migrate')
    .description('bring the database to this version, then end')
    .option('--app-role <name>', 'make this role for web and workers where it is missing, and grant it what they need')
    .action(async ({ appRole }: { appRole?: string }) => {
      const settings = config();
      const applied = await withDatabase(settings, async (url) => {
        const names = await migrate(url);
        if (appRole !== undefined) await grantAppRole(url, appRole, settings.appRolePassword);
        return names;
      });
      console.log(applied.length === 0 ? 'the database is up to date' : `applied: ${applied.join(', ')}`);
      if (appRole !== undefined) console.log(`granted to ${appRole} what web and workers need`);
    });
}
