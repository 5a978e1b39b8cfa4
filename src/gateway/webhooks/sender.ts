import type { Pool } from 'pg';
import { SIGNATURE_HEADER, signWebhook } from '../../platform/http/webhook-signature.ts';
import type { Logger } from '../../platform/logger.ts';

export interface WebhookTarget {
  /** Undefined: not known yet; what there is to tell waits. */
  readonly url: () => string | undefined;
  readonly secret: string;
}

interface DueEvent {
  readonly sequence: number;
  readonly id: string;
  readonly type: string;
  readonly data: Readonly<Record<string, unknown>>;
  readonly createdAt: Date;
  readonly attempts: number;
}

const MOST_AT_ONCE = 20;
const TIMEOUT_MS = 5_000;
/** An event that another sender holds is its own for so long; then it was lost with that sender. */
const HELD_SECONDS = 30;
const MOST_ATTEMPTS = 10;
const FIRST_PAUSE_SECONDS = 1;

/** Delivers a bounded number of the events that are due. Answers whether there may be more. */
export async function deliverEvents(
  pool: Pool,
  { url: findUrl, secret }: WebhookTarget,
  logger: Logger,
): Promise<boolean> {
  const url = findUrl();
  if (url === undefined) return false;
  const { rows } = await pool.query<DueEvent>({
    name: 'claim-gateway-events',
    text: `WITH due AS MATERIALIZED (
             SELECT sequence FROM gateway.events WHERE deliver_at <= now()
             ORDER BY deliver_at, sequence LIMIT $1 FOR UPDATE SKIP LOCKED)
           UPDATE gateway.events e
           SET attempts = attempts + 1, deliver_at = now() + make_interval(secs => $2)
           FROM due WHERE e.sequence = due.sequence
           RETURNING e.sequence, e.id, e.type, e.data, e.created_at AS "createdAt", e.attempts`,
    values: [MOST_AT_ONCE, HELD_SECONDS],
  });
  await Promise.all(rows.map((event) => deliver(pool, { url, secret }, event, logger)));
  return rows.length === MOST_AT_ONCE;
}

interface KnownTarget {
  readonly url: string;
  readonly secret: string;
}

async function deliver(pool: Pool, target: KnownTarget, event: DueEvent, logger: Logger): Promise<void> {
  const problem = await send(target, event);
  const givesUp = problem !== undefined && event.attempts >= MOST_ATTEMPTS;
  if (problem !== undefined) logger.warn({ event: event.id, problem, gives_up: givesUp }, 'a webhook was not taken');
  const pauseSeconds = FIRST_PAUSE_SECONDS * 2 ** event.attempts;
  await pool.query({
    name: 'settle-gateway-event',
    text: `UPDATE gateway.events
           SET delivered_at = CASE WHEN $2 THEN now() END,
               deliver_at = CASE WHEN $2 OR $3 THEN NULL ELSE now() + make_interval(secs => $4) END
           WHERE sequence = $1`,
    values: [event.sequence, problem === undefined, givesUp, pauseSeconds],
  });
}

/** Undefined: the receiver has taken it. */
async function send(target: KnownTarget, event: DueEvent): Promise<string | undefined> {
  const { id, type, data, createdAt } = event;
  const body = JSON.stringify({ id, type, created_at: createdAt.toISOString(), data });
  try {
    const answer = await fetch(target.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', [SIGNATURE_HEADER]: signWebhook(target.secret, body, new Date()) },
      body,
      redirect: 'manual',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    await answer.body?.cancel();
    return answer.ok ? undefined : `answered ${answer.status}`;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
