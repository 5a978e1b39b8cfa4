-- Payments get a lifecycle, refunds a cause and an approval, and a refund goes back to the payments that the money came
-- by: so a return or a cancellation may have several. What the version before writes stays valid: a payment that says
-- no more was captured elsewhere, and a refund without a cause is a return's or a cancellation's. The CHECKs are NOT
-- VALID so that no table is read through while it is locked.

ALTER TABLE payments
    ADD COLUMN state           text NOT NULL DEFAULT 'CAPTURED',
    ADD COLUMN method          text NOT NULL DEFAULT 'unspecified',
    -- Null: captured elsewhere, where only the shop knows of it.
    ADD COLUMN gateway         text,
    ADD COLUMN reference       text,
    -- What the gateway's part of the shop's page gave for the customer's means of payment; never a card number.
    ADD COLUMN token           text,
    -- What the gateway is asked for beyond authorising.
    ADD COLUMN intent          text,
    -- What it was above what was owed, booked as the customer's credit.
    ADD COLUMN credit_minor    bigint NOT NULL DEFAULT 0,
    ADD COLUMN failure_code    text,
    ADD COLUMN failure_message text,
    ADD COLUMN updated_at      timestamptz(3) NOT NULL DEFAULT now();
ALTER TABLE payments
    ADD CONSTRAINT payments_state_check
        CHECK (state IN ('PENDING', 'AUTHORISED', 'CAPTURED', 'VOIDED', 'FAILED')) NOT VALID,
    ADD CONSTRAINT payments_intent_check CHECK (intent IN ('capture', 'void')) NOT VALID,
    DROP CONSTRAINT payments_refunded_within_captured,
    -- Only what was captured can be refunded, less what is the customer's credit already.
    ADD CONSTRAINT payments_refunded_within_captured
        CHECK (refunded_minor >= 0 AND credit_minor >= 0
               AND refunded_minor + credit_minor <= CASE WHEN state = 'CAPTURED' THEN amount_minor ELSE 0 END) NOT VALID;
-- Nearly all payments are captured; those that are not are looked for.
CREATE INDEX payments_not_captured ON payments (state, created_at DESC, id DESC) WHERE state <> 'CAPTURED';
-- The gateway's name for a payment leads back to it, once.
CREATE UNIQUE INDEX payments_by_gateway_reference ON payments (gateway, reference) WHERE gateway IS NOT NULL;

ALTER TABLE refunds
    ADD COLUMN cause        text,
    ADD COLUMN requested_by text;
ALTER TABLE refunds
    DROP CONSTRAINT refunds_state_check,
    ADD CONSTRAINT refunds_state_check
        CHECK (state IN ('AWAITING_APPROVAL', 'REJECTED', 'PENDING', 'SUBMITTED', 'SUCCEEDED', 'FAILED')) NOT VALID,
    ADD CONSTRAINT refunds_cause_check
        CHECK (cause IN ('return', 'cancellation', 'goodwill', 'overpayment')) NOT VALID,
    DROP CONSTRAINT refunds_one_per_return;
DROP INDEX refunds_one_per_cancellation;
CREATE UNIQUE INDEX refunds_one_per_return_and_payment ON refunds (return_id, payment_id) WHERE return_id IS NOT NULL;
CREATE UNIQUE INDEX refunds_one_per_cancelled_payment ON refunds (payment_id)
    WHERE return_id IS NULL AND coalesce(cause, 'cancellation') = 'cancellation';

-- A rejected refund gives its reservation back.
CREATE FUNCTION release_rejected_refund() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE payments SET refunded_minor = refunded_minor - NEW.amount_minor WHERE id = NEW.payment_id;
    RETURN NULL;
END $$;
CREATE TRIGGER refunds_release AFTER UPDATE OF state ON refunds FOR EACH ROW
    WHEN (NEW.state = 'REJECTED' AND OLD.state <> 'REJECTED') EXECUTE FUNCTION release_rejected_refund();

-- A refund's cause, and who asked for it, are as fixed as its amount.
CREATE TRIGGER refunds_cause_fixed BEFORE UPDATE ON refunds FOR EACH ROW
    WHEN ((OLD.cause, OLD.requested_by) IS DISTINCT FROM (NEW.cause, NEW.requested_by))
    EXECUTE FUNCTION refuse_refund_rewrite();

ALTER TABLE state_transitions
    DROP CONSTRAINT state_transitions_legal_move,
    ADD CONSTRAINT state_transitions_legal_move CHECK (
        (entity_type, coalesce(from_state, ''), event, to_state) IN (
            ('order', '', 'place', 'PENDING_PAYMENT'),
            ('order', 'PENDING_PAYMENT', 'pay', 'PAID'),
            ('order', 'PAID', 'process', 'PROCESSING_IN_WAREHOUSE'),
            ('order', 'PROCESSING_IN_WAREHOUSE', 'ship', 'SHIPPED'),
            ('order', 'SHIPPED', 'deliver', 'DELIVERED'),
            ('order', 'PENDING_PAYMENT', 'cancel', 'CANCELLED'),
            ('order', 'PAID', 'cancel', 'CANCELLED'),
            ('return', '', 'request', 'REQUESTED'),
            ('return', 'REQUESTED', 'approve', 'APPROVED'),
            ('return', 'REQUESTED', 'reject', 'REJECTED'),
            ('return', 'APPROVED', 'dispatch', 'IN_TRANSIT'),
            ('return', 'IN_TRANSIT', 'receive', 'RECEIVED'),
            ('return', 'RECEIVED', 'complete', 'COMPLETED'),
            ('payment', '', 'initiate', 'PENDING'),
            ('payment', '', 'record', 'CAPTURED'),
            ('payment', 'PENDING', 'authorise', 'AUTHORISED'),
            ('payment', 'PENDING', 'capture', 'CAPTURED'),
            ('payment', 'AUTHORISED', 'capture', 'CAPTURED'),
            ('payment', 'AUTHORISED', 'void', 'VOIDED'),
            ('payment', 'PENDING', 'fail', 'FAILED'),
            ('payment', 'AUTHORISED', 'fail', 'FAILED'),
            ('payment', 'FAILED', 'capture', 'CAPTURED'),
            ('payment', 'VOIDED', 'capture', 'CAPTURED'),
            ('refund', '', 'create', 'PENDING'),
            ('refund', '', 'request', 'AWAITING_APPROVAL'),
            ('refund', 'AWAITING_APPROVAL', 'approve', 'PENDING'),
            ('refund', 'AWAITING_APPROVAL', 'reject', 'REJECTED'),
            ('refund', 'PENDING', 'submit', 'SUBMITTED'),
            ('refund', 'SUBMITTED', 'settle', 'SUCCEEDED'),
            ('refund', 'SUBMITTED', 'fail', 'FAILED'),
            ('refund', 'FAILED', 'retry', 'PENDING')
        )
    ) NOT VALID;
