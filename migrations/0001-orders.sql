-- The aggregate "order" and everything that is locked together with it. Every table of an order carries order_id, so
-- that a database sharded by it keeps an order on one node. Amounts are integer minor units of the order's currency.

-- One sequence for all tables. A process takes a thousand ids with one call and deals them out itself, so that every
-- insert of a batch can leave in one flush. Ids are unique across tables; they are not consecutive.
CREATE SEQUENCE entity_ids INCREMENT BY 1000;

CREATE TABLE orders (
    id               bigint PRIMARY KEY DEFAULT nextval('entity_ids'),
    order_number     text NOT NULL CONSTRAINT orders_order_number_key UNIQUE
                     CHECK (char_length(order_number) BETWEEN 1 AND 64),
    customer_id      text NOT NULL CHECK (char_length(customer_id) BETWEEN 1 AND 200),
    customer_email   text CHECK (char_length(customer_email) <= 320),
    currency         text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
    state            text NOT NULL CHECK (state IN ('PENDING_PAYMENT', 'PAID', 'PROCESSING_IN_WAREHOUSE', 'SHIPPED',
                                                    'DELIVERED', 'CANCELLED')),
    total_minor      bigint NOT NULL CHECK (total_minor >= 0),
    placed_at        timestamptz(3) NOT NULL,
    created_at       timestamptz(3) NOT NULL DEFAULT now(),
    updated_at       timestamptz(3) NOT NULL DEFAULT now(),
    -- Grows by one with every change of anything in the order: what If-Match compares.
    version          integer NOT NULL DEFAULT 1,
    -- Length and head of the order's audit chain, so that a row cut off its end is missed.
    transition_count integer NOT NULL DEFAULT 0,
    transition_hash  bytea NOT NULL DEFAULT ''
);
CREATE INDEX orders_newest ON orders (created_at DESC, id DESC);
CREATE INDEX orders_by_state ON orders (state, created_at DESC, id DESC);
CREATE INDEX orders_by_customer ON orders (customer_id, created_at DESC, id DESC);

CREATE TABLE order_items (
    id                bigint PRIMARY KEY DEFAULT nextval('entity_ids'),
    order_id          bigint NOT NULL REFERENCES orders (id),
    line_number       integer NOT NULL CHECK (line_number >= 1),
    sku               text NOT NULL,
    title             text NOT NULL,
    quantity          integer NOT NULL CHECK (quantity >= 1),
    unit_price_minor  bigint NOT NULL CHECK (unit_price_minor >= 0),
    -- Units in returns that were not rejected, from the moment of the request. Kept by triggers on return_items and
    -- returns, so that whoever writes those, this CHECK decides.
    returned_quantity integer NOT NULL DEFAULT 0,
    CONSTRAINT order_items_returned_within_bought CHECK (returned_quantity BETWEEN 0 AND quantity),
    UNIQUE (order_id, line_number)
);
CREATE INDEX order_items_by_sku ON order_items (sku, order_id);

CREATE TABLE payments (
    id             bigint PRIMARY KEY DEFAULT nextval('entity_ids'),
    order_id       bigint NOT NULL REFERENCES orders (id),
    amount_minor   bigint NOT NULL CHECK (amount_minor >= 0),
    currency       text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
    -- The sum of this payment's refunds, whatever their state: a refund reserves its amount when it is written.
    refunded_minor bigint NOT NULL DEFAULT 0,
    created_at     timestamptz(3) NOT NULL DEFAULT now(),
    CONSTRAINT payments_refunded_within_captured CHECK (refunded_minor BETWEEN 0 AND amount_minor)
);
CREATE INDEX payments_by_order ON payments (order_id);

CREATE TABLE returns (
    id         bigint PRIMARY KEY DEFAULT nextval('entity_ids'),
    order_id   bigint NOT NULL REFERENCES orders (id),
    state      text NOT NULL CHECK (state IN ('REQUESTED', 'APPROVED', 'REJECTED', 'IN_TRANSIT', 'RECEIVED',
                                              'COMPLETED')),
    reason     text NOT NULL,
    created_at timestamptz(3) NOT NULL DEFAULT now(),
    updated_at timestamptz(3) NOT NULL DEFAULT now()
);
CREATE INDEX returns_by_order ON returns (order_id);
CREATE INDEX returns_newest ON returns (created_at DESC, id DESC);
CREATE INDEX returns_by_state ON returns (state, created_at DESC, id DESC);

CREATE TABLE return_items (
    id            bigint PRIMARY KEY DEFAULT nextval('entity_ids'),
    order_id      bigint NOT NULL REFERENCES orders (id),
    return_id     bigint NOT NULL REFERENCES returns (id),
    order_item_id bigint NOT NULL REFERENCES order_items (id),
    quantity      integer NOT NULL CHECK (quantity >= 1),
    UNIQUE (return_id, order_item_id)
);
CREATE INDEX return_items_by_order ON return_items (order_id);

