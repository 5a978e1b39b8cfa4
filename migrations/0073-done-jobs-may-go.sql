-- Jobs that were done long ago are removed, so that the table stays as large as what goes on. What is still to be done, or
-- is dead and waits for a person, never is: it may be a customer's money.
CREATE TRIGGER jobs_undone_never_deleted BEFORE DELETE ON jobs
    FOR EACH ROW WHEN (OLD.state <> 'DONE') EXECUTE FUNCTION refuse_change();
