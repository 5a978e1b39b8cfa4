-- Enabling an endpoint, deleting it, and removing what is past its keeping cost what is done, and not what is on record.
--
-- An endpoint's round grows each time that it is enabled. What is on its way from a round before is due at once, with all
-- its tries before it, whatever else its row says: enabling rewrote each of those rows, in one statement that failed where
-- there were a million. The claim walks the index: its order was that of a sort of all that was due. The version before
-- leaves the rounds as they are, and its own enabling rewrites the rows still.
--
-- An endpoint that was deleted is disabled, without secrets, in no answer any more, and its row goes after its deliveries.
-- The version before shows it as a disabled one until then.
--
-- The log is kept by when a delivery ended, and the index of that holds no other.
--
-- The columns rewrite nothing. What has to do with webhooks waits while the indexes are built, about two seconds for each
-- million deliveries on record; a try that cannot be written down meanwhile is made again. Orders do not wait.
ALTER TABLE webhook_endpoints ADD COLUMN send_round integer NOT NULL DEFAULT 0;
ALTER TABLE webhook_endpoints ADD COLUMN deleted_at timestamptz(3) CHECK (deleted_at IS NULL OR state = 'DISABLED');
ALTER TABLE webhook_deliveries ADD COLUMN send_round integer NOT NULL DEFAULT 0;
CREATE INDEX webhook_deliveries_by_round ON webhook_deliveries (endpoint_id, send_round, next_attempt_at, id)
    WHERE state = 'PENDING';
CREATE INDEX webhook_deliveries_ended ON webhook_deliveries (updated_at) WHERE state <> 'PENDING';
DROP INDEX webhook_deliveries_due;
DROP INDEX webhook_deliveries_by_age;
