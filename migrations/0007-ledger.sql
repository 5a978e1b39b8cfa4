-- The ledger: double entry, append-only, written in the same transaction as the fact. Debits are positive, credits
-- negative. A transaction is written by one statement, and that statement is refused unless each transaction in it adds
-- up to nothing, so the ledger balances at every moment.
CREATE TABLE ledger_entries (
    order_id       bigint NOT NULL REFERENCES orders (id),
    transaction_id bigint NOT NULL,
    -- From 1 within the transaction.
    line           smallint NOT NULL CHECK (line >= 1),
    account        text NOT NULL CHECK (char_length(account) BETWEEN 1 AND 100),
    amount_minor   bigint NOT NULL CHECK (amount_minor <> 0),
    currency       text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
    -- What was posted: the move on record that it belongs to, such as order.ship, and what moved.
    cause          text NOT NULL,
    cause_id       bigint NOT NULL,
    created_at     timestamptz(3) NOT NULL,
    PRIMARY KEY (order_id, transaction_id, line)
);
-- The export reads a period in the order in which it was posted; the trial balance sums it up.
CREATE INDEX ledger_entries_by_time ON ledger_entries (created_at, transaction_id, line)
    INCLUDE (account, currency, amount_minor);

CREATE FUNCTION refuse_unbalanced_entries() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    unbalanced record;
BEGIN
    SELECT transaction_id, currency, sum(amount_minor) AS difference INTO unbalanced
    FROM added_entries GROUP BY transaction_id, currency HAVING sum(amount_minor) <> 0 LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'ledger transaction % does not balance: % % are missing', unbalanced.transaction_id,
            -unbalanced.difference, unbalanced.currency
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_entries_balance', TABLE = 'ledger_entries';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER ledger_entries_balance AFTER INSERT ON ledger_entries REFERENCING NEW TABLE AS added_entries
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_unbalanced_entries();
CREATE TRIGGER ledger_entries_append_only BEFORE UPDATE OR DELETE ON ledger_entries
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER ledger_entries_no_truncate BEFORE TRUNCATE ON ledger_entries
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
