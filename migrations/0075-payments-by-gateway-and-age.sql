-- Without a transaction.
-- The daily comparison reads the payments of the last weeks: by their ids alone, its first page read all that were ever
-- made to find where those begin. Nobody waits while this is built.
DROP INDEX CONCURRENTLY IF EXISTS payments_by_gateway_and_age;
CREATE INDEX CONCURRENTLY payments_by_gateway_and_age ON payments (gateway, created_at, id) WHERE gateway IS NOT NULL;
DROP INDEX CONCURRENTLY IF EXISTS payments_by_gateway;
