import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readFile, readlink, realpath, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startEmbeddedPostgres, type EmbeddedPostgres, type EmbeddedPostgresOptions } from './embedded-postgres.ts';
import { runsAsRoot } from './embedded-postgres/server-user.ts';

const QUICK = { fsync: 'off', shared_buffers: '16MB' };

let parent: string;
let dataDir: string;
let running: EmbeddedPostgres[];
let children: ChildProcess[];

beforeEach(async () => {
  // Each path here has spaces and a letter beyond ASCII in it.
  parent = await realpath(await mkdtemp(join(tmpdir(), 'roundtrip données ')));
  await chmod(parent, 0o711);
  dataDir = join(parent, 'data folder');
  running = [];
  children = [];
});

afterEach(async () => {
  for (const database of running) await database.stop();
  for (const child of children) child.kill('SIGKILL');
  await rm(parent, { recursive: true, force: true });
});

async function start(options: Partial<EmbeddedPostgresOptions> = {}): Promise<EmbeddedPostgres> {
  const database = await startEmbeddedPostgres({ dataDir, settings: QUICK, ...options });
  running.push(database);
  return database;
}

/** The message of the StartError that a start must end with: one line. */
async function refusalOf(options: Partial<EmbeddedPostgresOptions> = {}): Promise<string> {
  const refusal: unknown = await start(options).then(
    () => 'it started',
    (error: unknown) => error,
  );
  const message = String(refusal);
  expect(message).toMatch(/^StartError: /);
  expect(message).not.toContain('\n');
  return message;
}

async function query(database: EmbeddedPostgres, ...statements: readonly string[]): Promise<readonly unknown[]> {
  const client = new pg.Client(database.databaseUrl);
  await client.connect();
  try {
    const rows: unknown[] = [];
    for (const statement of statements) rows.push(...(await client.query<Record<string, unknown>>(statement)).rows);
    return rows;
  } finally {
    await client.end();
  }
}

/** Another Roundtrip: a Node process, in a process group of its own, that starts the database and stays. */
async function startInChild(): Promise<ChildProcess> {
  const script = `
    import { startEmbeddedPostgres } from ${JSON.stringify(new URL('embedded-postgres.ts', import.meta.url).href)};
    await startEmbeddedPostgres({ dataDir: process.argv[1], settings: ${JSON.stringify(QUICK)} });
    console.log('started');
    setInterval(() => undefined, 60_000);
  `;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script, dataDir], {
    stdio: ['ignore', 'pipe', 'inherit'],
    detached: true,
  });
  children.push(child);
  await once(child.stdout, 'data');
  return child;
}

async function serverPid(): Promise<number> {
  return Number.parseInt(await readFile(join(dataDir, 'postgres', 'postmaster.pid'), 'utf8'), 10);
}

