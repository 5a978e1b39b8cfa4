import type { Pool } from 'pg';
import type { SecretBox } from '../../platform/secrets/secret-box.ts';
import { PasswordHasher } from './password-hash.ts';
import { Passwords } from './passwords.ts';
import { SecondFactor } from './second-factor.ts';
import { SignInThrottle } from './sign-in-throttle.ts';
import { SignIn } from './sign-in.ts';

/** Everything by which people come in, on one pool and with one bound on how many passwords are hashed at once. */
export interface PeopleDesk {
  readonly signIn: SignIn;
  readonly passwords: Passwords;
  readonly secondFactor: SecondFactor;
  readonly throttle: SignInThrottle;
}

export function createPeopleDesk(pool: Pool, box: SecretBox): PeopleDesk {
  const hasher = new PasswordHasher();
  const throttle = new SignInThrottle(pool);
  const secondFactor = new SecondFactor(pool, box);
  return {
    throttle,
    secondFactor,
    passwords: new Passwords(pool, hasher),
    signIn: new SignIn({ pool, hasher, throttle, secondFactor }),
  };
}
