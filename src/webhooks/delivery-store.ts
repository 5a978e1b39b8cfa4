import type { ClientBase, Pool } from 'pg';
import { inTransaction } from '../platform/database/transaction.ts';
import type { WebhookDelivery } from '../queries/webhooks/webhook-deliveries.ts';
import { RETRY_DELAYS_MS } from './back-off.ts';
import { disableEndpoint } from './endpoints.ts';

/** A delivery in a worker's hands, and what is needed to send it. */
export interface ClaimedDelivery extends Pick<
  WebhookDelivery,
  'id' | 'endpointId' | 'transitionId' | 'orderId' | 'createdAt'
> {
  readonly position: number | null;
  /** This try's number, and the lease's token: a try whose number is past has lost the delivery. */
  readonly attempt: number;
  /** Of tries before this one, since it was last sent anew. */
  readonly failures: number;
  /** The endpoint's when this was claimed. */
  readonly round: number;
  readonly url: string;
  readonly ordered: boolean;
  readonly secret: Buffer;
  readonly previousSecret: Buffer | null;
}

/** What came of a try, for the log. */
export interface AttemptRecord {
  readonly attemptedAt: Date;
  readonly durationMs: number;
  readonly status: number | null;
  readonly error: string | null;
  readonly answerType: string | null;
  readonly answer: string | null;
}

/** Undefined `retryInMs`: it is given up. */
export type AttemptVerdict =
  | { readonly kind: 'succeeded' }
  | { readonly kind: 'failed'; readonly retryInMs: number | undefined; readonly endpointGone: boolean };

/** Far longer than a try takes. A worker that dies leaves its deliveries to the others after it. */
const LEASE_SECONDS = 60;
/** Of one endpoint: one that is slow to answer must not keep the others waiting. */
export const MOST_AT_ONCE_AN_ENDPOINT = 8;
/**
 * Someone fails for as long as all the tries of a delivery take: then nothing more is sent to it. Whichever try fails next
 * says so, since where many wait for one that never answers, none comes to its last.
 */
const DISABLED_AFTER_SECONDS = RETRY_DELAYS_MS.reduce((sum, each) => sum + each, 0) / 1_000;
/** Who is on record for what nobody asked for. */
const SYSTEM_ACTOR = 'roundtrip';

/** The deliveries as workers use them. Leases run by the database's clock alone. */
export class DeliveryStore {
  readonly #pool: Pool;

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  /**
   * Claims up to `limit` deliveries that are due, a few of each endpoint. Workers that claim at once never get the same.
   *
   * @param busy how many of each endpoint this worker has in its hands already
   */
  async claim(limit: number, busy: ReadonlyMap<number, number>): Promise<ClaimedDelivery[]> {
    const { rows } = await this.#pool.query<ClaimedDelivery>({
      name: 'claim-webhook-deliveries',
      text: CLAIM,
      values: [limit, MOST_AT_ONCE_AN_ENDPOINT, LEASE_SECONDS, [...busy.keys()], [...busy.values()]],
    });
    return rows;
  }

  /**
   * Writes down what came of a try. The log has it in any case; the delivery changes only where the try still has it.
   * Answers whether the endpoint was disabled by it.
   */
  async finish(delivery: ClaimedDelivery, attempt: AttemptRecord, verdict: AttemptVerdict): Promise<boolean> {
    return inTransaction(this.#pool, async (client) => {
      // The endpoint first, as everybody else who changes both: nobody waits for another in a circle.
      const { rows } = await client.query<{ round: number }>({
        name: 'lock-webhook-endpoint',
        text: 'SELECT send_round AS round FROM webhook_endpoints WHERE id = $1 AND deleted_at IS NULL FOR NO KEY UPDATE',
        values: [delivery.endpointId],
      });
      const [endpoint] = rows;
      if (!endpoint) return false;
      await logAttempt(client, delivery, attempt);
      // It was enabled again meanwhile: what failed before is due anew, and says nothing of how it is now.
      if (verdict.kind === 'failed' && delivery.round < endpoint.round) return false;
      const held = await settle(client, delivery, verdict);
      if (!held) return false;
      if (delivery.ordered) await releaseNext(client, delivery, verdict);
      return markEndpoint(client, delivery, verdict);
    });
  }
}

