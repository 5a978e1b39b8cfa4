-- A dead job that can never succeed may be dismissed by a person, with a reason: it is DISMISSED then, neither dead nor
-- done, and goes with those that were done. Who saw to a job last stands on it, whether they had it run again or
-- dismissed it. Runs that were ever begun are counted beside attempts, which begin anew: by that number a run that has lost
-- its job is told from the one that has it. The CHECKs are NOT VALID, as no row can break them that is there already.
--
-- The version before goes on: it reads the state and never writes it, and counts no runs. The index is small; whoever
-- needs a job waits while the table is read once for it, less than half a second for each million jobs. The strongest
-- lock comes first, since one that had to grow could meet somebody else's that has to as well.
ALTER TABLE jobs
    ADD COLUMN seen_to_by text,
    ADD COLUMN seen_to_at timestamptz(3),
    ADD COLUMN seen_to_reason text,
    ADD COLUMN runs integer NOT NULL DEFAULT 0,
    DROP CONSTRAINT jobs_state_check,
    ADD CONSTRAINT jobs_state_check
        CHECK (state IN ('READY', 'QUEUED', 'RUNNING', 'DONE', 'DEAD', 'DISMISSED')) NOT VALID,
    ADD CONSTRAINT jobs_dismissed_by_somebody
        CHECK (state <> 'DISMISSED' OR (seen_to_by IS NOT NULL AND seen_to_reason IS NOT NULL)) NOT VALID;
CREATE INDEX jobs_dismissed ON jobs (created_at DESC, id DESC) WHERE state = 'DISMISSED';

DROP TRIGGER jobs_undone_never_deleted ON jobs;
CREATE TRIGGER jobs_undone_never_deleted BEFORE DELETE ON jobs
    FOR EACH ROW WHEN (OLD.state NOT IN ('DONE', 'DISMISSED')) EXECUTE FUNCTION refuse_change();
