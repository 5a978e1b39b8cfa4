-- Who asked for a refund, by what they cannot change. `requested_by` is the name that the record shows, which an outside
-- issuer may let its people choose: under another name they would be a second pair of eyes to themselves. Null: asked for
-- before this, or by a version that does not know the column; then the name decides, as it did.
--
-- Adds a column without a value, and takes a trigger's place: neither reads a row, and both wait for no more than the
-- statements that write refunds at that moment. The version before goes on as it is.
ALTER TABLE refunds ADD COLUMN requested_by_caller text;

-- As fixed as the name.
CREATE OR REPLACE TRIGGER refunds_cause_fixed BEFORE UPDATE ON refunds FOR EACH ROW
    WHEN ((OLD.cause, OLD.requested_by, OLD.requested_by_caller)
          IS DISTINCT FROM (NEW.cause, NEW.requested_by, NEW.requested_by_caller))
    EXECUTE FUNCTION refuse_refund_rewrite();
