import { expect, test } from 'vitest';
import { useDatabase } from '../../test/support/database.ts';
import { onlyOne } from '../domain/example-orders.ts';
import { createPool } from '../platform/database/postgres.ts';
import { silentLogger } from '../platform/logger.ts';
import { removeOldDeliveries } from './retention.ts';

const database = useDatabase();

test('what waits for an endpoint that stays disabled is kept, and not read to find what is past its keeping', async () => {
  await database.pool.query(
    `WITH endpoint AS (
       INSERT INTO webhook_endpoints (url, secret, state, disabled_reason, disabled_at)
       VALUES ('https://hooks.shop.example/', '', 'DISABLED', 'PERSON', now()) RETURNING id)
     INSERT INTO webhook_deliveries (endpoint_id, event_type, state, created_at, updated_at)
     SELECT endpoint.id, 'roundtrip.order.paid.v1', state, made.at, made.at
     FROM endpoint, (VALUES ('PENDING', 3000), ('SUCCEEDED', 10)) AS each (state, count),
          (SELECT now() - interval '40 days' AS at) AS made, generate_series(1, count)`,
  );
  await database.pool.query('VACUUM ANALYZE webhook_deliveries');
  const pool = createPool({ databaseUrl: database.url, applicationName: 'retention', size: 1, logger: silentLogger });
  await pool.query('BEGIN');
  const removed = await removeOldDeliveries(pool, 30);
  const { rows } = await pool.query<{ read: number }>(
    `SELECT seq_tup_read + idx_tup_fetch AS read FROM pg_stat_xact_user_tables WHERE relname = 'webhook_deliveries'`,
  );
  await pool.query('COMMIT');
  await pool.end();
  expect(removed).toBe(10);
  // Each is read to be found, again to be held, and again to be removed.
  expect(onlyOne(rows).read).toBeLessThanOrEqual(30);
  const { rows: left } = await database.pool.query('SELECT DISTINCT state FROM webhook_deliveries');
  expect(left).toEqual([{ state: 'PENDING' }]);
});
