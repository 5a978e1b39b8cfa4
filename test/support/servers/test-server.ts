import pg from 'pg';

/**
 * How PostgreSQL copies a template. By files takes a third of the time, where no checkpoint waits for a disk: on a server
 * that gave durability up. On any other, the log is quicker.
 */
export type CopyStrategy = 'FILE_COPY' | 'WAL_LOG';

declare module 'vitest' {
  export interface ProvidedContext {
    /** A database to connect to in order to make others; the tests' own are clones of the template. */
    serverUrl: string;
    templateDatabase: string;
    copyStrategy: CopyStrategy;
  }
}

export function urlOfDatabase(serverUrl: string, database: string): string {
  const url = new URL(serverUrl);
  url.pathname = `/${database}`;
  return url.href;
}

/** Runs the statements one by one, each in a transaction of its own, on one connection. */
export async function administer(serverUrl: string, ...statements: readonly string[]): Promise<void> {
  const client = new pg.Client(serverUrl);
  await client.connect();
  try {
    for (const statement of statements) await client.query(statement);
  } finally {
    await client.end();
  }
}

const INSUFFICIENT_PRIVILEGE = '42501';

/** Whoever is still connected is thrown out. */
export async function dropDatabase(serverUrl: string, database: string): Promise<void> {
  try {
    await administer(serverUrl, `DROP DATABASE IF EXISTS ${database} WITH (FORCE)`);
  } catch (error) {
    // An autovacuum worker is the superuser's, whom others may not throw out. The plain form sends it away itself.
    if (!(error instanceof pg.DatabaseError) || error.code !== INSUFFICIENT_PRIVILEGE) throw error;
    await administer(serverUrl, `DROP DATABASE IF EXISTS ${database}`);
  }
}
