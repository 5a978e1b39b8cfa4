import type { ClientBase, Pool } from 'pg';
import type { SealedColumn } from '../platform/secrets/sealed-columns.ts';
import type { SecretBox } from '../platform/secrets/secret-box.ts';
import {
  readWebhookEndpoint,
  WEBHOOK_ENDPOINT_COLUMNS,
  type DisabledReason,
  type WebhookChange,
  type WebhookEndpoint,
} from '../queries/webhooks/webhook-endpoints.ts';
import { newSecret } from './signature.ts';

/** Every event is dealt out to every endpoint: there is a limit to how many. */
export const MOST_ENDPOINTS = 100;
export const LONGEST_OVERLAP_HOURS = 168;
const DELIVERIES_REMOVED_AT_ONCE = 2_000;

/** What a secret of an endpoint is sealed for. */
const PURPOSE = 'webhook';
export const ENDPOINT_SECRET_COLUMNS: readonly SealedColumn[] = [
  { table: 'webhook_endpoints', column: 'secret', purpose: PURPOSE },
  // One whose time is over signs nothing, and stays until the next takes its place.
  {
    table: 'webhook_endpoints',
    column: 'previous_secret',
    purpose: PURPOSE,
    inUse: 'previous_secret_until > now()',
  },
];

/** What its owner says about an endpoint. */
export interface EndpointSettings {
  readonly url: string;
  readonly description: string | null;
  readonly eventTypes: readonly string[];
  readonly ordered: boolean;
}

export interface WithSecret {
  readonly endpoint: WebhookEndpoint;
  /** In the clear, for once. */
  readonly secret: string;
}

/** Undefined: there are as many as there may be. */
export async function createEndpoint(
  client: ClientBase,
  box: SecretBox,
  actor: string,
  { url, description, eventTypes, ordered }: EndpointSettings,
): Promise<WithSecret | undefined> {
  await joinFeed(client);
  const { rows: counted } = await client.query<{ count: number }>(
    'SELECT count(*) AS count FROM webhook_endpoints WHERE deleted_at IS NULL',
  );
  if ((counted[0]?.count ?? 0) >= MOST_ENDPOINTS) return undefined;
  const secret = newSecret();
  const { rows } = await client.query<WebhookEndpoint>({
    text: `INSERT INTO webhook_endpoints (url, description, event_types, ordered, secret)
           VALUES ($1, $2, $3, $4, $5) RETURNING ${WEBHOOK_ENDPOINT_COLUMNS}`,
    values: [url, description, eventTypes, ordered, box.seal(secret, PURPOSE)],
  });
  const [endpoint] = rows;
  if (!endpoint) throw new Error('an insert returned no row');
  await record(client, endpoint.id, 'created', actor, url);
  return { endpoint, secret };
}

/** Answers with the endpoint as it is then; undefined when there is none. */
export async function updateEndpoint(
  client: ClientBase,
  actor: string,
  id: number,
  { url, description, eventTypes, ordered }: EndpointSettings,
): Promise<WebhookEndpoint | undefined> {
  const { rowCount } = await client.query({
    text: `UPDATE webhook_endpoints
           SET url = $2, description = $3, event_types = $4, ordered = $5, version = version + 1, updated_at = now()
           WHERE id = $1 AND deleted_at IS NULL`,
    values: [id, url, description, eventTypes, ordered],
  });
  if (rowCount === 0) return undefined;
  await record(client, id, 'updated', actor, url);
  return readWebhookEndpoint(client, id);
}

/**
 * With its deliveries, which are removed later, a few at a time: in one statement those of a busy month take too long.
 * Who has changed what about it stays on record. Answers with what it was.
 */
export async function deleteEndpoint(
  client: ClientBase,
  actor: string,
  id: number,
): Promise<WebhookEndpoint | undefined> {
  const { rows } = await client.query<WebhookEndpoint>({
    text: `SELECT ${WEBHOOK_ENDPOINT_COLUMNS} FROM webhook_endpoints
           WHERE id = $1 AND deleted_at IS NULL FOR NO KEY UPDATE`,
    values: [id],
  });
  const [endpoint] = rows;
  if (!endpoint) return undefined;
  // Disabled, so that whoever deals or claims passes it by.
  await client.query(
    `UPDATE webhook_endpoints
     SET deleted_at = now(), state = 'DISABLED', disabled_reason = coalesce(disabled_reason, 'PERSON'),
         disabled_at = coalesce(disabled_at, now()), secret = '', previous_secret = NULL
     WHERE id = $1`,
    [id],
  );
  await record(client, id, 'deleted', actor, endpoint.url);
  return endpoint;
}

