-- The local payment gateway keeps payments beside refunds, settles some of either later, and tells of both by webhooks.
-- Its own schema still: nothing of the orders refers to it, nor the other way round.
CREATE TABLE gateway.payments (
    sequence       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id             text NOT NULL UNIQUE,
    reference      text NOT NULL,
    amount_minor   bigint NOT NULL CHECK (amount_minor > 0),
    captured_minor bigint NOT NULL DEFAULT 0 CHECK (captured_minor BETWEEN 0 AND amount_minor),
    currency       text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
    status         text NOT NULL CHECK (status IN ('pending', 'authorised', 'captured', 'voided', 'declined')),
    decline_code   text CHECK ((status = 'declined') = (decline_code IS NOT NULL)),
    -- Of one that is pending: when it settles, and as what. Null as the code: as it was asked for.
    settles_at     timestamptz(3) CHECK ((status = 'pending') = (settles_at IS NOT NULL)),
    settles_declined_code text,
    captures       boolean NOT NULL,
    created_at     timestamptz(3) NOT NULL DEFAULT now()
);
CREATE INDEX payments_by_reference ON gateway.payments (reference, sequence DESC);
CREATE INDEX payments_settling ON gateway.payments (settles_at) WHERE status = 'pending';

-- What changed a payment, under its idempotency key: the same request finds what became of it, another is refused.
CREATE TABLE gateway.payment_requests (
    idempotency_key text PRIMARY KEY CHECK (char_length(idempotency_key) BETWEEN 1 AND 255),
    operation       text NOT NULL CHECK (operation IN ('authorise', 'capture', 'void')),
    payment_id      text NOT NULL REFERENCES gateway.payments (id),
    -- The whole request, as it is compared.
    request         text NOT NULL,
    decline_code    text,
    created_at      timestamptz(3) NOT NULL DEFAULT now()
);

-- A refund may name the payment that it pays back; one that names none is of money captured elsewhere.
ALTER TABLE gateway.refunds
    ADD COLUMN payment_id text,
    ADD COLUMN settles_at timestamptz(3),
    ADD COLUMN settles_declined_code text,
    DROP CONSTRAINT refunds_status_check,
    ADD CONSTRAINT refunds_status_check CHECK (status IN ('pending', 'succeeded', 'declined')),
    ADD CONSTRAINT refunds_settles_check CHECK ((status = 'pending') = (settles_at IS NOT NULL));
CREATE INDEX refunds_by_payment ON gateway.refunds (payment_id) WHERE payment_id IS NOT NULL;
CREATE INDEX refunds_settling ON gateway.refunds (settles_at) WHERE status = 'pending';

-- What is told by webhook, at least once, until the receiver answers 2xx or its tries are used up.
CREATE TABLE gateway.events (
    sequence     bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id           text NOT NULL UNIQUE,
    type         text NOT NULL,
    data         jsonb NOT NULL,
    created_at   timestamptz(3) NOT NULL DEFAULT now(),
    -- Null: delivered, or given up.
    deliver_at   timestamptz(3) DEFAULT now(),
    attempts     integer NOT NULL DEFAULT 0,
    delivered_at timestamptz(3)
);
CREATE INDEX events_due ON gateway.events (deliver_at) WHERE deliver_at IS NOT NULL;

ALTER TABLE gateway.faults
    DROP CONSTRAINT faults_mode_check,
    ADD CONSTRAINT faults_mode_check CHECK (mode IN ('decline', 'error_500', 'error_429', 'in_flight', 'timeout_after',
                                                     'slow', 'drop_before', 'drop_after', 'garbage', 'huge', 'pending',
                                                     'pending_decline')),
    DROP CONSTRAINT faults_hits_check,
    ADD CONSTRAINT faults_hits_check CHECK (hits IN ('refund', 'payment', 'query', 'all'));
