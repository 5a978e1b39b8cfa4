-- The event feed for others: every transition, at a position of its own. Positions are given after the commit, in a
-- sequence of their own, because ids and sequences are dealt out before it: whoever reads "id > last" misses the row
-- that commits late.

-- Which transaction wrote a transition. One that is below the oldest running transaction is finished, and no other will
-- ever show up below it. The constant default first: PostgreSQL keeps it beside the table and rewrites nothing, so the
-- exclusive lock is held for a moment. Rows from before the feed are of transaction 0, below all others.
ALTER TABLE state_transitions ADD COLUMN transaction_id xid8 NOT NULL DEFAULT '0';
ALTER TABLE state_transitions ALTER COLUMN transaction_id SET DEFAULT pg_current_xact_id();

-- Writers wait while this is built: about a second for each million transitions on record.
CREATE INDEX state_transitions_by_transaction ON state_transitions (transaction_id, id);

-- Positions are consecutive from 1 and never change. No foreign key: the record that it speaks of is append-only.
CREATE TABLE event_feed (
    position      bigint PRIMARY KEY CHECK (position >= 1),
    transition_id bigint NOT NULL UNIQUE,
    order_id      bigint NOT NULL
);

-- How far the feed has come: the last transition that was placed, in the order of (transaction_id, id), and the last
-- position that the broker has confirmed.
CREATE TABLE event_feed_progress (
    only_row           boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    transaction_id     xid8 NOT NULL DEFAULT '0',
    transition_id      bigint NOT NULL DEFAULT 0,
    placed_position    bigint NOT NULL DEFAULT 0,
    published_position bigint NOT NULL DEFAULT 0,
    -- Who publishes now, and until when nobody else does.
    publisher          text,
    leased_until       timestamptz(3),
    CHECK (published_position BETWEEN 0 AND placed_position)
) WITH (fillfactor = 20, autovacuum_vacuum_scale_factor = 0);
INSERT INTO event_feed_progress DEFAULT VALUES;
