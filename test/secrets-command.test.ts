import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { SecretBox } from '../src/platform/secrets/secret-box.ts';
import { useDatabase } from './support/database.ts';
import { makePlace, runCommand, startRole, type Place } from './support/running-roundtrip.ts';

/** ENCRYPTION_KEY set after secrets were stored without one: web says so, and the command mends it while web runs. */
const database = useDatabase();
/** It starts many processes one after the other. */
const PATIENCE_MS = 120_000;
const [key, other] = [randomBytes(32), randomBytes(32)].map((bytes) => bytes.toString('base64'));

let place: Place;
beforeEach(async () => {
  place = await makePlace({ DATABASE_URL: database.url });
});
afterEach(() => place.remove());

const withKey = (keys: string | undefined): Place => ({
  ...place,
  environment: { ...place.environment, ...(keys === undefined ? {} : { ENCRYPTION_KEY: keys }) },
});
const warnings = (log: string) => log.split('\n').filter((line) => line.includes('secrets in the database'));

test(
  'what was stored in the clear is told of at start, and sealed by one command',
  { timeout: PATIENCE_MS },
  async () => {
    await database.pool.query({
      text: 'INSERT INTO token_keys (sealed) VALUES ($1)',
      values: [new SecretBox([]).seal('a key of before', 'customer tokens')],
    });
    const without = await runCommand(withKey(undefined), 'secrets', 'reseal');
    expect([without.code, without.stderr]).toEqual([
      1,
      'roundtrip: ENCRYPTION_KEY is not set: nothing can be sealed\n',
    ]);

    const web = await startRole(withKey(key), 'web', '--processes', '2');
    const resealed = await runCommand(withKey(key), 'secrets', 'reseal');
    expect([resealed.code, resealed.stderr]).toEqual([0, '']);
    expect(resealed.stdout).toMatch(/^sealed anew: 1; .* now: 2\nwhat signs tokens has a new key; .* hour\n$/);
    const again = await runCommand(withKey(key), 'secrets', 'reseal');
    expect(again.stdout).toMatch(/^sealed anew: 0; .* now: 2\n$/);
    const { stderr } = await web.end('SIGTERM');
    expect(warnings(stderr)).toHaveLength(1);
    expect(warnings(stderr)[0]).toContain('roundtrip secrets reseal');

    const foreign = await runCommand(withKey(other), 'secrets', 'reseal');
    expect(foreign.code).toBe(1);
    expect(foreign.stderr).toBe('left as they are, sealed by a key that ENCRYPTION_KEY does not name: 2\n');
    const { rows } = await database.pool.query<{ sealed: Buffer }>('SELECT sealed FROM token_keys');
    expect(JSON.stringify(rows.map(({ sealed }) => sealed.toString()))).not.toContain('a key of before');
    const later = await startRole(withKey(key), 'web');
    expect(warnings((await later.end('SIGTERM')).stderr)).toEqual([expect.stringContaining('does not name')]);
  },
);
