-- How long ago the books of a gateway were last compared: a turn forgets the end of the one before when it begins, so one
-- that fails for weeks looked like one that was begun an hour ago. The version before leaves the column as it is.
--
-- The column rewrites nothing, and the table has a row for each gateway.
ALTER TABLE reconciliation_turns
    -- Before the turn that is under way or has failed: the end of the last one that came to an end, or the beginning of the
    -- first. Null: none was begun since there is this column.
    ADD COLUMN unfinished_since timestamptz(3);
