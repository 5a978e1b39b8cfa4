-- The daily comparison reads the payments of the last weeks: by their ids alone, its first page read all that were ever
-- made to find where those begin.
--
-- Writers wait while this is built: about a second for each million payments.
CREATE INDEX payments_by_gateway_and_age ON payments (gateway, created_at, id) WHERE gateway IS NOT NULL;
DROP INDEX payments_by_gateway;
