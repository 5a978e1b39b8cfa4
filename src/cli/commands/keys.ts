import { Command, InvalidArgumentError, Option } from 'commander';
import { createKey, listKeys, readKeyByName, revokeKey, rotateKey, type ApiKey } from '../../identity/keys/api-keys.ts';
import { isOperation, type OperationId } from '../../identity/operations.ts';
import type { Database } from '../../identity/people/people.ts';
import { KEY_ROLES, type KeyRole } from '../../identity/roles.ts';
import type { Config } from '../../platform/config.ts';
import { StartError } from '../../platform/start-error.ts';
import { onRecord, withPool } from '../who-may-come-in.ts';

const MOST_LISTED = 1_000;
const DEFAULT_OVERLAP_HOURS = 24;

interface CreateFlags {
  readonly role: KeyRole;
  readonly name?: string;
  readonly operations?: readonly OperationId[];
  readonly expires?: Date;
}

/** Whoever may run this can read the database as well: it asks for no key. */
export function keysCommand(config: () => Config): Command {
  const keys = new Command('keys').description('make, list, rotate and revoke API keys');
  keys
    .command('create')
    .description('make a key; prints its secret, which is shown once')
    .addOption(new Option('--role <role>', 'what it may do').choices(KEY_ROLES).makeOptionMandatory())
    .option('--name <name>', 'goes on record for what it does (default: the role and the time)', keyName)
    .option('--operations <ids>', 'narrows it to these operations, by operationId, separated by commas', operationIds)
    .option('--expires <time>', 'when it ends, such as 2027-01-01 or 90d (default: never)', futureTime)
    .action(async ({ role, name, operations, expires }: CreateFlags) => {
      const given = name ?? `${role} ${new Date().toISOString().replaceAll(':', '-')}`;
      const issued = await onRecord(config(), 'key.created', `key:${given}`, (database, createdBy) =>
        createKey(database, {
          name: given,
          role,
          operations: operations ?? null,
          expiresAt: expires ?? null,
          createdBy,
        }),
      );
      if (!issued) throw new StartError(`a key has, or had, the name "${given}": names are never given again`);
      console.error(`key "${given}" with the role ${role}; this is the only time that its secret is shown:`);
      console.log(issued.secret);
    });
  keys
    .command('list')
    .description('list keys, newest first')
    .option('--json', 'print one JSON array')
    .action(async ({ json }: { json?: boolean }) => {
      const { rows } = await withPool(config(), (pool) => listKeys(pool, { limit: MOST_LISTED, after: undefined }));
      console.log(json ? JSON.stringify(rows) : rows.map(lineOf).join('\n') || 'there are no keys');
    });
  keys
    .command('rotate')
    .description('give a key a new secret; prints it, and the ones before stay good for a while')
    .argument('<name>')
    .option('--overlap-hours <hours>', 'how long the secrets before stay good', wholeHours, DEFAULT_OVERLAP_HOURS)
    .action(async (name: string, { overlapHours }: { overlapHours: number }) => {
      const issued = await onRecord(config(), 'key.rotated', `key:${name}`, async (database) =>
        rotateKey(database, (await found(database, name)).id, overlapHours * 3_600),
      );
      if (!issued) throw new StartError(`the key "${name}" is revoked, for good: make another`);
      console.log(issued.secret);
    });
  keys
    .command('revoke')
    .description('refuse a key from now on, for good')
    .argument('<name>')
    .action(async (name: string) => {
      await onRecord(config(), 'key.revoked', `key:${name}`, async (database, actor) => {
        const { id } = await found(database, name);
        await revokeKey(database, id, actor);
        return id;
      });
      console.log(`"${name}" is revoked; every web refuses it within a second`);
    });
  return keys;
}

async function found(database: Database, name: string): Promise<ApiKey> {
  const key = await readKeyByName(database, name);
  if (!key) throw new StartError(`there is no key "${name}"; "roundtrip keys list" names them`);
  return key;
}

function lineOf({ name, role, operations, secrets, expiresAt, revokedAt, lastUsedAt }: ApiKey): string {
  const until = revokedAt ? 'revoked' : expiresAt ? `until ${expiresAt.toISOString()}` : 'good';
  const used = lastUsedAt ? `last used ${lastUsedAt.toISOString()}` : 'never used';
  const narrowed = operations ? `${role} (${operations.join(', ')})` : role;
  return [name.padEnd(32), narrowed.padEnd(12), secrets.at(-1)?.prefix ?? '', until, used].join('  ');
}

function keyName(text: string): string {
  if (/^[A-Za-z0-9]([A-Za-z0-9 ._@/-]{0,62}[A-Za-z0-9])?$/.test(text)) return text;
  throw new InvalidArgumentError('must be 1 to 64 letters, digits and . _ @ / - with spaces between');
}

function operationIds(text: string): readonly OperationId[] {
  return text.split(',').map((each) => {
    const id = each.trim();
    if (!isOperation(id)) throw new InvalidArgumentError(`"${id}" is no operationId of the API`);
    return id;
  });
}

const DAYS = /^(\d{1,4})d$/;
const MS_PER_DAY = 24 * 3_600_000;

function futureTime(text: string): Date {
  const days = DAYS.exec(text)?.[1];
  const time = days === undefined ? new Date(text) : new Date(Date.now() + Number(days) * MS_PER_DAY);
  if (time.getTime() > Date.now()) return time;
  throw new InvalidArgumentError('must be a time in the future, such as 2027-01-01, or days, such as 90d');
}

function wholeHours(text: string): number {
  if (/^\d{1,3}$/.test(text) && Number(text) <= 720) return Number(text);
  throw new InvalidArgumentError('must be a whole number of hours, 720 at most');
}
