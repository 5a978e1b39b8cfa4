import pg from 'pg';
import { StartError } from '../start-error.ts';

const CONNECTION_TIMEOUT_MS = 5_000;

/**
 * Connects for whoever has just been started, and has a person to tell.
 *
 * @throws StartError that says in one line, without the password, which database cannot be reached, and why
 */
export async function connectOrExplain(databaseUrl: string, applicationName: string): Promise<pg.Client> {
  const client = new pg.Client({
    connectionString: databaseUrl,
    application_name: applicationName,
    connectionTimeoutMillis: CONNECTION_TIMEOUT_MS,
  });
  // A connection that is lost also fails the statement under way, which is where it counts.
  client.on('error', () => undefined);
  try {
    await client.connect();
    return client;
  } catch (error) {
    const place = `${client.host}:${client.port}, database "${client.database ?? ''}"`;
    throw new StartError(`cannot connect to PostgreSQL at ${place} (${reasonOf(error)}): check DATABASE_URL`, {
      cause: error,
    });
  }
}

/** A name with several addresses fails with one error for each, and no message of its own. */
function reasonOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(reasonOf).join('; ');
  return error instanceof Error ? error.message : String(error);
}
