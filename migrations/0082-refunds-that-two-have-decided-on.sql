-- Whether a second person has said yes to a refund without goods: what nobody else has approved counts together towards
-- the limit that needs one. False for what is from before this, and for what the version before approves while both run:
-- of such an order a second person is asked once more than needed, never once less.
--
-- Adds a column with a constant value and a rule about it; neither reads a row (NOT VALID), and both wait for no more than
-- the statements that write refunds at that moment. The version before goes on as it is.
ALTER TABLE refunds
    ADD COLUMN is_approved boolean NOT NULL DEFAULT false,
    ADD CONSTRAINT refunds_approved_after_decision CHECK (
        NOT is_approved OR cause = 'goodwill' AND state NOT IN ('AWAITING_APPROVAL', 'REJECTED')
    ) NOT VALID;
