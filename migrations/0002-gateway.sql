-- The local payment gateway's own books. It stands in for a provider's service, so it shares nothing with the tables of
-- orders: no reference in either direction.
CREATE SCHEMA gateway;

CREATE TABLE gateway.refunds (
    sequence        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id              text NOT NULL UNIQUE,
    idempotency_key text NOT NULL UNIQUE CHECK (char_length(idempotency_key) BETWEEN 1 AND 255),
    reference       text NOT NULL,
    reason          text,
    amount_minor    bigint NOT NULL CHECK (amount_minor > 0),
    currency        text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
    status          text NOT NULL CHECK (status IN ('succeeded', 'declined')),
    decline_code    text CHECK ((status = 'declined') = (decline_code IS NOT NULL)),
    created_at      timestamptz(3) NOT NULL DEFAULT now()
);
CREATE INDEX refunds_by_reference ON gateway.refunds (reference, sequence DESC);

-- Faults switched on for tests; they hold for every process of the gateway.
CREATE TABLE gateway.faults (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    mode        text NOT NULL CHECK (mode IN ('decline', 'error_500', 'error_429', 'timeout_after', 'slow', 'drop_before',
                                              'drop_after', 'garbage', 'huge')),
    hits        text NOT NULL CHECK (hits IN ('refund', 'query', 'all')),
    -- Requests that it hits yet; null: until it is switched off.
    times_left  integer CHECK (times_left >= 0),
    probability double precision NOT NULL CHECK (probability BETWEEN 0 AND 1),
    delay_ms    integer CHECK (delay_ms BETWEEN 0 AND 120000)
);
