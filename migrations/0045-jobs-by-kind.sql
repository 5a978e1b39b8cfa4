-- Each kind of job is claimed by itself, oldest first, so that refunds never wait behind a thousand papers to be drawn.
-- The jobs that wait are few, so that building this takes the time of reading the table once.
CREATE INDEX jobs_ready_by_kind ON jobs (kind, run_at) WHERE state = 'READY';
DROP INDEX jobs_ready;
