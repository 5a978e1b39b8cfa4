import { execFile } from 'node:child_process';
import { chmod, mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { findBinaries, readableCopy } from './binaries.ts';
import { findUnprivilegedUser, runsAsRoot } from './server-user.ts';

describe.runIf(runsAsRoot())('readableCopy (only when the tests run as root)', () => {
  it('makes one copy that an ordinary user can run, and refuses one that others can write to', async () => {
    const parent = await mkdtemp(join(tmpdir(), 'roundtrip binaries '));
    await chmod(parent, 0o711);
    try {
      const installed = join(dirname((await findBinaries(undefined)).postgres), '..');
      const copy = join(parent, 'copy');
      const copies = await Promise.all([readableCopy(installed, copy), readableCopy(installed, copy)]);
      expect(copies).toEqual([copy, copy]);
      expect(await readdir(parent)).toEqual(['copy']);

      const { uid, gid } = await findUnprivilegedUser();
      const { stdout } = await promisify(execFile)(join(copy, 'bin', 'postgres'), ['--version'], {
        uid,
        gid,
        cwd: '/',
      });
      expect(stdout).toContain('PostgreSQL');

      const made = (await stat(copy)).ino;
      await readableCopy(installed, copy);
      expect((await stat(copy)).ino).toBe(made);

      await chmod(join(copy, 'bin', 'postgres'), 0o777);
      await expect(readableCopy(installed, copy)).rejects.toThrow('must belong to root');
    } finally {
      await rm(parent, { recursive: true });
    }
  });
});
