import { describe, expect, it } from 'vitest';
import { parsePasswd, permits, READ, TRAVERSE } from './server-user.ts';

const user = { name: 'postgres', uid: 101, gid: 104 };

describe('permits', () => {
  it.each([
    [{ uid: 0, gid: 0, mode: 0o711 }, TRAVERSE, true],
    [{ uid: 0, gid: 0, mode: 0o710 }, TRAVERSE, false],
    [{ uid: 0, gid: 104, mode: 0o710 }, TRAVERSE, true],
    [{ uid: 101, gid: 0, mode: 0o700 }, READ | TRAVERSE, true],
    [{ uid: 0, gid: 0, mode: 0o711 }, READ | TRAVERSE, false],
    // The owner's bits decide for the owner, even when the others' would allow more.
    [{ uid: 101, gid: 0, mode: 0o077 }, TRAVERSE, false],
  ])('%o, asked for %i: %s', (file, permission, expected) => {
    expect(permits(file, user, permission)).toBe(expected);
  });
});

describe('parsePasswd', () => {
  it('reads users, and passes over what is no entry', () => {
    const text = 'root:x:0:0:root:/root:/bin/sh\n# a comment\nnobody:*:-2:-2::/:/bin/false\npostgres:x:101:104::/:\n';
    expect(parsePasswd(text)).toEqual([{ name: 'root', uid: 0, gid: 0 }, user]);
  });
});
