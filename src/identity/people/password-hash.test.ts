import { describe, expect, it } from 'vitest';
import { PasswordHasher } from './password-hash.ts';

const hasher = new PasswordHasher();
const PASSWORD = 'four words and a comma';

describe('a password', () => {
  it('is kept as a PHC string with the parameters that OWASP names, salted, and known again', async () => {
    const [one, other] = await Promise.all([hasher.hash(PASSWORD), hasher.hash(PASSWORD)]);
    expect(one).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[\w+/]{22}\$[\w+/]{43}$/);
    expect(other).not.toBe(one);
    expect(await hasher.isRight(PASSWORD, one)).toBe(true);
    expect(await hasher.isRight(`${PASSWORD} `, one)).toBe(false);
  });

  it('is the same however the keyboard puts its letters together', async () => {
    expect(await hasher.isRight('größere Straßen', await hasher.hash('gro\u0308ßere Straßen'))).toBe(true);
  });

  it('is known by the hash that another program made of it', async () => {
    // By the reference implementation: echo -n password | argon2 somesalt -id -t 2 -m 16 -p 1 -e
    const reference = '$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc';
    expect(await hasher.isRight('password', reference)).toBe(true);
  });

  it("is nobody's when there is nobody", async () => {
    expect(await hasher.isRight(PASSWORD, undefined)).toBe(false);
    await expect(hasher.isRight(PASSWORD, 'plain')).rejects.toThrow(TypeError);
  });

  it('waits for its turn, and is refused when too many wait', async () => {
    const crowd = Array.from({ length: 70 }, () =>
      hasher.isRight('wrong', '$argon2id$v=19$m=8,t=1,p=1$c29tZXNhbHQ$AAAAAAAAAAAAAAAAAAAAAA'),
    );
    const ends = await Promise.allSettled(crowd);
    const refused = ends.filter(({ status }) => status === 'rejected');
    expect(refused).toHaveLength(8);
    for (const each of refused) expect(each).toMatchObject({ reason: { name: 'Overloaded' } });
    expect(await hasher.isRight('wrong', undefined)).toBe(false);
  });
});
