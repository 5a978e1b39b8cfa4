-- Webhooks of the payment gateways that were verified and taken. Each is a reason to ask the gateway, and no more: what
-- it says besides, personal data included, is not kept. Rows are removed past their keeping, far beyond the time in
-- which a gateway sends one again.
CREATE TABLE gateway_events (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    gateway     text NOT NULL CHECK (gateway IN ('local', 'stripe', 'razorpay')),
    -- The gateway's own name for the event, or where its signature does not cover one, the hash of what it covers.
    event_id    text NOT NULL CHECK (char_length(event_id) BETWEEN 1 AND 200),
    type        text NOT NULL CHECK (char_length(type) <= 200),
    -- Our reference in it; null: it speaks of nothing that we know.
    reference   text CHECK (char_length(reference) <= 200),
    order_id    bigint REFERENCES orders (id),
    received_at timestamptz(3) NOT NULL DEFAULT now(),
    UNIQUE (gateway, event_id)
);
CREATE INDEX gateway_events_by_age ON gateway_events (received_at);
CREATE INDEX gateway_events_by_order ON gateway_events (order_id) WHERE order_id IS NOT NULL;
