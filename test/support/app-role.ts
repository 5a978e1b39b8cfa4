import pg from 'pg';
import { inject } from 'vitest';
import { grantAppRole } from '../../src/platform/database/app-role/app-role.ts';
import { administer } from './servers/test-server.ts';

/** The database as a role other than its owner sees it. */
export function urlAsRole(databaseUrl: string, role: string): string {
  const url = new URL(databaseUrl);
  url.searchParams.set('options', `-c role=${role}`);
  return url.href;
}

/** Why a role cannot be made on the tests' server; undefined: it can. */
export async function roleAbsence(): Promise<string | undefined> {
  const client = new pg.Client(inject('serverUrl'));
  await client.connect();
  try {
    const { rows } = await client.query<{ may: boolean }>(
      'SELECT rolcreaterole OR rolsuper AS may FROM pg_roles WHERE rolname = current_user',
    );
    return rows[0]?.may ? undefined : 'the role of the test server may not make roles';
  } finally {
    await client.end();
  }
}

/** Makes the role with what it is granted, and lets the tests' own be it. */
export async function makeAppRole(databaseUrl: string, role: string): Promise<void> {
  await grantAppRole(databaseUrl, role);
  await administer(databaseUrl, `GRANT ${role} TO CURRENT_USER`);
}

/** A role belongs to the whole server: what it was granted goes first. */
export async function dropRole(databaseUrl: string, role: string): Promise<void> {
  await administer(databaseUrl, `DROP OWNED BY ${role}`, `DROP ROLE ${role}`);
}
