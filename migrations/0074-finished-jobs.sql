-- Jobs are listed by state and age where they are finished: those that go on are few, or are claimed. With an index by
-- state of all of them, a claim whose statistics were of a quiet hour took that one, since it knew of no job that is
-- READY, and read all that waited, once for each kind of job. Nor is it written three times on the way to DONE.
--
-- Writers wait while this is built: about a second for each million jobs.
CREATE INDEX jobs_finished ON jobs (state, created_at DESC, id DESC) WHERE state IN ('DONE', 'DEAD');
DROP INDEX jobs_by_state;
