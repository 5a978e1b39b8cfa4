import { Socket } from 'node:net';
import pg from 'pg';
import { DatabaseClient } from './client.ts';
import { isoTimestamp, parseTimestamp } from './timestamp.ts';
import type { Logger } from '../logger.ts';

/** Without these a stuck session would hold its locks for ever: PostgreSQL's own defaults are 0, no limit. */
const SESSION_TIMEOUTS = {
  statement_timeout: 15_000,
  lock_timeout: 5_000,
  idle_in_transaction_session_timeout: 10_000,
};
const CONNECTION_TIMEOUT_MS = 2_000;

const BIGINT_OID = 20;
const TIMESTAMPTZ_OID = 1184;
const types = typesWith(parseTimestamp);
/** For the `types` of a statement whose times are only shown. */
export const TIMES_AS_TEXT = typesWith(isoTimestamp);

function typesWith(timeOf: (text: string) => Date | string): pg.CustomTypesConfig {
  const overrides = new pg.TypeOverrides();
  // Ids and amounts are dealt with as numbers; one that a number cannot hold exactly must never pass for another.
  overrides.setTypeParser(BIGINT_OID, (text: string) => {
    const value = Number(text);
    if (!Number.isSafeInteger(value)) throw new RangeError(`bigint ${text} is past 2^53`);
    return value;
  });
  overrides.setTypeParser(TIMESTAMPTZ_OID, timeOf);
  return overrides;
}

function connectionOptions(databaseUrl: string, applicationName: string): pg.ClientConfig {
  return {
    connectionString: databaseUrl,
    application_name: applicationName,
    connectionTimeoutMillis: CONNECTION_TIMEOUT_MS,
    keepAlive: true,
    types,
    ...SESSION_TIMEOUTS,
  };
}

export interface PoolOptions {
  readonly databaseUrl: string;
  readonly applicationName: string;
  readonly size: number;
  readonly logger: Logger;
}

/** A pool for statements that stand alone. Asking a full pool waits two seconds at most. */
export function createPool({ databaseUrl, applicationName, size, logger }: PoolOptions): pg.Pool {
  const pool = new pg.Pool({
    ...connectionOptions(databaseUrl, applicationName),
    Client: DatabaseClient,
    max: size,
  });
  // The pool listens for those that are idle. One in somebody's hands between two statements would end the process.
  pool.on('connect', (client) => {
    client.on('error', () => undefined);
  });
  pool.on('error', (error) => {
    logger.warn({ error: error.message, pool: applicationName }, 'an idle database connection was lost');
  });
  return pool;
}

/**
 * A connection whose statements are sent without waiting for the answers to those before them.
 *
 * @param settings of its session, beside the time-outs; where the URL has `options`, those are taken in place of these
 */
export async function connectPipelined(
  databaseUrl: string,
  applicationName: string,
  settings: Readonly<Record<string, string>> = {},
): Promise<pg.Client> {
  const options = Object.entries(settings).map(([name, value]) => `-c ${name}=${value}`);
  const client = new DatabaseClient({
    ...connectionOptions(databaseUrl, applicationName),
    ...(options.length > 0 ? { options: options.join(' ') } : {}),
    pipeline: true,
    stream: () => new GatheringSocket(),
  });
  // Losing an idle connection is reported here; losing one in use also rejects its statements, which is where it counts.
  client.on('error', () => undefined);
  await client.connect();
  return client;
}

/**
 * Sends the statements of one turn of the event loop as one packet. The driver holds the messages of one statement
 * together and sends them; here they wait for those of the statements that follow at once, because each packet costs a
 * system call and wakes the server's process.
 */
class GatheringSocket extends Socket {
  override uncork(): void {
    process.nextTick(() => {
      super.uncork();
    });
  }
}

/** The database cannot be reached, or ended the session. What was under way may be tried again on another connection. */
export class DatabaseUnavailable extends Error {
  override readonly name = 'DatabaseUnavailable';
}

/** The five-character code of an error that PostgreSQL itself reported; undefined for any other error. */
export function sqlState(error: unknown): string | undefined {
  return error instanceof pg.DatabaseError ? error.code : undefined;
}

/** The violated constraint's name, when PostgreSQL reported a violation. */
export function violatedConstraint(error: unknown): string | undefined {
  return error instanceof pg.DatabaseError ? error.constraint : undefined;
}

/**
 * 57P01 to 57P03: shutting down, crashed, starting up. 25P03 and 57P05: the session did nothing for too long. 53300: no
 * connection left. 53100: the disk is full. 25006: no writes here.
 */
const UNAVAILABLE_STATES = new Set([
  '57P01',
  '57P02',
  '57P03',
  '25P03',
  '57P05',
  '53300',
  '53100',
  '08006',
  '08003',
  '25006',
]);

const UNAVAILABLE_CODES = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND', 'EHOSTUNREACH']);

/** pg reports a lost connection or an exhausted pool by plain errors that only their text tells apart. */
const UNAVAILABLE_MESSAGES =
  /connection terminated|connection error|not queryable|timeout exceeded when trying to connect|timeout expired/i;

/** Whether `error` says that the database is away, as opposed to having refused a statement. */
export function isUnavailable(error: unknown): boolean {
  if (error instanceof DatabaseUnavailable) return true;
  if (error instanceof AggregateError) return error.errors.some(isUnavailable);
  if (!(error instanceof Error)) return false;
  const state = sqlState(error);
  if (state !== undefined) return UNAVAILABLE_STATES.has(state);
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  return UNAVAILABLE_CODES.has(code) || UNAVAILABLE_MESSAGES.test(error.message);
}

/** 55P03: a lock was not to be had in time. 57014: a statement took too long. It had no effect, and may have one later. */
const HELD_UP_STATES = new Set(['55P03', '57014']);

/** Whether `error` says that others held the statement up until its time was over. */
export function isHeldUp(error: unknown): boolean {
  return HELD_UP_STATES.has(sqlState(error) ?? '');
}
