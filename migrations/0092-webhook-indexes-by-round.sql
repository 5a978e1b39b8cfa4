-- Without a transaction.
-- A claim of deliveries walks the first index: its order was that of a sort of all that was due. The log is kept by when
-- a delivery ended, and the second index holds no other. Nobody waits while they are built.
DROP INDEX CONCURRENTLY IF EXISTS webhook_deliveries_by_round;
CREATE INDEX CONCURRENTLY webhook_deliveries_by_round ON webhook_deliveries (endpoint_id, send_round, next_attempt_at, id) WHERE state = 'PENDING';
DROP INDEX CONCURRENTLY IF EXISTS webhook_deliveries_ended;
CREATE INDEX CONCURRENTLY webhook_deliveries_ended ON webhook_deliveries (updated_at) WHERE state <> 'PENDING';
DROP INDEX CONCURRENTLY IF EXISTS webhook_deliveries_due;
DROP INDEX CONCURRENTLY IF EXISTS webhook_deliveries_by_age;
