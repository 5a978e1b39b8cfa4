-- What changes a part of an order says what the part was when that was decided, and has this refuse the transaction where
-- not every row was so any more: somebody has changed one by hand. Raised within the statement, because the COMMIT is sent
-- behind it without waiting. The state is that of a serialisation failure: nothing happened, and it may be done again.
--
-- A new function: no lock, no row, and nothing for the version before, which does not call it.
CREATE FUNCTION refuse_stale_write(of_table text, sent bigint, written bigint) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF written <> sent THEN
        RAISE EXCEPTION '% of % rows of % are not as they were read', sent - written, sent, of_table
            USING ERRCODE = 'serialization_failure';
    END IF;
END $$;
