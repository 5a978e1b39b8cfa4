import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { useDatabase } from './support/database.ts';
import { makePlace, runCommand, startRole, type Place } from './support/running-roundtrip.ts';

const database = useDatabase();

/** It starts many processes one after the other. */
const PATIENCE_MS = 120_000;

describe('keys from the shell', { timeout: PATIENCE_MS }, () => {
  let place: Place;
  beforeEach(async () => {
    place = await makePlace({ DATABASE_URL: database.url });
  });
  afterEach(() => place.remove());

  const listen = (settings: Record<string, string>): Place => ({
    ...place,
    environment: { ...place.environment, ...settings },
  });
  const status = async (secret?: string): Promise<number> => {
    const headers: Record<string, string> = secret === undefined ? {} : { authorization: `Bearer ${secret}` };
    return (await fetch(`${place.webUrl}/v1/orders`, { headers })).status;
  };

  test('open on this machine until the first key; elsewhere refused; then key by key, from process to process', async () => {
    const refused = await runCommand(listen({ HOST: '0.0.0.0' }), 'web');
    expect(refused.code).toBe(1);
    expect(refused.stderr.trim().split('\n')).toHaveLength(1);
    expect(refused.stderr).toMatch(/no person and no key.*0\.0\.0\.0.*keys create --role admin.*HOST=127\.0\.0\.1/);

    const closed = await startRole(listen({ HOST: '0.0.0.0', OPEN_MODE: 'never' }), 'web');
    expect(closed.stdout()).toMatch(/^CLOSED: [^]*keys create --role admin/);
    expect(await status()).toBe(401);
    expect((await fetch(`${place.webUrl}/ready`)).status).toBe(200);
    await closed.end('SIGTERM');

    const web = await startRole(place, 'web');
    expect(web.stdout()).toMatch(/^OPEN: every program and user of this machine may do everything/);
    expect(await status()).toBe(200);

    const made = await runCommand(place, 'keys', 'create', '--role', 'admin', '--name', 'boss', '--expires', '90d');
    const secret = made.stdout.trim();
    expect(secret).toMatch(/^rt_live_\w{38}$/);
    expect(made.stderr).not.toContain(secret);
    // Another process made it, so this one may be a second late.
    await expect.poll(() => status(), { timeout: 5_000 }).toBe(401);
    expect(await status(secret)).toBe(200);

    const rotated = await runCommand(place, 'keys', 'rotate', 'boss', '--overlap-hours', '0');
    await expect.poll(() => status(secret), { timeout: 5_000 }).toBe(401);
    const next = rotated.stdout.trim();
    expect(await status(next)).toBe(200);

    expect((await runCommand(place, 'keys', 'revoke', 'boss')).code).toBe(0);
    await expect.poll(() => status(next), { timeout: 5_000 }).toBe(401);
    // Nobody is left, and it is open to nobody all the same.
    expect(await status()).toBe(401);
    const { stdout } = await runCommand(place, 'keys', 'list');
    expect(stdout).toMatch(/^boss +admin +rt_live_\w{6} +revoked/);
    const { stderr } = await web.end('SIGTERM');
    for (const each of [secret, next]) expect(stderr).not.toContain(each);

    const guarded = await startRole(listen({ HOST: '0.0.0.0' }), 'web');
    expect(guarded.stdout()).not.toMatch(/OPEN|CLOSED/);
    expect(await status()).toBe(401);
    await guarded.end('SIGTERM');

    const { rows } = await database.pool.query<{ event: string; actor: string }>(
      "SELECT event, actor FROM security_events WHERE event LIKE 'key.%' ORDER BY id",
    );
    expect(rows.map(({ event }) => event)).toEqual(['key.created', 'key.rotated', 'key.revoked']);
    expect(rows[0]?.actor).toMatch(/^shell:/);
  });

  test.for([
    [['create'], /--role/],
    [['create', '--role', 'customer'], /customer/],
    [['create', '--role', 'shop', '--expires', '2020-01-01'], /in the future/],
    [['create', '--role', 'shop', '--operations', 'placeOrder,fly'], /"fly" is no operationId/],
    [['create', '--role', 'shop', '--name', ' x'], /letters, digits/],
    [['rotate', 'nobody'], /there is no key "nobody"/],
    [['revoke', 'nobody'], /there is no key "nobody"/],
  ] as const)('%o says what is wrong with it', async ([words, expected]) => {
    const ended = await runCommand(place, 'keys', ...words);
    expect(ended.code).toBe(1);
    expect(ended.stderr).toMatch(expected);
    expect(ended.stdout).toBe('');
  });
});
