-- Token buckets, shared by every process, which takes tokens in blocks. Unlogged: what a crash empties is full again.
CREATE UNLOGGED TABLE rate_buckets (
    name        text PRIMARY KEY,
    tokens      double precision NOT NULL,
    -- Tokens that the last lease was given.
    granted     integer NOT NULL,
    refilled_at timestamptz NOT NULL
) WITH (fillfactor = 50);
CREATE INDEX rate_buckets_by_age ON rate_buckets (refilled_at);
