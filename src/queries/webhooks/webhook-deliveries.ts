import type { ClientBase, Pool } from 'pg';
import { cloudEventOf, CLOUD_EVENT_TYPE, type CloudEvent } from '../events/cloud-event.ts';
import type { PlacedEvent } from '../events/event-feed.ts';
import { afterCursor, pageOf, type Page, type PageRequest } from '../lists/paging.ts';

export const WEBHOOK_DELIVERY_STATES = ['PENDING', 'SUCCEEDED', 'FAILED'] as const;
export type WebhookDeliveryState = (typeof WEBHOOK_DELIVERY_STATES)[number];

/** What a test is sent as; it is no event, and shows up in no feed. */
export const TEST_EVENT_TYPE = 'roundtrip.webhook.test.v1';

export interface WebhookDelivery {
  readonly id: number;
  readonly endpointId: number;
  /** Null: a test. */
  readonly transitionId: number | null;
  readonly orderId: number | null;
  readonly eventType: string;
  readonly state: WebhookDeliveryState;
  readonly attempts: number;
  readonly nextAttemptAt: Date;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** What is of a round before its endpoint was enabled again waits no longer. */
export const WEBHOOK_DELIVERY_COLUMNS = `id, endpoint_id AS "endpointId", transition_id AS "transitionId",
  order_id AS "orderId", event_type AS "eventType", state, attempts,
  CASE WHEN send_round < (SELECT send_round FROM webhook_endpoints WHERE id = endpoint_id)
       THEN least(next_attempt_at, now()) ELSE next_attempt_at END AS "nextAttemptAt",
  created_at AS "createdAt", updated_at AS "updatedAt"`;

/** One try: what was answered, or why nothing was. */
export interface WebhookAttempt {
  readonly number: number;
  readonly attemptedAt: Date;
  readonly durationMs: number;
  readonly status: number | null;
  readonly error: string | null;
  readonly answerType: string | null;
  readonly answer: string | null;
}

/** The latest tries of a delivery that are told of. */
const MOST_ATTEMPTS_TOLD = 50;

export interface WebhookDeliveryFilter {
  readonly endpointId: number;
  readonly state?: WebhookDeliveryState;
}

/** Of one endpoint, newest first. */
export async function listWebhookDeliveries(
  pool: Pool,
  { endpointId, state }: WebhookDeliveryFilter,
  page: PageRequest,
): Promise<Page<WebhookDelivery>> {
  const { rows } = await pool.query<WebhookDelivery>({
    text: `SELECT ${WEBHOOK_DELIVERY_COLUMNS} FROM webhook_deliveries
           WHERE endpoint_id = $1 AND ($2::text IS NULL OR state = $2)
             AND ($3::timestamptz IS NULL OR (created_at, id) < ($3, $4::bigint))
             AND EXISTS (SELECT FROM webhook_endpoints WHERE id = $1 AND deleted_at IS NULL)
           ORDER BY created_at DESC, id DESC LIMIT $5`,
    values: [endpointId, state ?? null, ...afterCursor(page), page.limit + 1],
  });
  return pageOf(rows, page.limit);
}

export async function readWebhookDelivery(db: Pool | ClientBase, id: number): Promise<WebhookDelivery | undefined> {
  const { rows } = await db.query<WebhookDelivery>({
    name: 'read-webhook-delivery',
    text: `SELECT ${WEBHOOK_DELIVERY_COLUMNS} FROM webhook_deliveries WHERE id = $1`,
    values: [id],
  });
  return rows[0];
}

/** The latest first. */
export async function readWebhookAttempts(pool: Pool, deliveryId: number): Promise<readonly WebhookAttempt[]> {
  const { rows } = await pool.query<WebhookAttempt>({
    name: 'read-webhook-attempts',
    text: `SELECT number, attempted_at AS "attemptedAt", duration_ms AS "durationMs", status, error,
                  answer_type AS "answerType", answer
           FROM webhook_attempts WHERE delivery_id = $1 ORDER BY number DESC LIMIT $2`,
    values: [deliveryId, MOST_ATTEMPTS_TOLD],
  });
  return rows;
}

/** What is sent: made of the transition each time, and so the same each time. */
export interface WebhookMessage {
  /** The same in every copy. */
  readonly id: string;
  readonly contentType: string;
  readonly body: string;
}

/** @throws Error when the event of a delivery is not on record */
export async function webhookMessage(
  pool: Pool,
  delivery: Pick<WebhookDelivery, 'id' | 'endpointId' | 'transitionId' | 'createdAt'>,
): Promise<WebhookMessage> {
  const id = `msg_${delivery.id}`;
  if (delivery.transitionId === null) {
    const test = { type: TEST_EVENT_TYPE, time: delivery.createdAt, data: { endpoint_id: delivery.endpointId } };
    return { id, contentType: 'application/json', body: JSON.stringify(test) };
  }
  const event = await readCloudEvent(pool, delivery.transitionId);
  if (!event) throw new Error(`transition ${delivery.transitionId} is not on record`);
  return { id, contentType: CLOUD_EVENT_TYPE, body: JSON.stringify(event) };
}

async function readCloudEvent(pool: Pool, transitionId: number): Promise<CloudEvent | undefined> {
  const { rows } = await pool.query<Omit<PlacedEvent, 'position'>>({
    name: 'read-event-of-transition',
    text: `SELECT state_transitions.id AS "transitionId", (SELECT token FROM installation) AS installation,
                  order_id AS "orderId", order_number AS "orderNumber",
                  entity_type AS "entityType", entity_id AS "entityId", event, from_state AS "fromState",
                  to_state AS "toState", actor, reason, sequence, state_transitions.created_at AS "createdAt"
           FROM state_transitions JOIN orders ON orders.id = order_id WHERE state_transitions.id = $1`,
    values: [transitionId],
  });
  const [row] = rows;
  return row && cloudEventOf(row);
}

export interface WebhookCounts {
  readonly pending: number;
  readonly disabledEndpoints: number;
  /** How long the delivery that waits longest has been due, in seconds. */
  readonly longestWaitSeconds: number;
}

/** What a scrape of the metrics reads. What is left of a round before has been due since its endpoint was enabled again. */
export async function countWebhooks(pool: Pool): Promise<WebhookCounts> {
  const { rows } = await pool.query<WebhookCounts>({
    name: 'count-webhooks',
    text: `SELECT (SELECT count(*) FROM webhook_deliveries
                   WHERE state = 'PENDING'
                     AND endpoint_id IN (SELECT id FROM webhook_endpoints WHERE deleted_at IS NULL)) AS pending,
                  (SELECT count(*) FROM webhook_endpoints
                   WHERE state = 'DISABLED' AND deleted_at IS NULL) AS "disabledEndpoints",
                  (SELECT coalesce(max(waited), 0)::double precision FROM (
                     SELECT extract(epoch FROM now() - (
                              SELECT CASE WHEN send_round = webhook_endpoints.send_round THEN next_attempt_at ELSE (
                                       SELECT max(created_at) FROM webhook_endpoint_changes
                                       WHERE endpoint_id = webhook_endpoints.id AND change = 'enabled') END
                              FROM webhook_deliveries
                              WHERE endpoint_id = webhook_endpoints.id AND webhook_deliveries.state = 'PENDING'
                              ORDER BY send_round, next_attempt_at LIMIT 1)) AS waited
                     FROM webhook_endpoints WHERE state = 'ENABLED') AS oldest WHERE waited > 0) AS "longestWaitSeconds"`,
  });
  return rows[0] ?? { pending: 0, disabledEndpoints: 0, longestWaitSeconds: 0 };
}
