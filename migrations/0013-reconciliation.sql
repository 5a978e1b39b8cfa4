-- What a reconciliation found to differ between our books and a gateway's, until it agrees again or a person has looked.
CREATE TABLE reconciliation_differences (
    id                bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    gateway           text NOT NULL CHECK (gateway IN ('local', 'stripe', 'razorpay')),
    kind              text NOT NULL CHECK (kind IN ('paid_but_open_here', 'not_at_the_gateway', 'amounts_differ',
                                                    'paid_twice', 'unknown_here', 'outcome_unknown')),
    -- Ours; null: there is none.
    refund_id         bigint REFERENCES refunds (id),
    order_id          bigint REFERENCES orders (id),
    our_state         text,
    our_amount_minor  bigint,
    our_currency      text,
    -- Theirs; null: there is none.
    gateway_reference text,
    their_amount_minor bigint,
    their_currency    text,
    state             text NOT NULL DEFAULT 'OPEN' CHECK (state IN ('OPEN', 'RESOLVED')),
    created_at        timestamptz(3) NOT NULL DEFAULT now(),
    last_seen_at      timestamptz(3) NOT NULL DEFAULT now(),
    resolved_at       timestamptz(3) CHECK ((state = 'RESOLVED') = (resolved_at IS NOT NULL)),
    resolved_by       text CHECK ((state = 'RESOLVED') = (resolved_by IS NOT NULL)),
    resolution        text CHECK (char_length(resolution) <= 1000)
);
-- The same difference is one row, however often it is found.
CREATE UNIQUE INDEX reconciliation_differences_once
    ON reconciliation_differences (gateway, kind, coalesce(refund_id, 0), coalesce(gateway_reference, ''));
CREATE INDEX reconciliation_differences_newest ON reconciliation_differences (created_at DESC, id DESC);
CREATE INDEX reconciliation_differences_by_state ON reconciliation_differences (state, created_at DESC, id DESC);

-- Of each gateway, when its books were last compared: one worker of many takes the turn, and another takes it over when
-- that one is lost.
CREATE TABLE reconciliation_turns (
    gateway     text PRIMARY KEY,
    begun_at    timestamptz(3) NOT NULL DEFAULT now(),
    finished_at timestamptz(3)
);
CREATE INDEX refunds_open_at_gateway ON refunds (updated_at) WHERE state = 'SUBMITTED';