/**
 * MATERIALIZED, so that what is due is looked for once. Those with the fewest in hand come first, and chance decides among
 * like: a few that never answer do not take each place that becomes free. Of an endpoint in order, an order's delivery is
 * due when none of it before is on its way. What is from a round before, when the endpoint had not been enabled again, is
 * due whatever it was to wait for, and begins anew. Condition and order are those of an index, which is walked no further
 * than the limit: a sort would read all that is due.
 */
const CLAIM = `
  WITH due AS MATERIALIZED (
    SELECT claimed.id
    FROM (SELECT id, ordered, send_round, coalesce(busy.count, 0) AS busy FROM webhook_endpoints
          LEFT JOIN unnest($4::bigint[], $5::integer[]) AS busy (endpoint_id, count) ON busy.endpoint_id = id
          WHERE state = 'ENABLED' ORDER BY busy, random()) AS endpoint
    CROSS JOIN LATERAL (
      SELECT id FROM webhook_deliveries
      WHERE webhook_deliveries.endpoint_id = endpoint.id AND webhook_deliveries.state = 'PENDING'
        AND (send_round, next_attempt_at) <= (endpoint.send_round, now())
        AND NOT (endpoint.ordered AND EXISTS (
              SELECT FROM webhook_deliveries AS earlier
              WHERE earlier.endpoint_id = webhook_deliveries.endpoint_id AND earlier.state = 'PENDING'
                AND earlier.order_id = webhook_deliveries.order_id AND earlier.position < webhook_deliveries.position))
      ORDER BY send_round, next_attempt_at, id
      LIMIT greatest(0, $2 - endpoint.busy)
      FOR UPDATE SKIP LOCKED) AS claimed
    LIMIT $1)
  UPDATE webhook_deliveries
  SET attempts = attempts + 1, next_attempt_at = now() + make_interval(secs => $3), updated_at = now(),
      send_round = webhook_endpoints.send_round,
      failures = CASE WHEN webhook_deliveries.send_round < webhook_endpoints.send_round THEN 0 ELSE failures END
  FROM due, webhook_endpoints
  WHERE webhook_deliveries.id = due.id AND webhook_endpoints.id = webhook_deliveries.endpoint_id
  RETURNING webhook_deliveries.id, endpoint_id AS "endpointId", transition_id AS "transitionId",
            order_id AS "orderId", position, webhook_deliveries.created_at AS "createdAt", attempts AS attempt, failures,
            webhook_deliveries.send_round AS round, url, ordered, secret,
            CASE WHEN previous_secret_until > now() THEN previous_secret END AS "previousSecret"`;

