import type { Pool } from 'pg';
import type { OidcSettings } from '../../platform/settings/oidc.ts';
import { createPerson, credentialsByEmail, normalEmail } from '../people/people.ts';
import { beginSession, type BegunSession } from '../people/sessions.ts';
import type { Visitor } from '../people/sign-in.ts';
import type { ProvidedPerson } from './provider.ts';

/** On record for those whom it takes in. */
const ACTOR = 'oidc';
const MOST_WORDS = 3;
const LONGEST_WORD = 18;
const MOST_NAMESAKES = 20;

export interface Admitted {
  readonly session: BegunSession;
  readonly name: string;
  /** Whether they were nobody here before. */
  readonly isNew: boolean;
}

/**
 * Begins a session for whom the provider has named: by an address that it has seen to be theirs, somebody who is here and
 * not disabled, or a newcomer of an allowed domain. Undefined: for nobody.
 */
export async function admitProvided(
  pool: Pool,
  { newcomers }: Pick<OidcSettings, 'newcomers'>,
  { verifiedEmail, name }: ProvidedPerson,
  visitor: Visitor,
): Promise<Admitted | undefined> {
  if (verifiedEmail === undefined) return undefined;
  const known = await credentialsByEmail(pool, verifiedEmail);
  const person = known ?? (newcomers && (await takeIn(pool, newcomers, verifiedEmail, name)));
  if (!person) return undefined;
  const session = await beginSession(pool, { personId: person.id, ...visitor });
  return { session, name: person.name, isNew: known === undefined };
}

/** Undefined: of no allowed domain, or somebody has the address who may not come in. */
async function takeIn(
  pool: Pool,
  { domains, role }: NonNullable<OidcSettings['newcomers']>,
  email: string,
  name: string | undefined,
): Promise<{ readonly id: number; readonly name: string } | undefined> {
  const [local = '', domain = '', ...more] = normalEmail(email).split('@');
  if (more.length > 0 || local === '' || !domains.includes(domain)) return undefined;
  const wanted = plain(name ?? '') || plain(local) || 'newcomer';
  // A name on record is never given again: namesakes are numbered.
  for (let number = 1; number <= MOST_NAMESAKES; number += 1) {
    const numbered = number === 1 ? wanted : `${wanted} ${number}`;
    const made = await createPerson(pool, { name: numbered, email, role, createdBy: ACTOR });
    if (made === 'email') return undefined;
    if (made !== 'name') return made;
  }
  return undefined;
}

/** What may stand on record: a few words of letters, marks, digits and what is between the parts of a name. */
function plain(name: string): string {
  const words = name.split(/[^\p{L}\p{M}\p{N}.'-]/u).filter((word) => word !== '');
  return words
    .slice(0, MOST_WORDS)
    .map((word) => word.slice(0, LONGEST_WORD))
    .join(' ');
}
