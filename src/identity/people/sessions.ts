import { randomBytes } from 'node:crypto';
import { countedAddress } from '../counted-address.ts';
import { hashOf } from '../keys/key-secret.ts';
import type { PersonRole } from '../roles.ts';
import type { Database } from './people.ts';

/** A working day: then a person signs in anew, however busy they were. */
export const SESSION_HOURS = 12;
/** After an hour without a request, too. */
export const IDLE_MINUTES = 60;
const TOKEN_BYTES = 32;
const WELL_FORMED = /^[\w-]{43}$/;
const LONGEST_USER_AGENT = 300;
const MOST_LISTED = 100;
const REMOVED_AT_ONCE = 1_000;

export interface NewSession {
  readonly personId: number;
  readonly address: string;
  readonly userAgent: string | undefined;
}

/** The token is in the cookie, and nowhere else. */
export interface BegunSession {
  readonly id: number;
  readonly token: string;
  readonly expiresAt: Date;
}

/** A session as its person sees it. */
export interface SessionView {
  readonly id: number;
  readonly address: string;
  readonly userAgent: string | null;
  readonly createdAt: Date;
  readonly lastSeenAt: Date;
  readonly expiresAt: Date;
}

export function isSessionToken(text: string): boolean {
  return WELL_FORMED.test(text);
}

/**
 * Begins a session for a person, however they have shown who they are. Whoever calls it has seen that they may come in;
 * one who is disabled meanwhile is refused by the session itself.
 */
export async function beginSession(
  database: Database,
  { personId, address, userAgent }: NewSession,
): Promise<BegunSession> {
  const token = randomBytes(TOKEN_BYTES).toString('base64url');
  const { rows } = await database.query<{ id: number; expiresAt: Date }>({
    text: `WITH familiar AS (
             INSERT INTO familiar_addresses (person_id, address) VALUES ($1, $6)
             ON CONFLICT (person_id, address) DO UPDATE SET last_signed_in_at = now()),
           person AS (UPDATE people SET last_signed_in_at = now() WHERE id = $1)
           INSERT INTO sessions (person_id, hash, address, user_agent, expires_at)
           VALUES ($1, decode($2, 'base64'), $3, $4, now() + make_interval(hours => $5))
           RETURNING id, expires_at AS "expiresAt"`,
    values: [
      personId,
      hashOf(token),
      address,
      userAgent?.slice(0, LONGEST_USER_AGENT),
      SESSION_HOURS,
      countedAddress(address),
    ],
  });
  const [row] = rows;
  if (!row) throw new Error('the session that was just begun is not there');
  return { ...row, token };
}

/** What a token stands for. */
export interface FoundSession {
  readonly id: number;
  readonly personId: number;
  readonly name: string;
  readonly role: PersonRole;
  readonly lastSeenAt: Date;
  readonly expiresAt: Date;
}

export async function findSession(database: Database, hash: string): Promise<FoundSession | undefined> {
  const { rows } = await database.query<FoundSession>({
    name: 'find-session',
    text: `SELECT sessions.id, person_id AS "personId", name, role, last_seen_at AS "lastSeenAt",
                  expires_at AS "expiresAt"
           FROM sessions JOIN people ON people.id = person_id
           WHERE hash = decode($1, 'base64') AND disabled_at IS NULL`,
    values: [hash],
  });
  return rows[0];
}

/** Newest first. */
export async function listSessions(database: Database, personId: number): Promise<SessionView[]> {
  const { rows } = await database.query<SessionView>({
    text: `SELECT id, address, user_agent AS "userAgent", created_at AS "createdAt", last_seen_at AS "lastSeenAt",
                  expires_at AS "expiresAt"
           FROM sessions
           WHERE person_id = $1 AND expires_at > now() AND last_seen_at > now() - make_interval(mins => $2)
           ORDER BY created_at DESC, id DESC LIMIT $3`,
    values: [personId, IDLE_MINUTES, MOST_LISTED],
  });
  return rows;
}

/** Undefined: the person has no such session. */
export async function endSession(
  database: Database,
  personId: number,
  sessionId: number,
): Promise<SessionView | undefined> {
  const { rows } = await database.query<SessionView>({
    text: `DELETE FROM sessions WHERE id = $2 AND person_id = $1
           RETURNING id, address, user_agent AS "userAgent", created_at AS "createdAt", last_seen_at AS "lastSeenAt",
                     expires_at AS "expiresAt"`,
    values: [personId, sessionId],
  });
  return rows[0];
}

/** All of a person's, but the one that is named. Answers with how many they were. */
export async function endSessions(database: Database, personId: number, butSessionId?: number): Promise<number> {
  const { rowCount } = await database.query({
    text: 'DELETE FROM sessions WHERE person_id = $1 AND id IS DISTINCT FROM $2',
    values: [personId, butSessionId ?? null],
  });
  return rowCount ?? 0;
}

/** Notes when sessions were last used, given by id. Never backwards. */
export async function noteSessionUse(database: Database, used: ReadonlyMap<number, Date>): Promise<void> {
  await database.query({
    text: `UPDATE sessions SET last_seen_at = greatest(last_seen_at, used.at)
           FROM unnest($1::bigint[], $2::timestamptz[]) AS used (id, at) WHERE sessions.id = used.id`,
    values: [[...used.keys()], Array.from(used.values(), (at) => at.toISOString())],
  });
}

/** Removes those that are over by time, a bounded number. Answers with how many went. */
export async function removeEndedSessions(database: Database): Promise<number> {
  const { rowCount } = await database.query({
    text: `DELETE FROM sessions WHERE id IN (
             (SELECT id FROM sessions WHERE expires_at < now() ORDER BY expires_at LIMIT $2)
             UNION ALL
             (SELECT id FROM sessions WHERE last_seen_at < now() - make_interval(mins => $1)
              ORDER BY last_seen_at LIMIT $2))`,
    values: [IDLE_MINUTES, REMOVED_AT_ONCE],
  });
  return rowCount ?? 0;
}
