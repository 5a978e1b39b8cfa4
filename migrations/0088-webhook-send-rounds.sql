-- Enabling an endpoint and deleting it cost what is done, and not what is on record.
--
-- An endpoint's round grows each time that it is enabled. What is on its way from a round before is due at once, with all
-- its tries before it, whatever else its row says: enabling rewrote each of those rows, in one statement that failed where
-- there were a million. The version before leaves the rounds as they are, and its own enabling rewrites the rows still.
--
-- An endpoint that was deleted is disabled, without secrets, in no answer any more, and its row goes after its deliveries.
-- The version before shows it as a disabled one until then.
--
-- The columns rewrite nothing.
ALTER TABLE webhook_endpoints ADD COLUMN send_round integer NOT NULL DEFAULT 0;
ALTER TABLE webhook_endpoints ADD COLUMN deleted_at timestamptz(3) CHECK (deleted_at IS NULL OR state = 'DISABLED');
ALTER TABLE webhook_deliveries ADD COLUMN send_round integer NOT NULL DEFAULT 0;
