import { randomBytes } from 'node:crypto';
import { hashOf, LINK_MARK } from '../keys/key-secret.ts';
import type { Database } from './people.ts';

export const LINK_PURPOSES = ['setup', 'invite', 'reset'] as const;
export type LinkPurpose = (typeof LINK_PURPOSES)[number];

/** Somebody who was invited may be away; whoever asked for a reset waits for it. */
const HOURS = { setup: 24, invite: 72, reset: 24 } as const satisfies Record<LinkPurpose, number>;
const TOKEN_BYTES = 32;
const REMOVED_AT_ONCE = 1_000;

export interface MadeLink {
  /** In this answer only: the database holds its hash. */
  readonly token: string;
  readonly expiresAt: Date;
}

export type NewLink =
  | { readonly purpose: 'setup' }
  | { readonly purpose: 'invite' | 'reset'; readonly personId: number; readonly removesSecondFactor?: boolean };

/** The link takes the place of whatever other link the person has. */
export async function makeLink(database: Database, link: NewLink): Promise<MadeLink> {
  const token = `${LINK_MARK}${randomBytes(TOKEN_BYTES).toString('base64url')}`;
  const ofPerson =
    link.purpose === 'setup'
      ? { personId: null, removesSecondFactor: false }
      : { personId: link.personId, removesSecondFactor: link.removesSecondFactor ?? false };
  const { rows } = await database.query<{ expiresAt: Date }>({
    text: `WITH replaced AS (DELETE FROM one_time_links WHERE person_id = $3)
           INSERT INTO one_time_links (hash, purpose, person_id, removes_second_factor, expires_at)
           VALUES (decode($1, 'base64'), $2, $3, $4, now() + make_interval(hours => $5))
           RETURNING expires_at AS "expiresAt"`,
    values: [hashOf(token), link.purpose, ofPerson.personId, ofPerson.removesSecondFactor, HOURS[link.purpose]],
  });
  const [row] = rows;
  if (!row) throw new Error('the link that was just made is not there');
  return { token, expiresAt: row.expiresAt };
}

/** The page of the console that a link opens. The token is behind the #: a browser sends it to nobody. */
export function pathOfLink(purpose: LinkPurpose, token: string): string {
  return `/console/${purpose === 'setup' ? 'setup' : 'invite'}#token=${token}`;
}

export interface FoundLink {
  readonly purpose: LinkPurpose;
  /** Null: it makes the first person. */
  readonly personId: number | null;
  readonly removesSecondFactor: boolean;
}

const COLUMNS = `purpose, person_id AS "personId", removes_second_factor AS "removesSecondFactor"`;

/** Undefined: there is no such link, or not any more. */
export async function findLink(database: Database, token: string): Promise<FoundLink | undefined> {
  const { rows } = await database.query<FoundLink>({
    text: `SELECT ${COLUMNS} FROM one_time_links WHERE hash = decode($1, 'base64') AND expires_at > now()`,
    values: [hashOf(token)],
  });
  return rows[0];
}

/** Takes a link, once: of two at the same time, one gets undefined. */
export async function takeLink(database: Database, token: string): Promise<FoundLink | undefined> {
  const { rows } = await database.query<FoundLink>({
    text: `DELETE FROM one_time_links WHERE hash = decode($1, 'base64') AND expires_at > now() RETURNING ${COLUMNS}`,
    values: [hashOf(token)],
  });
  return rows[0];
}

/** Removes those that nobody used in time, a bounded number. Answers with how many went. */
export async function removeExpiredLinks(database: Database): Promise<number> {
  const { rowCount } = await database.query({
    text: `DELETE FROM one_time_links WHERE hash IN (
             SELECT hash FROM one_time_links WHERE expires_at < now() ORDER BY expires_at LIMIT $1)`,
    values: [REMOVED_AT_ONCE],
  });
  return rowCount ?? 0;
}