CREATE TABLE refunds (
    id                bigint PRIMARY KEY DEFAULT nextval('entity_ids'),
    order_id          bigint NOT NULL REFERENCES orders (id),
    payment_id        bigint NOT NULL REFERENCES payments (id),
    -- Null: the order was cancelled.
    return_id         bigint CONSTRAINT refunds_one_per_return UNIQUE REFERENCES returns (id),
    amount_minor      bigint NOT NULL CHECK (amount_minor >= 0),
    currency          text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
    state             text NOT NULL CHECK (state IN ('PENDING', 'SUBMITTED', 'SUCCEEDED', 'FAILED')),
    -- Which try this is, from a person's point of view: part of the gateway's idempotency key.
    attempt           integer NOT NULL DEFAULT 1 CHECK (attempt >= 1),
    gateway_reference text,
    failure_code      text,
    failure_message   text,
    created_at        timestamptz(3) NOT NULL DEFAULT now(),
    updated_at        timestamptz(3) NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX refunds_one_per_cancellation ON refunds (order_id) WHERE return_id IS NULL;
CREATE INDEX refunds_by_order ON refunds (order_id);
CREATE INDEX refunds_newest ON refunds (created_at DESC, id DESC);
CREATE INDEX refunds_by_state ON refunds (state, created_at DESC, id DESC);

-- The last invoice number of each financial year. The row is locked until the shipping transaction ends, so numbers
-- have no gaps: a transaction that fails gives its number back.
CREATE TABLE invoice_series (
    financial_year text PRIMARY KEY,
    last_number    integer NOT NULL DEFAULT 0
);

CREATE TABLE invoices (
    id              bigint PRIMARY KEY DEFAULT nextval('entity_ids'),
    order_id        bigint NOT NULL CONSTRAINT invoices_one_per_order UNIQUE REFERENCES orders (id),
    -- Rule 46(b) of India's CGST Rules: consecutive, unique for a financial year, at most sixteen characters.
    number          text NOT NULL UNIQUE CHECK (char_length(number) <= 16),
    financial_year  text NOT NULL REFERENCES invoice_series (financial_year),
    sequence_number integer NOT NULL CHECK (sequence_number >= 1),
    snapshot        jsonb NOT NULL,
    issued_at       timestamptz(3) NOT NULL,
    rendered_at     timestamptz(3),
    emailed_at      timestamptz(3),
    UNIQUE (financial_year, sequence_number)
);

CREATE TABLE state_transitions (
    id            bigint PRIMARY KEY DEFAULT nextval('entity_ids'),
    order_id      bigint NOT NULL REFERENCES orders (id),
    -- Position in the order's chain, from 1.
    sequence      integer NOT NULL CHECK (sequence >= 1),
    entity_type   text NOT NULL,
    entity_id     bigint NOT NULL,
    event         text NOT NULL,
    from_state    text,
    to_state      text NOT NULL,
    actor         text NOT NULL,
    reason        text,
    created_at    timestamptz(3) NOT NULL,
    previous_hash bytea NOT NULL,
    hash          bytea NOT NULL,
    UNIQUE (order_id, sequence),
    -- The moves of src/domain/lifecycles.ts; a test compares the two.
    CONSTRAINT state_transitions_legal_move CHECK (
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
            ('refund', '', 'create', 'PENDING'),
            ('refund', 'PENDING', 'submit', 'SUBMITTED'),
            ('refund', 'SUBMITTED', 'settle', 'SUCCEEDED'),
            ('refund', 'SUBMITTED', 'fail', 'FAILED'),
            ('refund', 'FAILED', 'retry', 'PENDING')
        )
    )
);

-- The transactional outbox: what a change causes commits with it. READY waits for run_at; QUEUED was handed to the
-- broker; RUNNING is in a worker's hands; a lease that runs out in either makes it READY again.
CREATE TABLE jobs (
    id           bigint PRIMARY KEY DEFAULT nextval('entity_ids'),
    order_id     bigint NOT NULL REFERENCES orders (id),
    kind         text NOT NULL,
    -- The row that the job is about: an invoice or a refund, by kind.
    subject_id   bigint NOT NULL,
    state        text NOT NULL DEFAULT 'READY' CHECK (state IN ('READY', 'QUEUED', 'RUNNING', 'DONE', 'DEAD')),
    -- Runs begun. Counted when a worker begins, so that a broker that loses messages costs none.
    attempts     integer NOT NULL DEFAULT 0,
    run_at       timestamptz(3) NOT NULL DEFAULT now(),
    leased_until timestamptz(3),
    last_error   text,
    created_at   timestamptz(3) NOT NULL DEFAULT now(),
    updated_at   timestamptz(3) NOT NULL DEFAULT now()
) WITH (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.02);
CREATE INDEX jobs_ready ON jobs (run_at) WHERE state = 'READY';
CREATE INDEX jobs_leased ON jobs (leased_until) WHERE state IN ('QUEUED', 'RUNNING');
CREATE INDEX jobs_newest ON jobs (created_at DESC, id DESC);
CREATE INDEX jobs_by_state ON jobs (state, created_at DESC, id DESC);
CREATE INDEX jobs_by_order ON jobs (order_id);

