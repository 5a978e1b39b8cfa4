-- The comparison with a gateway's books covers payments beside refunds, and a person may ask for one now. A comparison
-- that the version before makes while both run cannot be written down, since the same difference is known by more than it
-- knows: it is made again.
ALTER TABLE reconciliation_differences
    ADD COLUMN subject    text NOT NULL DEFAULT 'refund',
    ADD COLUMN payment_id bigint REFERENCES payments (id);
ALTER TABLE reconciliation_differences
    ADD CONSTRAINT reconciliation_differences_subject_check CHECK (subject IN ('payment', 'refund')) NOT VALID,
    DROP CONSTRAINT reconciliation_differences_kind_check,
    ADD CONSTRAINT reconciliation_differences_kind_check
        CHECK (kind IN ('paid_but_open_here', 'ahead_there', 'states_differ', 'not_at_the_gateway', 'amounts_differ',
                        'paid_twice', 'unknown_here', 'outcome_unknown')) NOT VALID;
DROP INDEX reconciliation_differences_once;
CREATE UNIQUE INDEX reconciliation_differences_once
    ON reconciliation_differences (gateway, subject, kind, coalesce(refund_id, payment_id, 0),
                                   coalesce(gateway_reference, ''));

ALTER TABLE reconciliation_turns
    -- Null: asked for, and never begun yet.
    ALTER COLUMN begun_at DROP NOT NULL,
    ADD COLUMN requested_at timestamptz(3),
    -- Of the last one that was finished.
    ADD COLUMN repaired     integer,
    ADD COLUMN differ       integer,
    -- Why the last one did not come to an end; null: it has, or is under way.
    ADD COLUMN failure      text CHECK (char_length(failure) <= 1000);

-- The books of a gateway are compared in the order of the payments' ids.
CREATE INDEX payments_by_gateway ON payments (gateway, id) WHERE gateway IS NOT NULL;
