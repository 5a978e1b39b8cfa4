-- Personal data can be taken out of what is on record without breaking the record. Personal are: orders.customer_id,
-- customer_email, bill_to and ship_to; returns.reason and state_transitions.reason, which people write; the customer of
-- invoices.snapshot and credit_notes.snapshot, and the latter's reason; idempotency_keys.body, for a day; and
-- webhook_attempts.answer, which is whatever a receiver said.

-- The hash of a transition covers a commitment to its reason, not the reason: SHA-256 over a random salt and the text.
-- Reason and salt can go, and nothing is left to guess the text by. Null: there is no reason, or the row is from before
-- this, and its hash covers the reason itself. Constant defaults: nothing is rewritten.
ALTER TABLE state_transitions ADD COLUMN reason_salt bytea;
ALTER TABLE state_transitions ADD COLUMN reason_commitment bytea;

-- The one change that the record lets through: a reason that is committed to goes, with its salt.
CREATE FUNCTION refuse_change_but_erasure() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.reason_commitment IS NOT NULL AND NEW.reason IS NULL AND NEW.reason_salt IS NULL
       AND to_jsonb(NEW) - ARRAY['reason', 'reason_salt'] = to_jsonb(OLD) - ARRAY['reason', 'reason_salt'] THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'restrict_violation';
END $$;
DROP TRIGGER state_transitions_append_only ON state_transitions;
CREATE TRIGGER state_transitions_append_only BEFORE DELETE ON state_transitions
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER state_transitions_unchanged BEFORE UPDATE ON state_transitions
    FOR EACH ROW EXECUTE FUNCTION refuse_change_but_erasure();

-- Invoices and credit notes keep what tax law demands: numbers, dates, parties' names and addresses, lines, totals. Who
-- the customer is to the shop, the e-mail address, and why a person sent something back, are not demanded, and can go.
CREATE FUNCTION refuse_change_but_customer() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF to_jsonb(NEW) - 'snapshot' = to_jsonb(OLD) - 'snapshot'
       AND NEW.snapshot - ARRAY['customer', 'reason'] = OLD.snapshot - ARRAY['customer', 'reason']
       AND NEW.snapshot -> 'customer' ->> 'id' LIKE 'erased-%'
       AND NEW.snapshot -> 'customer' -> 'email' = 'null'
       AND (NEW.snapshot -> 'reason' IS NOT DISTINCT FROM OLD.snapshot -> 'reason'
            OR NEW.snapshot ->> 'reason' = 'Erased') THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'restrict_violation';
END $$;
DROP TRIGGER invoices_immutable ON invoices;
CREATE TRIGGER invoices_immutable BEFORE UPDATE ON invoices FOR EACH ROW
    WHEN ((OLD.id, OLD.order_id, OLD.number, OLD.financial_year, OLD.sequence_number, OLD.snapshot, OLD.issued_at)
          IS DISTINCT FROM
          (NEW.id, NEW.order_id, NEW.number, NEW.financial_year, NEW.sequence_number, NEW.snapshot, NEW.issued_at))
    EXECUTE FUNCTION refuse_change_but_customer();
DROP TRIGGER credit_notes_immutable ON credit_notes;
CREATE TRIGGER credit_notes_immutable BEFORE UPDATE ON credit_notes FOR EACH ROW
    WHEN ((OLD.id, OLD.order_id, OLD.return_id, OLD.refund_id, OLD.number, OLD.financial_year, OLD.sequence_number,
           OLD.snapshot, OLD.issued_at)
          IS DISTINCT FROM
          (NEW.id, NEW.order_id, NEW.return_id, NEW.refund_id, NEW.number, NEW.financial_year, NEW.sequence_number,
           NEW.snapshot, NEW.issued_at))
    EXECUTE FUNCTION refuse_change_but_customer();

-- For a role that may not update these tables: these changes and no other. Each answers with how many rows it was; the
-- second with how many invoices.
CREATE FUNCTION erase_transition_reasons(of_orders bigint[]) RETURNS bigint
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH erased AS (
        UPDATE state_transitions SET reason = NULL, reason_salt = NULL
        WHERE order_id = ANY (of_orders) AND reason IS NOT NULL AND reason_commitment IS NOT NULL
        RETURNING 1)
    SELECT count(*) FROM erased
$$;
CREATE FUNCTION erase_invoice_customers(of_orders bigint[], pseudonym text) RETURNS bigint
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    UPDATE credit_notes
    SET snapshot = snapshot || jsonb_build_object('customer', jsonb_build_object('id', pseudonym, 'email', NULL),
                                                  'reason', 'Erased')
    WHERE order_id = ANY (of_orders);
    WITH erased AS (
        UPDATE invoices
        SET snapshot = jsonb_set(snapshot, '{customer}', jsonb_build_object('id', pseudonym, 'email', NULL))
        WHERE order_id = ANY (of_orders)
        RETURNING 1)
    SELECT count(*) FROM erased
$$;
REVOKE ALL ON FUNCTION erase_transition_reasons(bigint[]), erase_invoice_customers(bigint[], text) FROM PUBLIC;

-- That somebody's data was erased, by whom and when; not whose.
CREATE TABLE customer_erasures (
    id         bigint PRIMARY KEY DEFAULT nextval('entity_ids'),
    -- What stands in the customer's place in the rows that are kept.
    pseudonym  text NOT NULL UNIQUE,
    actor      text NOT NULL,
    orders     integer NOT NULL,
    invoices   integer NOT NULL,
    created_at timestamptz(3) NOT NULL DEFAULT now()
);
CREATE TRIGGER customer_erasures_append_only BEFORE UPDATE OR DELETE ON customer_erasures
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