describe('a first start', () => {
  it('makes a durable UTF-8 cluster in UTC that only its one role can enter', async () => {
    const database = await start({ settings: {} });
    expect(database.initialised).toBe(true);
    expect(database.databaseUrl).toMatch(/^postgresql:\/\/roundtrip:[\w-]{32}@127\.0\.0\.1:\d+\/roundtrip$/);
    const [role] = await query(database, 'SELECT rolsuper, rolcreatedb FROM pg_roles WHERE rolname = current_user');
    expect(role).toEqual({ rolsuper: false, rolcreatedb: true });
    const shown = ['fsync', 'synchronous_commit', 'server_encoding', 'timezone', 'listen_addresses', 'max_connections'];
    expect(Object.assign({}, ...(await query(database, ...shown.map((name) => `SHOW ${name}`))))).toEqual({
      fsync: 'on',
      synchronous_commit: 'on',
      server_encoding: 'UTF8',
      TimeZone: 'UTC',
      listen_addresses: '127.0.0.1',
      max_connections: '200',
    });
    for (const [user, password] of [
      ['postgres', ''],
      ['roundtrip', 'wrong'],
    ]) {
      const url = Object.assign(new URL(database.databaseUrl), { username: user, password });
      await expect(new pg.Client(url.href).connect()).rejects.toThrow(/no pg_hba.conf entry|authentication failed/);
    }
  });

  it('writes address and password for their owner only, and takes the address away at the end', async () => {
    const database = await start();
    expect(await readFile(join(dataDir, 'database-url'), 'utf8')).toBe(`${database.databaseUrl}\n`);
    for (const file of ['database-url', 'database-password', 'postgres.log']) {
      expect((await stat(join(dataDir, file))).mode & 0o777, file).toBe(0o600);
    }
    await Promise.all([database.stop(), database.stop()]);
    await expect(stat(join(dataDir, 'database-url'))).rejects.toThrow(/ENOENT/);
    await expect(query(database, 'SELECT 1')).rejects.toThrow(/ECONNREFUSED/);
  });

  it('begins again where one before it was cut short', async () => {
    const halfMade = join(dataDir, 'postgres.partial');
    await mkdir(halfMade, { recursive: true });
    await writeFile(join(halfMade, 'PG_VERSION'), '18\n');
    if (runsAsRoot()) await chmod(dataDir, 0o711);
    expect((await start()).initialised).toBe(true);
    await expect(stat(halfMade)).rejects.toThrow(/ENOENT/);
  });

  it('keeps the cluster that it made when its server does not come up', async () => {
    expect(await refusalOf({ settings: { ...QUICK, shared_buffers: 'plenty' } })).toContain('shared_buffers');
    expect((await start()).initialised).toBe(false);
  });
});

describe('a later start', () => {
  it('finds the data of the one before', async () => {
    const first = await start();
    await query(first, 'CREATE TABLE kept AS SELECT 42 AS answer');
    await first.stop();
    const second = await start();
    expect(second.initialised).toBe(false);
    expect(await query(second, 'SELECT * FROM kept')).toEqual([{ answer: 42 }]);
  });

  it('is refused while another Roundtrip lives, whose process it names, and no longer when it has died', async () => {
    const owner = await startInChild();
    expect(await refusalOf()).toContain(`another Roundtrip (process ${owner.pid ?? 0}) already uses the data folder`);
    owner.kill('SIGKILL');
    await once(owner, 'exit');
    expect((await start()).initialised).toBe(false);
  });

  it('is refused within the same process as well', async () => {
    await start();
    expect(await refusalOf()).toContain(`(process ${process.pid})`);
  });

  it('stops the server that outlived a whole process group killed with -9, and has what was committed', async () => {
    const owner = await startInChild();
    const client = new pg.Client((await readFile(join(dataDir, 'database-url'), 'utf8')).trim());
    const cutOff = new Promise<unknown>((resolve) => client.on('error', resolve));
    await client.connect();
    await client.query('CREATE TABLE kept AS SELECT 42 AS answer');
    process.kill(-(owner.pid ?? NaN), 'SIGKILL');
    await once(owner, 'exit');
    await client.query('INSERT INTO kept VALUES (43)');

    const heir = await start();
    await cutOff;
    expect(await query(heir, 'SELECT * FROM kept')).toEqual([{ answer: 42 }, { answer: 43 }]);
  });

  it('recovers after the server was killed with -9, which is reported', async () => {
    let report: ((reason: string) => void) | undefined;
    const reported = new Promise<string>((resolve) => (report = resolve));
    const first = await start({ onUnexpectedExit: (reason) => report?.(reason) });
    await query(first, 'CREATE TABLE kept AS SELECT 42 AS answer');
    process.kill(await serverPid(), 'SIGKILL');
    expect(await reported).toContain('ended by SIGKILL');
    await first.stop();

    const second = await start();
    expect(await query(second, 'SELECT * FROM kept')).toEqual([{ answer: 42 }]);
  });

  it('is not held up by a postmaster.pid whose number now belongs to something else', async () => {
    await (await start()).stop();
    const { uid, gid } = await stat(join(dataDir, 'postgres'));
    const other = spawn('sleep', ['60'], { cwd: '/', stdio: 'ignore', ...(runsAsRoot() && { uid, gid }) });
    children.push(other);
    await once(other, 'spawn');
    const path = join(dataDir, 'postgres');
    await writeFile(
      join(path, 'postmaster.pid'),
      `${other.pid ?? 0}\n${path}\n1\n5432\n\n127.0.0.1\n  1 1\nready   \n`,
    );

    expect((await start()).initialised).toBe(false);
    expect(other.exitCode ?? other.signalCode).toBeNull();
  });

  it('gives the role a new password where the file with it is gone', async () => {
    const first = await start();
    await query(first, 'CREATE TABLE kept AS SELECT 42 AS answer');
    await first.stop();
    await rm(join(dataDir, 'database-password'));
    const second = await start();
    expect(second.databaseUrl).not.toContain(new URL(first.databaseUrl).password);
    expect(await query(second, 'SELECT * FROM kept')).toEqual([{ answer: 42 }]);
  });

  it.each([
    ['99', 'start the newer Roundtrip that wrote it'],
    ['15', 'take a dump with pg_dump'],
  ])('refuses data that PostgreSQL %s wrote, and says what to do', async (version, remedy) => {
    await (await start()).stop();
    await writeFile(join(dataDir, 'postgres', 'PG_VERSION'), `${version}\n`);
    const refusal = await refusalOf();
    expect(refusal).toContain(`${join(dataDir, 'postgres')} was written by PostgreSQL ${version}`);
    expect(refusal).toContain(remedy);
  });
});

