import type { Pool } from 'pg';
import { inTransaction } from '../../platform/database/transaction.ts';
import type { PasswordHasher } from './password-hash.ts';
import { credentialsByEmail, credentialsOf, type Credentials } from './people.ts';
import type { SecondFactor } from './second-factor.ts';
import { beginSession, type BegunSession } from './sessions.ts';
import type { SignInThrottle } from './sign-in-throttle.ts';

/** Where somebody comes from, and by which browser. */
export interface Visitor {
  readonly address: string;
  readonly userAgent: string | undefined;
}

export interface SignInRequest {
  readonly email: string;
  readonly password: string;
  /** Of the app, or a recovery code; undefined: none was given. */
  readonly code: string | undefined;
}

export type SignInOutcome =
  | { readonly kind: 'signed_in'; readonly session: BegunSession; readonly credentials: Credentials }
  | { readonly kind: 'code_required' }
  /** Which of the three was wrong is told to nobody; whose attempt it was, to the record. */
  | { readonly kind: 'refused'; readonly name: string | undefined }
  | { readonly kind: 'wait'; readonly retryAfterSeconds: number };

/** Whether somebody who is signed in has shown their password again. */
export type Confirmation =
  | { readonly kind: 'right'; readonly credentials: Credentials }
  | { readonly kind: 'wrong' }
  | { readonly kind: 'wait'; readonly retryAfterSeconds: number };

export interface SignInDependencies {
  readonly pool: Pool;
  readonly hasher: PasswordHasher;
  readonly throttle: SignInThrottle;
  readonly secondFactor: SecondFactor;
}

/** Lets people in by e-mail address and password, and by a code where they have a second factor. */
export class SignIn {
  readonly #dependencies: SignInDependencies;

  constructor(dependencies: SignInDependencies) {
    this.#dependencies = dependencies;
  }

  /**
   * Does the same work for an address that nobody has.
   *
   * @throws Overloaded when too many passwords wait to be checked
   */
  async signIn({ email, password, code }: SignInRequest, visitor: Visitor): Promise<SignInOutcome> {
    const { pool, hasher, throttle, secondFactor } = this.#dependencies;
    const attempt = await throttle.attempt(email, visitor.address);
    if (!attempt.isAllowed) return { kind: 'wait', retryAfterSeconds: attempt.retryAfterSeconds };
    const known = await credentialsByEmail(pool, email);
    const isRight = await hasher.isRight(password, known?.passwordHash ?? undefined);
    if (!known || !isRight) return { kind: 'refused', name: known?.name };
    if (known.hasSecondFactor) {
      if (code === undefined) return { kind: 'code_required' };
      if (!(await secondFactor.take(known.id, code))) return { kind: 'refused', name: known.name };
    }
    const session = await this.#begin(known, visitor);
    if (!session) return { kind: 'refused', name: known.name };
    await throttle.succeeded(attempt.subject);
    return { kind: 'signed_in', session, credentials: known };
  }

  /** Before what a person does to their own account: a session that was left open is not enough for it. */
  async confirm(personId: number, password: string, { address }: Visitor): Promise<Confirmation> {
    const { pool, hasher, throttle } = this.#dependencies;
    const credentials = await credentialsOf(pool, personId);
    if (!credentials) return { kind: 'wrong' };
    const attempt = await throttle.attempt(credentials.email, address);
    if (!attempt.isAllowed) return { kind: 'wait', retryAfterSeconds: attempt.retryAfterSeconds };
    if (!(await hasher.isRight(password, credentials.passwordHash ?? undefined))) return { kind: 'wrong' };
    await throttle.succeeded(attempt.subject);
    return { kind: 'right', credentials };
  }

  /** Undefined: while it was looked at, the password was changed, or the person disabled, which ends what there was. */
  #begin({ id, passwordHash }: Credentials, visitor: Visitor): Promise<BegunSession | undefined> {
    return inTransaction(this.#dependencies.pool, async (client) => {
      const { rowCount } = await client.query({
        text: 'SELECT FROM people WHERE id = $1 AND password_hash = $2 AND disabled_at IS NULL FOR UPDATE',
        values: [id, passwordHash],
      });
      return rowCount === 1 ? beginSession(client, { personId: id, ...visitor }) : undefined;
    });
  }
}