async function logAttempt(client: ClientBase, { id, attempt }: ClaimedDelivery, record: AttemptRecord): Promise<void> {
  await client.query({
    name: 'log-webhook-attempt',
    text: `INSERT INTO webhook_attempts (delivery_id, number, attempted_at, duration_ms, status, error, answer_type, answer)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
    values: [
      id,
      attempt,
      record.attemptedAt,
      record.durationMs,
      record.status,
      record.error,
      record.answerType,
      record.answer,
    ],
  });
}

async function settle(client: ClientBase, { id, attempt }: ClaimedDelivery, verdict: AttemptVerdict): Promise<boolean> {
  const retryInMs = verdict.kind === 'failed' ? verdict.retryInMs : undefined;
  const state = verdict.kind === 'succeeded' ? 'SUCCEEDED' : retryInMs === undefined ? 'FAILED' : 'PENDING';
  const { rowCount } = await client.query({
    name: 'settle-webhook-delivery',
    text: `UPDATE webhook_deliveries
           SET state = $3, failures = failures + $4, next_attempt_at = now() + make_interval(secs => $5),
               updated_at = now()
           WHERE id = $1 AND attempts = $2 AND state = 'PENDING'`,
    values: [id, attempt, state, verdict.kind === 'failed' ? 1 : 0, (retryInMs ?? 0) / 1_000],
  });
  return rowCount === 1;
}

/**
 * What comes after it in the order is due when it has arrived or was given up, and no earlier than it is itself. It is of
 * the same round from then on: in one before, each claim would have to pass by it.
 */
async function releaseNext(
  client: ClientBase,
  { endpointId, orderId, position, round }: ClaimedDelivery,
  verdict: AttemptVerdict,
): Promise<void> {
  if (orderId === null) return;
  const waitMs = verdict.kind === 'failed' ? (verdict.retryInMs ?? 0) : 0;
  await client.query({
    name: 'release-next-webhooks',
    text: `UPDATE webhook_deliveries
           SET next_attempt_at = now() + make_interval(secs => $4), send_round = greatest(send_round, $5),
               failures = CASE WHEN send_round < $5 THEN 0 ELSE failures END
           WHERE endpoint_id = $1 AND order_id = $2 AND state = 'PENDING' AND position > $3`,
    values: [endpointId, orderId, position, waitMs / 1_000, round],
  });
}

async function markEndpoint(client: ClientBase, delivery: ClaimedDelivery, verdict: AttemptVerdict): Promise<boolean> {
  const { endpointId } = delivery;
  if (verdict.kind === 'succeeded') {
    await client.query(
      'UPDATE webhook_endpoints SET failing_since = NULL WHERE id = $1 AND failing_since IS NOT NULL',
      [endpointId],
    );
    return false;
  }
  await client.query('UPDATE webhook_endpoints SET failing_since = now() WHERE id = $1 AND failing_since IS NULL', [
    endpointId,
  ]);
  if (verdict.endpointGone) return disable(client, delivery, 'GONE');
  const { rows } = await client.query<{ failing: boolean }>(
    'SELECT failing_since <= now() - make_interval(secs => $2) AS failing FROM webhook_endpoints WHERE id = $1',
    [endpointId, DISABLED_AFTER_SECONDS],
  );
  return rows[0]?.failing ? disable(client, delivery, 'FAILING') : false;
}

/** What the endpoint answered so is on its way like the rest, which waits for it to be enabled. */
async function disable(
  client: ClientBase,
  { id, endpointId }: ClaimedDelivery,
  reason: 'FAILING' | 'GONE',
): Promise<boolean> {
  const endpoint = await disableEndpoint(client, SYSTEM_ACTOR, endpointId, reason);
  if (endpoint?.disabledReason !== reason) return false;
  await client.query("UPDATE webhook_deliveries SET state = 'PENDING' WHERE id = $1", [id]);
  return true;
}

/** A delivery that only says whether the endpoint can be reached. */
export async function createTestDelivery(client: ClientBase, endpointId: number, type: string): Promise<number> {
  const { rows } = await client.query<{ id: number }>(
    `INSERT INTO webhook_deliveries (endpoint_id, event_type, send_round)
     SELECT id, $2, send_round FROM webhook_endpoints WHERE id = $1 RETURNING id`,
    [endpointId, type],
  );
  const [row] = rows;
  if (!row) throw new Error('an insert returned no row');
  return row.id;
}

/** Sends it again, now and with all its tries before it: the same message under the same id. */
export async function redeliver(client: ClientBase, deliveryId: number): Promise<void> {
  await client.query(
    `UPDATE webhook_deliveries SET state = 'PENDING', failures = 0, next_attempt_at = now(), updated_at = now()
     WHERE id = $1`,
    [deliveryId],
  );
}
