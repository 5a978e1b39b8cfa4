import type { Pool } from 'pg';
import { TOKEN_KEY_COLUMNS } from '../identity/keys/token-keys.ts';
import { SECOND_FACTOR_COLUMNS } from '../identity/people/second-factor.ts';
import type { Logger } from '../platform/logger.ts';
import { standingOf, type SealedColumn, type Standing } from '../platform/secrets/sealed-columns.ts';
import type { SecretBox } from '../platform/secrets/secret-box.ts';
import { ENDPOINT_SECRET_COLUMNS } from '../webhooks/endpoints.ts';

/** Every column that a SecretBox has sealed. */
export const SEALED_COLUMNS: readonly SealedColumn[] = [
  ...TOKEN_KEY_COLUMNS,
  ...SECOND_FACTOR_COLUMNS,
  ...ENDPOINT_SECRET_COLUMNS,
];

/** Of all columns together. */
export async function standingOfSecrets(pool: Pool, box: SecretBox): Promise<Standing> {
  const all = { current: 0, outdated: 0, unreadable: 0 };
  for (const column of SEALED_COLUMNS) {
    const { current, outdated, unreadable } = await standingOf(pool, box, column);
    all.current += current;
    all.outdated += outdated;
    all.unreadable += unreadable;
  }
  return all;
}

/** At start: a key that was set or changed protects nothing that was sealed before. */
export async function warnOfOldSeals(pool: Pool, box: SecretBox, logger: Logger): Promise<void> {
  const { outdated, unreadable } = await standingOfSecrets(pool, box);
  if (outdated > 0) {
    const what = 'secrets in the database are not sealed by the first key of ENCRYPTION_KEY';
    logger.warn({ secrets: outdated }, `${what}: "roundtrip secrets reseal" seals them anew`);
  }
  if (unreadable > 0) {
    const what = 'secrets in the database were sealed by a key that ENCRYPTION_KEY does not name';
    logger.warn({ secrets: unreadable }, `${what}: nobody can use them until it does`);
  }
}
