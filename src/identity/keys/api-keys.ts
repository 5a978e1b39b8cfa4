import type { Pool } from 'pg';
import { violatedConstraint } from '../../platform/database/postgres.ts';
import { afterCursor, pageOf, type Page, type PageRequest } from '../../queries/lists/paging.ts';
import { hashOf, newKeySecret, prefixOf } from './key-secret.ts';
import type { Database } from '../people/people.ts';
import type { OperationId } from '../operations.ts';
import type { KeyRole } from '../roles.ts';

/** Everything that is known of a key. Its secrets are not. */
export interface ApiKey {
  readonly id: number;
  readonly name: string;
  readonly role: KeyRole;
  /** Null: all that the role may. */
  readonly operations: readonly string[] | null;
  readonly createdBy: string;
  readonly createdAt: Date;
  readonly expiresAt: Date | null;
  readonly revokedAt: Date | null;
  readonly revokedBy: string | null;
  /** To within a minute. */
  readonly lastUsedAt: Date | null;
  /** Oldest first; the last is the one in use, those before it end with the overlap of a rotation. */
  readonly secrets: readonly ShownSecret[];
}

interface ShownSecret {
  readonly prefix: string;
  /** ISO 8601, UTC. */
  readonly createdAt: string;
  readonly expiresAt: string | null;
}

export interface NewApiKey {
  readonly name: string;
  readonly role: KeyRole;
  readonly operations: readonly OperationId[] | null;
  readonly expiresAt: Date | null;
  readonly createdBy: string;
}

/** The secret is in no other answer ever again. */
export interface IssuedKey {
  readonly id: number;
  readonly secret: string;
}

const UTC = `'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'`;
const SELECT = `SELECT id, name, role, operations, created_by AS "createdBy", created_at AS "createdAt",
                       expires_at AS "expiresAt", revoked_at AS "revokedAt", revoked_by AS "revokedBy",
                       last_used_at AS "lastUsedAt",
                       (SELECT json_agg(json_build_object(
                                 'prefix', prefix,
                                 'createdAt', to_char(created_at AT TIME ZONE 'UTC', ${UTC}),
                                 'expiresAt', to_char(expires_at AT TIME ZONE 'UTC', ${UTC})) ORDER BY created_at)
                        FROM api_key_secrets WHERE key_id = api_keys.id) AS secrets
                FROM api_keys`;

/** Undefined: another key has, or had, the name. In a transaction it is over after that. */
export async function createKey(database: Database, key: NewApiKey): Promise<IssuedKey | undefined> {
  const secret = newKeySecret();
  try {
    const { rows } = await database.query<{ id: number }>({
      text: `WITH made AS (
               INSERT INTO api_keys (name, role, operations, expires_at, created_by)
               VALUES ($1, $2, $3, $4, $5) RETURNING id)
             INSERT INTO api_key_secrets (key_id, hash, prefix)
             SELECT id, decode($6, 'base64'), $7 FROM made RETURNING key_id AS id`,
      values: [
        key.name,
        key.role,
        key.operations,
        key.expiresAt?.toISOString(),
        key.createdBy,
        hashOf(secret),
        prefixOf(secret),
      ],
    });
    return issued(rows, secret);
  } catch (error) {
    if (violatedConstraint(error) === 'api_keys_name_key') return undefined;
    throw error;
  }
}

/**
 * Gives the key a new secret. The ones before stay good for the overlap at most, and never longer than they were to be.
 * Undefined: there is no such key, or it is revoked.
 */
export async function rotateKey(
  database: Database,
  keyId: number,
  overlapSeconds: number,
): Promise<IssuedKey | undefined> {
  const secret = newKeySecret();
  const { rows } = await database.query<{ id: number }>({
    text: `WITH found AS (SELECT id FROM api_keys WHERE id = $1 AND revoked_at IS NULL FOR UPDATE),
                gone AS (DELETE FROM api_key_secrets
                         WHERE key_id IN (SELECT id FROM found) AND expires_at <= now()),
                ending AS (UPDATE api_key_secrets
                           SET expires_at = least(expires_at, now() + make_interval(secs => $2))
                           WHERE key_id IN (SELECT id FROM found) AND (expires_at IS NULL OR expires_at > now()))
           INSERT INTO api_key_secrets (key_id, hash, prefix)
           SELECT id, decode($3, 'base64'), $4 FROM found RETURNING key_id AS id`,
    values: [keyId, overlapSeconds, hashOf(secret), prefixOf(secret)],
  });
  return issued(rows, secret);
}

/** For good. A key that is revoked already stays as it is. */
export async function revokeKey(database: Database, keyId: number, revokedBy: string): Promise<void> {
  await database.query({
    text: 'UPDATE api_keys SET revoked_at = now(), revoked_by = $2 WHERE id = $1 AND revoked_at IS NULL',
    values: [keyId, revokedBy],
  });
}

export async function readKey(database: Database, keyId: number): Promise<ApiKey | undefined> {
  const { rows } = await database.query<ApiKey>({ text: `${SELECT} WHERE id = $1`, values: [keyId] });
  return rows[0];
}

export async function readKeyByName(database: Database, name: string): Promise<ApiKey | undefined> {
  const { rows } = await database.query<ApiKey>({ text: `${SELECT} WHERE name = $1`, values: [name] });
  return rows[0];
}

/** Newest first. */
export async function listKeys(pool: Pool, page: PageRequest): Promise<Page<ApiKey>> {
  const { rows } = await pool.query<ApiKey>({
    text: `${SELECT} WHERE ($1::timestamptz IS NULL OR (created_at, id) < ($1, $2::bigint))
           ORDER BY created_at DESC, id DESC LIMIT $3`,
    values: [...afterCursor(page), page.limit + 1],
  });
  return pageOf(rows, page.limit);
}

/** What a secret stands for, and until when. */
export interface FoundKey {
  readonly id: number;
  readonly name: string;
  readonly role: KeyRole;
  readonly operations: readonly string[] | null;
  /** When the key ends, whichever of its secrets this is. */
  readonly endsAt: Date | null;
  /** Whichever of key and secret ends first. */
  readonly expiresAt: Date | null;
  readonly revoked: boolean;
}

export async function findKey(pool: Pool, hash: string): Promise<FoundKey | undefined> {
  const { rows } = await pool.query<FoundKey>({
    name: 'find-key',
    text: `SELECT api_keys.id, name, role, operations, revoked_at IS NOT NULL AS revoked,
                  api_keys.expires_at AS "endsAt",
                  least(api_keys.expires_at, api_key_secrets.expires_at) AS "expiresAt"
           FROM api_key_secrets JOIN api_keys ON api_keys.id = key_id WHERE hash = decode($1, 'base64')`,
    values: [hash],
  });
  return rows[0];
}

/** Notes when keys were last used, given by id. Never backwards. */
export async function noteUse(pool: Pool, used: ReadonlyMap<number, Date>): Promise<void> {
  await pool.query({
    text: `UPDATE api_keys SET last_used_at = greatest(last_used_at, used.at)
           FROM unnest($1::bigint[], $2::timestamptz[]) AS used (id, at) WHERE api_keys.id = used.id`,
    values: [[...used.keys()], Array.from(used.values(), (at) => at.toISOString())],
  });
}

function issued(rows: readonly { readonly id: number }[], secret: string): IssuedKey | undefined {
  return rows[0] && { id: rows[0].id, secret };
}
