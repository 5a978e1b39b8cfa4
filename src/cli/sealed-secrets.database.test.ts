import { randomBytes } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { useDatabase } from '../../test/support/database.ts';
import { useSessions } from '../../test/support/sessions.ts';
import { createPerson } from '../identity/people/people.ts';
import { reseal } from '../platform/secrets/sealed-columns.ts';
import { SecretBox } from '../platform/secrets/secret-box.ts';
import { SEALED_COLUMNS, standingOfSecrets } from './sealed-secrets.ts';

/** What a change of ENCRYPTION_KEY is carried out by: every secret that is stored is sealed by the first key then. */
const database = useDatabase();
const sessions = useSessions(database);
const [first, second] = [randomBytes(32), randomBytes(32)];
const boxes = { plain: new SecretBox([]), first: new SecretBox([first]), both: new SecretBox([second, first]) };
/** More than one bite. */
const PEOPLE = 120;
const PURPOSE = 'second factors';

async function secretsOf(box: SecretBox): Promise<string[]> {
  const { rows } = await database.pool.query<{ sealed: Buffer }>(
    'SELECT totp_secret AS sealed FROM people ORDER BY id',
  );
  return rows.map(({ sealed }) => box.open(sealed, PURPOSE));
}

const resealAll = async (box: SecretBox) => {
  const counts = [];
  for (const column of SEALED_COLUMNS) counts.push(await reseal(database.pool, box, column));
  return counts.reduce((sum, each) => sum + each, 0);
};

/** A column that is added is found here: it is one of those that are sealed anew, or a hash of something. */
it('knows every column that holds a secret', async () => {
  const { rows } = await database.pool.query<{ name: string }>(
    `SELECT table_name || '.' || column_name AS name FROM information_schema.columns
     WHERE table_schema = 'public' AND data_type = 'bytea'
       AND column_name NOT IN ('hash', 'previous_hash', 'transition_hash', 'fingerprint', 'subject',
                               'reason_salt', 'reason_commitment')`,
  );
  const known = SEALED_COLUMNS.map(({ table, column }) => `${table}.${column}`);
  expect(rows.map(({ name }) => name).toSorted()).toEqual(known.toSorted());
});

describe('secrets of before', () => {
  const expected = Array.from({ length: PEOPLE }, (_each, index) => `secret ${index}`);
  beforeAll(async () => {
    for (const [index, secret] of expected.entries()) {
      const name = `Person ${index}`;
      await createPerson(database.pool, {
        name,
        email: `p${index}@shop.example`,
        role: 'support',
        createdBy: 'test',
      });
      const box = index % 2 === 0 ? boxes.plain : boxes.first;
      await database.pool.query({
        text: 'UPDATE people SET totp_secret = $2 WHERE name = $1',
        values: [name, box.seal(secret, PURPOSE)],
      });
    }
    await database.pool.query({
      text: `INSERT INTO webhook_endpoints (url, description, event_types, ordered, secret, previous_secret)
             VALUES ('https://shop.example/', '', '{}', false, $1, $1)`,
      values: [boxes.first.seal('whsec_', 'webhook')],
    });
    await database.pool.query({
      text: 'INSERT INTO token_keys (sealed) VALUES ($1)',
      values: [boxes.plain.seal('key', 'customer tokens')],
    });
  });

  it('are told of, however they were sealed', async () => {
    // The previous secret of an endpoint whose time is over signs nothing.
    const all = PEOPLE + 2;
    expect(await standingOfSecrets(database.pool, boxes.both)).toEqual({ current: 0, outdated: all, unreadable: 0 });
    const unreadable = PEOPLE / 2 + 1;
    expect(await standingOfSecrets(database.pool, boxes.plain)).toEqual({
      current: all - unreadable,
      outdated: 0,
      unreadable,
    });
  });

  it('are sealed anew once, and what is changed at that moment is kept', async () => {
    const changing = await sessions.open();
    await changing.query('BEGIN');
    await changing.query({
      text: 'UPDATE people SET totp_secret = $2 WHERE name = $1',
      values: ['Person 110', boxes.first.seal('changed', PURPOSE)],
    });
    const resealing = resealAll(boxes.both);
    await sessions.waitingForLock('roundtrip test');
    await changing.query('COMMIT');
    expect(await resealing).toBe(PEOPLE + 3);
    expect(await resealAll(boxes.both)).toBe(0);
    const alone = new SecretBox([second]);
    expect(await secretsOf(alone)).toEqual(expected.with(110, 'changed'));
    expect(await standingOfSecrets(database.pool, alone)).toMatchObject({ outdated: 0, unreadable: 0 });
  });

  it('that do not open stay as they are', async () => {
    const before = await secretsOf(boxes.both);
    expect(await resealAll(boxes.first)).toBe(0);
    expect(await secretsOf(boxes.both)).toEqual(before);
    expect((await standingOfSecrets(database.pool, boxes.first)).unreadable).toBe(PEOPLE + 2);
  });
});
