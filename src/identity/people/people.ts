import type { Pool, PoolClient } from 'pg';
import { violatedConstraint } from '../../platform/database/postgres.ts';
import { afterCursor, pageOf, type Page, type PageRequest } from '../../queries/lists/paging.ts';
import type { PersonRole } from '../roles.ts';

/** A pool, or the connection of a transaction. */
export type Database = Pick<Pool | PoolClient, 'query'>;

/** Everything that is told of a person. What they are known by is not. */
export interface Person {
  readonly id: number;
  /** Goes on record for what they do. */
  readonly name: string;
  /** In lower case. */
  readonly email: string;
  readonly role: PersonRole;
  /** False: invited, and has not chosen one yet. */
  readonly hasPassword: boolean;
  readonly hasSecondFactor: boolean;
  readonly createdBy: string;
  readonly createdAt: Date;
  readonly lastSignedInAt: Date | null;
  readonly disabledAt: Date | null;
  readonly disabledBy: string | null;
}

export interface NewPerson {
  readonly name: string;
  readonly email: string;
  readonly role: PersonRole;
  readonly createdBy: string;
}

/** What stands in the way of a new person. */
export type Taken = 'name' | 'email';

/** No control character, and none that turns the direction of what is written around it. */
const VISIBLE = '[^\\s\\u0000-\\u001f\\u007f-\\u009f\\u200b-\\u200f\\u2028-\\u202e\\u2060-\\u2069]';
/** One to four words; 64 characters at most. */
export const PERSON_NAME_PATTERN = `^${VISIBLE}{1,32}( ${VISIBLE}{1,32}){0,3}$`;
const LONGEST_NAME = 64;

export function isPersonName(text: string): boolean {
  return text.length <= LONGEST_NAME && new RegExp(PERSON_NAME_PATTERN, 'u').test(text);
}

const COLUMNS = `id, name, email, role, password_hash IS NOT NULL AS "hasPassword",
                 totp_secret IS NOT NULL AS "hasSecondFactor", created_by AS "createdBy", created_at AS "createdAt",
                 last_signed_in_at AS "lastSignedInAt", disabled_at AS "disabledAt", disabled_by AS "disabledBy"`;

/** Addresses that differ in their case alone are one: nobody has two such. */
export function normalEmail(email: string): string {
  return email.normalize('NFKC').toLowerCase();
}

/** The one who was made, or which of their names is somebody's already. In a transaction it is over after that. */
export async function createPerson(
  database: Database,
  { name, email, role, createdBy }: NewPerson,
): Promise<Person | Taken> {
  try {
    const { rows } = await database.query<Person>({
      text: `INSERT INTO people (name, email, role, created_by) VALUES ($1, $2, $3, $4) RETURNING ${COLUMNS}`,
      values: [name.normalize('NFC'), normalEmail(email), role, createdBy],
    });
    const [person] = rows;
    if (!person) throw new Error('the person who was just made is not there');
    return person;
  } catch (error) {
    const constraint = violatedConstraint(error);
    if (constraint === 'people_name_key') return 'name';
    if (constraint === 'people_email_key') return 'email';
    throw error;
  }
}

export async function readPerson(database: Database, personId: number): Promise<Person | undefined> {
  const { rows } = await database.query<Person>({
    text: `SELECT ${COLUMNS} FROM people WHERE id = $1`,
    values: [personId],
  });
  return rows[0];
}

export async function readPersonByName(database: Database, name: string): Promise<Person | undefined> {
  const { rows } = await database.query<Person>({
    text: `SELECT ${COLUMNS} FROM people WHERE name = $1`,
    values: [name],
  });
  return rows[0];
}

/** Newest first. */
export async function listPeople(database: Database, page: PageRequest): Promise<Page<Person>> {
  const { rows } = await database.query<Person>({
    text: `SELECT ${COLUMNS} FROM people
           WHERE ($1::timestamptz IS NULL OR (created_at, id) < ($1, $2::bigint))
           ORDER BY created_at DESC, id DESC LIMIT $3`,
    values: [...afterCursor(page), page.limit + 1],
  });
  return pageOf(rows, page.limit);
}

export interface PersonChange {
  readonly role?: PersonRole | undefined;
  readonly isDisabled?: boolean | undefined;
}

/**
 * Holds from the next request of the person on. One who is disabled has no session and no link left, and keeps name and
 * password. Undefined: nobody has the id.
 */
export async function changePerson(
  database: Database,
  personId: number,
  { role, isDisabled }: PersonChange,
  actor: string,
): Promise<Person | undefined> {
  const { rows } = await database.query<Person>({
    text: `WITH ended AS (DELETE FROM sessions WHERE person_id = $1 AND $3::boolean),
                withdrawn AS (DELETE FROM one_time_links WHERE person_id = $1 AND $3::boolean)
           UPDATE people
           SET role = coalesce($2, role),
               disabled_at = CASE WHEN $3 THEN coalesce(disabled_at, now()) WHEN $3 IS NULL THEN disabled_at END,
               disabled_by = CASE WHEN $3 THEN coalesce(disabled_by, $4) WHEN $3 IS NULL THEN disabled_by END
           WHERE id = $1 RETURNING ${COLUMNS}`,
    values: [personId, role ?? null, isDisabled ?? null, actor],
  });
  return rows[0];
}

/** What somebody who signs in is held against. */
export interface Credentials {
  readonly id: number;
  readonly name: string;
  readonly email: string;
  readonly passwordHash: string | null;
  readonly hasSecondFactor: boolean;
}

const CREDENTIALS = `SELECT id, name, email, password_hash AS "passwordHash", totp_secret IS NOT NULL AS "hasSecondFactor"
                     FROM people`;

/** Undefined: nobody who may come in has the address. */
export async function credentialsByEmail(database: Database, email: string): Promise<Credentials | undefined> {
  const { rows } = await database.query<Credentials>({
    text: `${CREDENTIALS} WHERE email = $1 AND disabled_at IS NULL`,
    values: [normalEmail(email)],
  });
  return rows[0];
}

export async function credentialsOf(database: Database, personId: number): Promise<Credentials | undefined> {
  const { rows } = await database.query<Credentials>({
    text: `${CREDENTIALS} WHERE id = $1 AND disabled_at IS NULL`,
    values: [personId],
  });
  return rows[0];
}

/** Also of one who is disabled. Undefined: nobody has the address. */
export async function personIdByEmail(database: Database, email: string): Promise<number | undefined> {
  const { rows } = await database.query<{ id: number }>({
    name: 'find-person-by-email',
    text: 'SELECT id FROM people WHERE email = $1',
    values: [normalEmail(email)],
  });
  return rows[0]?.id;
}

export async function setPassword(database: Database, personId: number, passwordHash: string): Promise<void> {
  await database.query({
    text: 'UPDATE people SET password_hash = $2 WHERE id = $1',
    values: [personId, passwordHash],
  });
}
