-- Credit notes: the papers that take back part of an invoice. Their numbers are a series of their own, as gapless as the
-- invoices': the row of the year is locked until the transaction ends.
CREATE TABLE credit_note_series (
    financial_year text PRIMARY KEY,
    last_number    integer NOT NULL DEFAULT 0
);

CREATE TABLE credit_notes (
    id              bigint PRIMARY KEY DEFAULT nextval('entity_ids'),
    order_id        bigint NOT NULL REFERENCES orders (id),
    -- Of a completed return, or of a refund that a person asked for: one of each at most.
    return_id       bigint CONSTRAINT credit_notes_one_per_return UNIQUE REFERENCES returns (id),
    refund_id       bigint CONSTRAINT credit_notes_one_per_refund UNIQUE REFERENCES refunds (id),
    number          text NOT NULL UNIQUE CHECK (char_length(number) <= 16),
    financial_year  text NOT NULL REFERENCES credit_note_series (financial_year),
    sequence_number integer NOT NULL CHECK (sequence_number >= 1),
    snapshot        jsonb NOT NULL,
    issued_at       timestamptz(3) NOT NULL,
    rendered_at     timestamptz(3),
    emailed_at      timestamptz(3),
    UNIQUE (financial_year, sequence_number),
    CONSTRAINT credit_notes_one_occasion CHECK (num_nonnulls(return_id, refund_id) = 1)
);
CREATE INDEX credit_notes_by_order ON credit_notes (order_id);

-- As with invoices: it never says anything else afterwards; only the marks of its delivery change.
CREATE TRIGGER credit_notes_no_delete BEFORE DELETE ON credit_notes FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER credit_notes_no_truncate BEFORE TRUNCATE ON credit_notes
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER credit_notes_immutable BEFORE UPDATE ON credit_notes FOR EACH ROW
    WHEN ((OLD.id, OLD.order_id, OLD.return_id, OLD.refund_id, OLD.number, OLD.financial_year, OLD.sequence_number,
           OLD.snapshot, OLD.issued_at)
          IS DISTINCT FROM
          (NEW.id, NEW.order_id, NEW.return_id, NEW.refund_id, NEW.number, NEW.financial_year, NEW.sequence_number,
           NEW.snapshot, NEW.issued_at))
    EXECUTE FUNCTION refuse_change();
