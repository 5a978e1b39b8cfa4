import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { firstTrouble, remedyOf, runProgram } from './program.ts';

const run = (script: string, timeoutMs = 10_000): Promise<void> =>
  runProgram({ task: 'the test', path: '/bin/sh', args: ['-c', script], user: undefined, input: 'word\n', timeoutMs });

describe('firstTrouble', () => {
  it('finds the cause among the lines around it, without its time', () => {
    const log = [
      '2026-01-02 03:04:05.678 UTC [99] LOG:  starting PostgreSQL 18.4',
      '2026-01-02 03:04:05.680 UTC [99] LOG:  could not bind IPv4 address "127.0.0.1": Address already in use',
      '2026-01-02 03:04:05.681 UTC [99] FATAL:  could not create any TCP/IP sockets',
    ].join('\n');
    expect(firstTrouble(log)).toBe('LOG:  could not bind IPv4 address "127.0.0.1": Address already in use');
  });

  it('takes the first line when none sounds like trouble, and nothing from nothing', () => {
    expect(firstTrouble('\n  one\ntwo\n')).toBe('one');
    expect(firstTrouble('\n')).toBeUndefined();
  });
});

describe('remedyOf', () => {
  it.each([
    ['FATAL:  could not extend file "base/1/2691": wrote only 4096 of 8192 bytes', 'free some space'],
    ['initdb: error: could not create directory "x": No space left on device', 'free some space'],
    ['postgres: error while loading shared libraries: libicuuc.so.60', 'install what is missing'],
    ['FATAL:  something else', 'set DATABASE_URL'],
  ])('of %s begins with: %s', (trouble, remedy) => {
    expect(remedyOf(trouble)).toContain(remedy);
  });
});

describe('runProgram', () => {
  it('resolves when the program succeeds, having given it its input', async () => {
    await run('read line && test "$line" = word');
  });

  it('names the missing library when the dynamic loader refuses', async () => {
    const loader = 'echo "postgres: error while loading shared libraries: libicuuc.so.60: cannot open" >&2; exit 127';
    await expect(run(loader)).rejects.toThrow('libicuuc.so.60');
  });

  it('hands none of our environment on', async () => {
    await expect(run('echo "error: [$HOME][$PGDATA][$LC_ALL]"; exit 1')).rejects.toThrow('error: [][][C]');
  });

  it('ends a program that takes too long', async () => {
    await expect(run('exec sleep 60', 50)).rejects.toThrow('SIGTERM');
  });

  it('tells a missing dynamic loader from a missing file', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'roundtrip-'));
    try {
      const foreign = join(folder, 'postgres');
      await writeFile(foreign, '#!/no/such/loader\n');
      await chmod(foreign, 0o755);
      const attempt = { task: 'the test', args: [], user: undefined, timeoutMs: 10_000 };
      await expect(runProgram({ ...attempt, path: foreign })).rejects.toThrow('C library');
      await expect(runProgram({ ...attempt, path: join(folder, 'absent') })).rejects.toThrow('ENOENT');
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
