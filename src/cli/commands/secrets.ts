import { Command } from 'commander';
import type { Pool } from 'pg';
import { replaceOutdatedTokenKey } from '../../identity/keys/token-keys.ts';
import type { Config } from '../../platform/config.ts';
import { reseal } from '../../platform/secrets/sealed-columns.ts';
import { SecretBox } from '../../platform/secrets/secret-box.ts';
import { StartError } from '../../platform/start-error.ts';
import { asOwner } from '../database.ts';
import { SEALED_COLUMNS, standingOfSecrets } from '../sealed-secrets.ts';
import { withPool } from '../who-may-come-in.ts';

export function secretsCommand(config: () => Config): Command {
  const secrets = new Command('secrets').description('what ENCRYPTION_KEY seals in the database');
  secrets
    .command('reseal')
    .description('seal everything by the first key of ENCRYPTION_KEY, after it was set or changed; while all runs')
    .action(async () => {
      const settings = config();
      if (settings.encryptionKeys.length === 0)
        throw new StartError('ENCRYPTION_KEY is not set: nothing can be sealed');
      const box = new SecretBox(settings.encryptionKeys);
      await withPool(settings, async (pool) => {
        const { isReplaced, resealed } = await asOwner(() => resealAll(pool, box));
        const { current, unreadable } = await standingOfSecrets(pool, box);
        console.log(`sealed anew: ${resealed}; sealed by the first key of ENCRYPTION_KEY now: ${current}`);
        if (isReplaced) console.log('what signs tokens has a new key; the one before ends in an hour');
        if (unreadable > 0) {
          console.error(`left as they are, sealed by a key that ENCRYPTION_KEY does not name: ${unreadable}`);
          process.exitCode = 1;
        }
      });
    });
  return secrets;
}

async function resealAll(pool: Pool, box: SecretBox): Promise<{ isReplaced: boolean; resealed: number }> {
  // Before its seal says nothing any more of what it was sealed by.
  const isReplaced = await replaceOutdatedTokenKey(pool, box);
  let resealed = 0;
  for (const column of SEALED_COLUMNS) resealed += await reseal(pool, box, column);
  return { isReplaced, resealed };
}