describe('a data folder that cannot be used', () => {
  it('is refused when it is a file', async () => {
    await writeFile(dataDir, '');
    expect(await refusalOf()).toContain(`cannot use the data folder ${dataDir} (`);
  });

  it('is refused when its parent is a file', async () => {
    await writeFile(dataDir, '');
    expect(await refusalOf({ dataDir: join(dataDir, 'inner') })).toContain('set DATA_DIR');
  });

  it('is refused when it is a link to nowhere', async () => {
    await symlink(join(parent, 'absent', 'folder'), dataDir);
    expect(await refusalOf()).toContain('ENOENT');
    expect(await refusalOf({ dataDir: join(dataDir, 'inner') })).toContain('ENOENT');
  });

  it.skipIf(runsAsRoot())('is refused when it may not be read or written (not for root, who may)', async () => {
    await mkdir(dataDir, { mode: 0o500 });
    expect(await refusalOf()).toContain('EACCES');
  });

  it('is refused when something that is no cluster is in its place', async () => {
    await (await start()).stop();
    await rm(join(dataDir, 'postgres', 'PG_VERSION'));
    expect(await refusalOf()).toContain('is not a PostgreSQL data folder');
  });
});

describe.runIf(runsAsRoot())('as root, in a folder closed to others (only when the tests run as root)', () => {
  let elsewhere: string | undefined;

  beforeEach(async () => {
    elsewhere = undefined;
    await chmod(parent, 0o700);
  });

  afterEach(async () => {
    for (const database of running) await database.stop();
    if (elsewhere !== undefined) await rm(elsewhere, { recursive: true });
  });

  it('puts the cluster where its user can reach it, and finds it again by a link', async () => {
    const first = await start();
    elsewhere = await readlink(join(dataDir, 'postgres'));
    expect(elsewhere).not.toContain(parent);
    expect(await stat(elsewhere)).not.toMatchObject({ uid: 0 });
    await query(first, 'CREATE TABLE kept AS SELECT 42 AS answer');
    await first.stop();
    expect(await query(await start(), 'SELECT * FROM kept')).toEqual([{ answer: 42 }]);
  });

  it('refuses to begin anew when what the link names is gone', async () => {
    await (await start()).stop();
    await rm(await readlink(join(dataDir, 'postgres')), { recursive: true });
    expect(await refusalOf()).toContain('put it back');
  });
});
