import type { Pool } from 'pg';
import { inTransaction } from '../../platform/database/transaction.ts';
import { findLink, takeLink, type LinkPurpose } from './one-time-links.ts';
import type { PasswordHasher } from './password-hash.ts';
import { faultOfPassword } from './password-policy.ts';
import {
  createPerson,
  normalEmail,
  readPerson,
  setPassword,
  type Database,
  type Person,
  type Taken,
} from './people.ts';
import { removeSecondFactor } from './second-factor.ts';
import { endSessions } from './sessions.ts';

/** Who is about to choose a password by a link; null: whoever makes the first account. */
export interface LinkHolder {
  readonly purpose: LinkPurpose;
  readonly person: Person | null;
}

export interface FirstPerson {
  readonly token: string;
  readonly name: string;
  readonly email: string;
  readonly password: string;
}

/** What came of choosing a password. */
export type Chosen =
  | { readonly kind: 'chosen'; readonly person: Person; readonly purpose: LinkPurpose }
  /** The link was used, has expired, or was never made; or somebody has set this up already. */
  | { readonly kind: 'no_link' }
  | { readonly kind: 'taken'; readonly what: Taken }
  | { readonly kind: 'bad_password'; readonly fault: string };

/** How people come by a password: by a link that is good once, or by the one that they have. */
export class Passwords {
  readonly #pool: Pool;
  readonly #hasher: PasswordHasher;

  constructor(pool: Pool, hasher: PasswordHasher) {
    this.#pool = pool;
    this.#hasher = hasher;
  }

  /** Undefined: there is no such link, or not any more. */
  async holderOf(token: string): Promise<LinkHolder | undefined> {
    const link = await findLink(this.#pool, token);
    if (!link) return undefined;
    if (link.personId === null)
      return (await isClaimed(this.#pool)) ? undefined : { purpose: link.purpose, person: null };
    const person = await readPerson(this.#pool, link.personId);
    return person && { purpose: link.purpose, person };
  }

  /** Makes the first person, an administrator. Of several at once, one does. */
  async setUp({ token, name, email, password }: FirstPerson): Promise<Chosen> {
    const holder = await this.holderOf(token);
    if (holder?.purpose !== 'setup') return { kind: 'no_link' };
    const fault = faultOfPassword(password, { name, email: normalEmail(email) });
    if (fault !== undefined) return { kind: 'bad_password', fault };
    const hash = await this.#hasher.hash(password);
    return inTransaction(this.#pool, async (client) => {
      // Whoever else makes a first person or key at this moment waits for this row, or is waited for.
      await client.query('SELECT FROM identity_epoch FOR UPDATE');
      if (!(await takeLink(client, token)) || (await isClaimed(client))) return { kind: 'no_link' };
      const person = await createPerson(client, { name, email, role: 'admin', createdBy: 'setup' });
      if (typeof person === 'string') return { kind: 'taken', what: person };
      await setPassword(client, person.id, hash);
      return { kind: 'chosen', person: { ...person, hasPassword: true }, purpose: 'setup' };
    });
  }

  /** Whatever sessions the person has are over. */
  async chooseByLink(token: string, password: string): Promise<Chosen> {
    const holder = await this.holderOf(token);
    if (!holder?.person) return { kind: 'no_link' };
    const fault = faultOfPassword(password, holder.person);
    if (fault !== undefined) return { kind: 'bad_password', fault };
    const hash = await this.#hasher.hash(password);
    return inTransaction(this.#pool, async (client) => {
      const link = await takeLink(client, token);
      if (!link?.personId) return { kind: 'no_link' };
      await setPassword(client, link.personId, hash);
      if (link.removesSecondFactor) await removeSecondFactor(client, link.personId);
      await endSessions(client, link.personId);
      const person = await readPerson(client, link.personId);
      return person ? { kind: 'chosen', person, purpose: link.purpose } : { kind: 'no_link' };
    });
  }

  /**
   * Of a person who has shown the one before. Every session but the one that is named is over. Answers with what is
   * wrong with the new one; undefined: it is changed.
   */
  async change(
    person: Pick<Person, 'id' | 'name' | 'email'>,
    password: string,
    keptSessionId: number,
  ): Promise<string | undefined> {
    const fault = faultOfPassword(password, person);
    if (fault !== undefined) return fault;
    const hash = await this.#hasher.hash(password);
    await inTransaction(this.#pool, async (client) => {
      await setPassword(client, person.id, hash);
      await endSessions(client, person.id, keptSessionId);
    });
    return undefined;
  }
}

/** Whether there is a person or a key already. */
async function isClaimed(database: Database): Promise<boolean> {
  const { rows } = await database.query<{ claimed: boolean }>(
    'SELECT EXISTS (SELECT FROM people) OR EXISTS (SELECT FROM api_keys) AS claimed',
  );
  return rows[0]?.claimed ?? true;
}
