-- A refund that its gateway declines for good is paid some other way, and recorded: what that payment is called where it
-- was made. Null: it went, or goes, through the gateway.
--
-- Adds a column without a value and puts a list of moves in the place of a shorter one; neither reads a row (NOT VALID),
-- and both wait for no more than the statements that write at that moment. The version before goes on as it is.
ALTER TABLE refunds
    ADD COLUMN elsewhere_reference text,
    ADD CONSTRAINT refunds_elsewhere_reference CHECK (
        elsewhere_reference IS NULL OR state = 'SUCCEEDED' AND char_length(elsewhere_reference) BETWEEN 1 AND 200
    ) NOT VALID;

ALTER TABLE state_transitions
    DROP CONSTRAINT state_transitions_legal_move,
    ADD CONSTRAINT state_transitions_legal_move CHECK (
        entity_type || ': ' || coalesce(from_state || ' ', '') || '-' || event || '-> ' || to_state IN (
            'order: -place-> PENDING_PAYMENT',
            'order: PENDING_PAYMENT -pay-> PAID',
            'order: PAID -process-> PROCESSING_IN_WAREHOUSE',
            'order: PROCESSING_IN_WAREHOUSE -ship-> SHIPPED',
            'order: SHIPPED -deliver-> DELIVERED',
            'order: PENDING_PAYMENT -cancel-> CANCELLED',
            'order: PAID -cancel-> CANCELLED',
            'return: -request-> REQUESTED',
            'return: REQUESTED -approve-> APPROVED',
            'return: REQUESTED -reject-> REJECTED',
            'return: APPROVED -dispatch-> IN_TRANSIT',
            'return: IN_TRANSIT -receive-> RECEIVED',
            'return: RECEIVED -complete-> COMPLETED',
            'payment: -initiate-> PENDING',
            'payment: -record-> CAPTURED',
            'payment: PENDING -authorise-> AUTHORISED',
            'payment: PENDING -capture-> CAPTURED',
            'payment: AUTHORISED -capture-> CAPTURED',
            'payment: AUTHORISED -void-> VOIDED',
            'payment: AUTHORISED -let_expire-> LEFT_TO_EXPIRE',
            'payment: LEFT_TO_EXPIRE -void-> VOIDED',
            'payment: PENDING -fail-> FAILED',
            'payment: AUTHORISED -fail-> FAILED',
            'payment: FAILED -capture-> CAPTURED',
            'payment: VOIDED -capture-> CAPTURED',
            'payment: LEFT_TO_EXPIRE -capture-> CAPTURED',
            'refund: -create-> PENDING',
            'refund: -request-> AWAITING_APPROVAL',
            'refund: AWAITING_APPROVAL -approve-> PENDING',
            'refund: AWAITING_APPROVAL -reject-> REJECTED',
            'refund: PENDING -submit-> SUBMITTED',
            'refund: SUBMITTED -settle-> SUCCEEDED',
            'refund: SUBMITTED -fail-> FAILED',
            'refund: FAILED -retry-> PENDING',
            'refund: FAILED -record-> SUCCEEDED'
        )
    ) NOT VALID;
