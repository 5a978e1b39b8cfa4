-- Outgoing webhooks: who is told of which events, what is on its way to whom, and what came of each try.

CREATE TABLE webhook_endpoints (
    id                    bigint PRIMARY KEY DEFAULT nextval('entity_ids'),
    url                   text NOT NULL CHECK (char_length(url) <= 2000),
    description           text CHECK (char_length(description) <= 500),
    -- Types such as roundtrip.order.shipped.v1; none: every event.
    event_types           text[] NOT NULL DEFAULT '{}',
    -- An order's next event waits until the one before it has arrived, or was given up.
    ordered               boolean NOT NULL DEFAULT false,
    state                 text NOT NULL DEFAULT 'ENABLED' CHECK (state IN ('ENABLED', 'DISABLED')),
    -- Why, and since when, nothing is sent: PERSON, FAILING (three days without success) or GONE (it answered 410).
    disabled_reason       text CHECK (disabled_reason IN ('PERSON', 'FAILING', 'GONE')),
    disabled_at           timestamptz(3),
    -- Where the feed was when it was disabled: what comes after is not kept for it.
    disabled_position     bigint,
    CHECK ((state = 'DISABLED') = (disabled_reason IS NOT NULL AND disabled_at IS NOT NULL)),
    -- The first failure after the last success.
    failing_since         timestamptz(3),
    -- Sealed with ENCRYPTION_KEY where one is set. The one before signs beside it until its time is over.
    secret                bytea NOT NULL,
    previous_secret       bytea,
    previous_secret_until timestamptz(3),
    version               integer NOT NULL DEFAULT 1,
    created_at            timestamptz(3) NOT NULL DEFAULT now(),
    updated_at            timestamptz(3) NOT NULL DEFAULT now()
);

CREATE TABLE webhook_deliveries (
    id              bigint PRIMARY KEY DEFAULT nextval('entity_ids'),
    endpoint_id     bigint NOT NULL REFERENCES webhook_endpoints (id) ON DELETE CASCADE,
    -- The event, at its place in the feed; all three null: a test.
    position        bigint,
    transition_id   bigint,
    order_id        bigint,
    event_type      text NOT NULL,
    state           text NOT NULL DEFAULT 'PENDING' CHECK (state IN ('PENDING', 'SUCCEEDED', 'FAILED')),
    -- Tries begun, which is the lease's token too; and those of them that failed since it was last sent anew.
    attempts        integer NOT NULL DEFAULT 0,
    failures        integer NOT NULL DEFAULT 0,
    -- While a try is under way: when its lease runs out.
    next_attempt_at timestamptz(3) NOT NULL DEFAULT now(),
    created_at      timestamptz(3) NOT NULL DEFAULT now(),
    updated_at      timestamptz(3) NOT NULL DEFAULT now(),
    UNIQUE (endpoint_id, position)
) WITH (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.02);
CREATE INDEX webhook_deliveries_due ON webhook_deliveries (endpoint_id, next_attempt_at) WHERE state = 'PENDING';
CREATE INDEX webhook_deliveries_of_order ON webhook_deliveries (endpoint_id, order_id, position) WHERE state = 'PENDING';
CREATE INDEX webhook_deliveries_newest ON webhook_deliveries (endpoint_id, created_at DESC, id DESC);
CREATE INDEX webhook_deliveries_by_age ON webhook_deliveries (created_at);

-- What was tried and what was answered. The request is made again from the event and this row's time: only what cannot
-- be made again is kept.
CREATE TABLE webhook_attempts (
    delivery_id   bigint NOT NULL REFERENCES webhook_deliveries (id) ON DELETE CASCADE,
    number        integer NOT NULL,
    attempted_at  timestamptz(3) NOT NULL,
    duration_ms   integer NOT NULL,
    -- Null: there was no answer, and error says why.
    status        smallint,
    error         text CHECK (char_length(error) <= 500),
    answer_type   text CHECK (char_length(answer_type) <= 200),
    -- The beginning of what was answered.
    answer        text CHECK (char_length(answer) <= 4096),
    PRIMARY KEY (delivery_id, number)
);

-- Who has changed what about an endpoint, the notice of a disabled one included. It outlives the endpoint.
CREATE TABLE webhook_endpoint_changes (
    id          bigint PRIMARY KEY DEFAULT nextval('entity_ids'),
    endpoint_id bigint NOT NULL,
    change      text NOT NULL CHECK (change IN ('created', 'updated', 'secret_rotated', 'enabled', 'disabled', 'deleted')),
    detail      text,
    actor       text NOT NULL,
    created_at  timestamptz(3) NOT NULL DEFAULT now()
);
CREATE INDEX webhook_endpoint_changes_newest ON webhook_endpoint_changes (endpoint_id, created_at DESC, id DESC);
CREATE TRIGGER webhook_endpoint_changes_append_only BEFORE UPDATE OR DELETE ON webhook_endpoint_changes
    FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- How far the feed has been dealt out to endpoints. Its row is locked while it is, and while an endpoint is made or
-- enabled: whoever is there then gets everything after it.
CREATE TABLE webhook_progress (
    only_row         boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    dealt_position   bigint NOT NULL DEFAULT 0
) WITH (fillfactor = 20, autovacuum_vacuum_scale_factor = 0);
INSERT INTO webhook_progress DEFAULT VALUES;