CREATE TABLE idempotency_keys (
    caller      text NOT NULL,
    key         text NOT NULL CHECK (char_length(key) BETWEEN 1 AND 255),
    -- SHA-256 of method, path and body: the same key with another request is refused.
    fingerprint bytea NOT NULL,
    status      smallint NOT NULL,
    headers     jsonb NOT NULL,
    body        text NOT NULL,
    created_at  timestamptz(3) NOT NULL DEFAULT now(),
    PRIMARY KEY (caller, key)
);
CREATE INDEX idempotency_keys_by_age ON idempotency_keys (created_at);

-- Append-only: a row of the record is written once.
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER state_transitions_append_only BEFORE UPDATE OR DELETE ON state_transitions
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER state_transitions_no_truncate BEFORE TRUNCATE ON state_transitions
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- An invoice never says anything else afterwards; only the marks of its delivery change.
CREATE TRIGGER invoices_no_delete BEFORE DELETE ON invoices FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER invoices_no_truncate BEFORE TRUNCATE ON invoices FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER invoices_immutable BEFORE UPDATE ON invoices FOR EACH ROW
    WHEN ((OLD.id, OLD.order_id, OLD.number, OLD.financial_year, OLD.sequence_number, OLD.snapshot, OLD.issued_at)
          IS DISTINCT FROM
          (NEW.id, NEW.order_id, NEW.number, NEW.financial_year, NEW.sequence_number, NEW.snapshot, NEW.issued_at))
    EXECUTE FUNCTION refuse_change();

-- Running totals that a CHECK decides on. Being updates of the bought row, they also serialise two writers, so raw SQL
-- that never took the order's lock is refused as well.
CREATE FUNCTION count_returned_units() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE order_items SET returned_quantity = returned_quantity + added.quantity
    FROM (SELECT order_item_id, sum(quantity) AS quantity FROM added_items GROUP BY order_item_id) AS added
    WHERE order_items.id = added.order_item_id;
    RETURN NULL;
END $$;
CREATE TRIGGER return_items_count AFTER INSERT ON return_items REFERENCING NEW TABLE AS added_items
    FOR EACH STATEMENT EXECUTE FUNCTION count_returned_units();
CREATE TRIGGER return_items_append_only BEFORE UPDATE OR DELETE ON return_items
    FOR EACH ROW EXECUTE FUNCTION refuse_change();

CREATE FUNCTION release_rejected_units() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE order_items SET returned_quantity = returned_quantity - return_items.quantity
    FROM return_items WHERE return_items.return_id = NEW.id AND order_items.id = return_items.order_item_id;
    RETURN NULL;
END $$;
CREATE TRIGGER returns_release AFTER UPDATE OF state ON returns FOR EACH ROW
    WHEN (NEW.state = 'REJECTED' AND OLD.state <> 'REJECTED') EXECUTE FUNCTION release_rejected_units();

CREATE FUNCTION reserve_refunded_amount() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE payments SET refunded_minor = refunded_minor + NEW.amount_minor WHERE id = NEW.payment_id;
    RETURN NULL;
END $$;
CREATE TRIGGER refunds_reserve AFTER INSERT ON refunds FOR EACH ROW EXECUTE FUNCTION reserve_refunded_amount();
CREATE FUNCTION refuse_refund_rewrite() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a refund''s order, payment, return, amount and currency never change'
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER refunds_fixed BEFORE UPDATE ON refunds FOR EACH ROW
    WHEN ((OLD.id, OLD.order_id, OLD.payment_id, OLD.return_id, OLD.amount_minor, OLD.currency)
          IS DISTINCT FROM
          (NEW.id, NEW.order_id, NEW.payment_id, NEW.return_id, NEW.amount_minor, NEW.currency))
    EXECUTE FUNCTION refuse_refund_rewrite();
CREATE TRIGGER refunds_never_deleted BEFORE DELETE ON refunds FOR EACH ROW EXECUTE FUNCTION refuse_change();
