-- A payment may be captured in part, and one that its gateway has no way to void is left to expire there. What the version
-- before writes stays valid: a payment that names no part is captured whole. The CHECKs are NOT VALID so that no table is
-- read through while it is locked.
ALTER TABLE payments
    -- Of what was authorised, the part that is to be captured, or was; null: all.
    ADD COLUMN capture_minor bigint;
ALTER TABLE payments
    ADD CONSTRAINT payments_captured_within_authorised CHECK (capture_minor BETWEEN 1 AND amount_minor) NOT VALID,
    DROP CONSTRAINT payments_state_check,
    ADD CONSTRAINT payments_state_check
        CHECK (state IN ('PENDING', 'AUTHORISED', 'CAPTURED', 'VOIDED', 'LEFT_TO_EXPIRE', 'FAILED')) NOT VALID,
    DROP CONSTRAINT payments_refunded_within_captured,
    ADD CONSTRAINT payments_refunded_within_captured
        CHECK (refunded_minor >= 0 AND credit_minor >= 0
               AND refunded_minor + credit_minor
                   <= CASE WHEN state = 'CAPTURED' THEN coalesce(capture_minor, amount_minor) ELSE 0 END) NOT VALID;

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
            ('payment', 'AUTHORISED', 'let_expire', 'LEFT_TO_EXPIRE'),
            ('payment', 'LEFT_TO_EXPIRE', 'void', 'VOIDED'),
            ('payment', 'PENDING', 'fail', 'FAILED'),
            ('payment', 'AUTHORISED', 'fail', 'FAILED'),
            ('payment', 'FAILED', 'capture', 'CAPTURED'),
            ('payment', 'VOIDED', 'capture', 'CAPTURED'),
            ('payment', 'LEFT_TO_EXPIRE', 'capture', 'CAPTURED'),
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
