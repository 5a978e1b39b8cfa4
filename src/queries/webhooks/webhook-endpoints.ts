import type { ClientBase, Pool } from 'pg';
import { afterCursor, pageOf, type Page, type PageRequest } from '../lists/paging.ts';

export const WEBHOOK_ENDPOINT_STATES = ['ENABLED', 'DISABLED'] as const;
export type WebhookEndpointState = (typeof WEBHOOK_ENDPOINT_STATES)[number];

/** A person; three days without success; or the endpoint itself, by answering 410. */
export const DISABLED_REASONS = ['PERSON', 'FAILING', 'GONE'] as const;
export type DisabledReason = (typeof DISABLED_REASONS)[number];

export interface WebhookEndpoint {
  readonly id: number;
  readonly url: string;
  readonly description: string | null;
  /** Types such as `roundtrip.order.shipped.v1`; none: every event. */
  readonly eventTypes: readonly string[];
  /** An order's next event waits until the one before it has arrived, or was given up. */
  readonly ordered: boolean;
  readonly state: WebhookEndpointState;
  readonly disabledReason: DisabledReason | null;
  readonly disabledAt: Date | null;
  /** Where the feed was when it was disabled. */
  readonly disabledPosition: number | null;
  /** The first failure after the last success. */
  readonly failingSince: Date | null;
  /** Until when the secret before this one signs as well. */
  readonly previousSecretUntil: Date | null;
  readonly version: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** All but the secrets, which nothing that answers ever reads. */
export const WEBHOOK_ENDPOINT_COLUMNS = `id, url, description, event_types AS "eventTypes", ordered, state,
  disabled_reason AS "disabledReason", disabled_at AS "disabledAt", disabled_position AS "disabledPosition",
  failing_since AS "failingSince",
  CASE WHEN previous_secret_until > now() THEN previous_secret_until END AS "previousSecretUntil",
  version, created_at AS "createdAt", updated_at AS "updatedAt"`;

export async function readWebhookEndpoint(db: Pool | ClientBase, id: number): Promise<WebhookEndpoint | undefined> {
  const { rows } = await db.query<WebhookEndpoint>({
    name: 'read-webhook-endpoint',
    text: `SELECT ${WEBHOOK_ENDPOINT_COLUMNS} FROM webhook_endpoints WHERE id = $1 AND deleted_at IS NULL`,
    values: [id],
  });
  return rows[0];
}

/** Newest first. There are few: their number is limited. */
export async function listWebhookEndpoints(pool: Pool, page: PageRequest): Promise<Page<WebhookEndpoint>> {
  const { rows } = await pool.query<WebhookEndpoint>({
    text: `SELECT ${WEBHOOK_ENDPOINT_COLUMNS} FROM webhook_endpoints
           WHERE deleted_at IS NULL AND ($1::timestamptz IS NULL OR (created_at, id) < ($1, $2::bigint))
           ORDER BY created_at DESC, id DESC LIMIT $3`,
    values: [...afterCursor(page), page.limit + 1],
  });
  return pageOf(rows, page.limit);
}

export const WEBHOOK_CHANGES = ['created', 'updated', 'secret_rotated', 'enabled', 'disabled', 'deleted'] as const;
export type WebhookChange = (typeof WEBHOOK_CHANGES)[number];

export interface WebhookEndpointChange {
  readonly id: number;
  readonly endpointId: number;
  readonly change: WebhookChange;
  readonly detail: string | null;
  readonly actor: string;
  readonly createdAt: Date;
}

/** Who has changed what, newest first; an endpoint that was deleted has its record still. */
export async function listWebhookEndpointChanges(
  pool: Pool,
  endpointId: number,
  page: PageRequest,
): Promise<Page<WebhookEndpointChange>> {
  const { rows } = await pool.query<WebhookEndpointChange>({
    text: `SELECT id, endpoint_id AS "endpointId", change, detail, actor, created_at AS "createdAt"
           FROM webhook_endpoint_changes
           WHERE endpoint_id = $1 AND ($2::timestamptz IS NULL OR (created_at, id) < ($2, $3::bigint))
           ORDER BY created_at DESC, id DESC LIMIT $4`,
    values: [endpointId, ...afterCursor(page), page.limit + 1],
  });
  return pageOf(rows, page.limit);
}
