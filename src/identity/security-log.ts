import type { Pool, PoolClient } from 'pg';
import { inTransaction } from '../platform/database/transaction.ts';
import type { Logger } from '../platform/logger.ts';
import { afterCursor, pageOf, type Page, type PageRequest } from '../queries/lists/paging.ts';

/** What happens at the door, by stable names. */
export const SECURITY_EVENTS = [
  'access.unknown',
  'access.forbidden',
  'access.cross_site',
  'access.secret_in_url',
  'key.created',
  'key.rotated',
  'key.revoked',
  'person.set_up',
  'person.invited',
  'person.taken_in',
  'person.changed',
  'person.disabled',
  'person.enabled',
  'person.forgotten',
  'person.reset',
  'person.password_chosen',
  'person.password_changed',
  'person.second_factor_added',
  'person.second_factor_removed',
  'person.sessions_ended',
  'session.begun',
  'session.refused',
  'session.ended',
] as const;
export type SecurityEventName = (typeof SECURITY_EVENTS)[number];

export interface SecurityEvent {
  readonly event: SecurityEventName;
  readonly actor: string;
  /** What was asked for, by operationId. */
  readonly operation?: string;
  readonly requestId?: string;
  readonly address?: string;
  readonly detail?: string;
}

export interface SecurityEventView {
  readonly id: number;
  readonly event: SecurityEventName;
  readonly actor: string;
  readonly operation: string | null;
  readonly requestId: string | null;
  readonly address: string | null;
  readonly detail: string | null;
  readonly createdAt: Date;
}

/** With the time that it happened at. */
interface TimedEvent extends SecurityEvent {
  readonly at: Date;
}

/** Puts an event on record in the transaction that it is told of. */
export type RecordChange = (event: SecurityEvent) => void;

const WRITE_AFTER_MS = 250;
/**
 * A flood of attempts must not become a flood of writes: of what is refused, what is over is counted in one line of the
 * log. Nothing else is ever dropped, or a flood would cover up what was changed meanwhile.
 */
const MOST_WAITING = 500;
const CLEANED_AT_ONCE = 5_000;

/** Puts what happens at the door on record: a line in the log at once, a row in security_events a moment later. */
export class SecurityLog {
  readonly #pool: Pool;
  readonly #logger: Logger;
  #waiting: TimedEvent[] = [];
  #dropped = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(pool: Pool, logger: Logger) {
    this.#pool = pool;
    this.#logger = logger;
  }

  record(event: SecurityEvent): void {
    if (isRefusal(event) && this.#waiting.length >= MOST_WAITING) {
      this.#dropped += 1;
      return;
    }
    this.#log(event);
    this.#waiting.push({ ...event, at: new Date() });
    this.#timer ??= setTimeout(() => void this.flush(), WRITE_AFTER_MS).unref();
  }

  /**
   * Changes who may come in, in one transaction with the rows that put it on record: neither is there without the other.
   * The lines of the log follow once it has committed.
   */
  async change<Result>(
    pool: Pool,
    work: (client: PoolClient, record: RecordChange) => Promise<Result>,
  ): Promise<Result> {
    const events: TimedEvent[] = [];
    const result = await inTransaction(pool, async (client) => {
      const done = await work(client, (event) => events.push({ ...event, at: new Date() }));
      if (events.length > 0) await writeEvents(client, events);
      return done;
    });
    for (const event of events) this.#log(event);
    return result;
  }

  /** Writes all that waits. What cannot be written is in the log. */
  async flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const events = this.#waiting;
    const dropped = this.#dropped;
    this.#waiting = [];
    this.#dropped = 0;
    if (dropped > 0) this.#logger.warn({ dropped }, 'security events came faster than they are written');
    if (events.length === 0) return;
    try {
      await writeEvents(this.#pool, events);
    } catch (error) {
      this.#logger.warn({ error: String(error), events: events.length }, 'security events are in the log alone');
    }
  }

  /** An address is personal: it is in the table, whose rows are removed in time, and not in the log. */
  #log(event: SecurityEvent): void {
    const { event: name, actor, operation, requestId, detail } = event;
    const level = isRefusal(event) ? 'warn' : 'info';
    const security = { event: name, actor, operation, detail };
    this.#logger[level]({ request_id: requestId, security }, 'security event');
  }
}

/** What strangers can cause in any number. */
function isRefusal({ event }: SecurityEvent): boolean {
  return event.startsWith('access.') || event === 'session.refused';
}

async function writeEvents(database: Pool | PoolClient, events: readonly TimedEvent[]): Promise<void> {
  await database.query({
    text: `INSERT INTO security_events (event, actor, operation, request_id, address, detail, created_at)
           SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[],
                                $7::timestamptz[])`,
    values: [
      events.map(({ event }) => event),
      events.map(({ actor }) => actor),
      events.map(({ operation }) => operation ?? null),
      events.map(({ requestId }) => requestId ?? null),
      events.map(({ address }) => address ?? null),
      events.map(({ detail }) => detail ?? null),
      events.map(({ at }) => at.toISOString()),
    ],
  });
}

/** Newest first. */
export async function listSecurityEvents(
  pool: Pool,
  event: SecurityEventName | undefined,
  page: PageRequest,
): Promise<Page<SecurityEventView>> {
  const { rows } = await pool.query<SecurityEventView>({
    text: `SELECT id, event, actor, operation, request_id AS "requestId", address, detail, created_at AS "createdAt"
           FROM security_events
           WHERE ($1::text IS NULL OR event = $1)
             AND ($2::timestamptz IS NULL OR (created_at, id) < ($2, $3::bigint))
           ORDER BY created_at DESC, id DESC LIMIT $4`,
    values: [event, ...afterCursor(page), page.limit + 1],
  });
  return pageOf(rows, page.limit);
}

/** Removes what is past its keeping, a bounded number at a time. Answers with how many went. */
export async function removeOldSecurityEvents(pool: Pool, keepDays: number): Promise<number> {
  const { rowCount } = await pool.query({
    text: `DELETE FROM security_events WHERE id IN (
             SELECT id FROM security_events WHERE created_at < now() - make_interval(days => $1)
             ORDER BY created_at, id LIMIT $2)`,
    values: [keepDays, CLEANED_AT_ONCE],
  });
  return rowCount ?? 0;
}