/** Removes deliveries of an endpoint that was deleted, and such endpoints as have none left; a bounded number. */
export async function removeDeletedEndpoints(pool: Pool): Promise<number> {
  const deliveries = await pool.query({
    text: `DELETE FROM webhook_deliveries WHERE id = ANY (ARRAY(
             SELECT id FROM webhook_deliveries
             WHERE endpoint_id = (SELECT id FROM webhook_endpoints WHERE deleted_at IS NOT NULL ORDER BY id LIMIT 1)
             ORDER BY created_at, id LIMIT $1 FOR UPDATE SKIP LOCKED))`,
    values: [DELIVERIES_REMOVED_AT_ONCE],
  });
  const endpoints = await pool.query(
    `DELETE FROM webhook_endpoints
     WHERE deleted_at IS NOT NULL AND NOT EXISTS (SELECT FROM webhook_deliveries WHERE endpoint_id = webhook_endpoints.id)`,
  );
  return (deliveries.rowCount ?? 0) + (endpoints.rowCount ?? 0);
}

/**
 * What was on its way goes out again from now on, by being of a round before; what happened in between is in the feed
 * alone.
 */
export async function enableEndpoint(
  client: ClientBase,
  actor: string,
  id: number,
): Promise<WebhookEndpoint | undefined> {
  await joinFeed(client);
  const { rowCount } = await client.query({
    text: `UPDATE webhook_endpoints
           SET state = 'ENABLED', disabled_reason = NULL, disabled_at = NULL, disabled_position = NULL,
               failing_since = NULL, send_round = send_round + 1, version = version + 1, updated_at = now()
           WHERE id = $1 AND state = 'DISABLED' AND deleted_at IS NULL`,
    values: [id],
  });
  if (rowCount === 1) await record(client, id, 'enabled', actor, null);
  return readWebhookEndpoint(client, id);
}

/** Nothing is sent from now on; what is on its way waits. */
export async function disableEndpoint(
  client: ClientBase,
  actor: string,
  id: number,
  reason: DisabledReason,
): Promise<WebhookEndpoint | undefined> {
  const { rowCount } = await client.query({
    text: `UPDATE webhook_endpoints
           SET state = 'DISABLED', disabled_reason = $2, disabled_at = now(),
               disabled_position = (SELECT dealt_position FROM webhook_progress),
               version = version + 1, updated_at = now()
           WHERE id = $1 AND state = 'ENABLED'`,
    values: [id, reason],
  });
  if (rowCount === 1) await record(client, id, 'disabled', actor, reason);
  return readWebhookEndpoint(client, id);
}

/** The secret before signs beside the new one for `overlapHours`, so that receivers change over without a gap. */
export async function rotateSecret(
  client: ClientBase,
  box: SecretBox,
  actor: string,
  id: number,
  overlapHours: number,
): Promise<WithSecret | undefined> {
  const secret = newSecret();
  const { rows } = await client.query<WebhookEndpoint>({
    text: `UPDATE webhook_endpoints
           SET previous_secret = CASE WHEN $3 > 0 THEN secret END,
               previous_secret_until = CASE WHEN $3 > 0 THEN now() + make_interval(hours => $3) END,
               secret = $2, version = version + 1, updated_at = now()
           WHERE id = $1 AND deleted_at IS NULL RETURNING ${WEBHOOK_ENDPOINT_COLUMNS}`,
    values: [id, box.seal(secret, PURPOSE), overlapHours],
  });
  const [endpoint] = rows;
  if (!endpoint) return undefined;
  await record(client, id, 'secret_rotated', actor, `the one before signs for ${overlapHours} hours more`);
  return { endpoint, secret };
}

/** Those that sign now, the current one first. */
export function openSecrets(
  box: SecretBox,
  { secret, previousSecret }: { readonly secret: Buffer; readonly previousSecret: Buffer | null },
): string[] {
  return [secret, previousSecret].flatMap((each) => (each ? [box.open(each, PURPOSE)] : []));
}

/**
 * Holds the dealing up until the transaction ends, so that the endpoint gets everything that is dealt out after it.
 * Where nobody was listening, what is in the feed already is nobody's.
 */
async function joinFeed(client: ClientBase): Promise<void> {
  await client.query('SELECT FROM webhook_progress FOR UPDATE');
  await client.query(
    `UPDATE webhook_progress SET dealt_position = (SELECT placed_position FROM event_feed_progress)
     WHERE NOT EXISTS (SELECT FROM webhook_endpoints WHERE state = 'ENABLED')`,
  );
}

async function record(
  client: ClientBase,
  endpointId: number,
  change: WebhookChange,
  actor: string,
  detail: string | null,
): Promise<void> {
  await client.query(
    'INSERT INTO webhook_endpoint_changes (endpoint_id, change, detail, actor) VALUES ($1, $2, $3, $4)',
    [endpointId, change, detail, actor],
  );
}
