-- Names at a gateway say whose they are. Two installations on one account, or one before and after a reset, deal the same
-- ids: by id alone, one would take the other's payment for its own, and its key be answered with the other's.
CREATE TABLE installation (
    only_one   boolean PRIMARY KEY DEFAULT true CHECK (only_one),
    -- A letter first, so that it is never taken for an id.
    token      text NOT NULL CHECK (token ~ '^[a-z][0-9a-f]{11}$'),
    -- Payments and refunds with smaller ids are known at their gateways by kind and id alone.
    named_from bigint NOT NULL
);

-- What was sent before this keeps its name and key; so does what the version before makes while both run, by ids that
-- come next. In a database that has never dealt one, there is neither.
INSERT INTO installation (token, named_from)
SELECT 'r' || substr(replace(gen_random_uuid()::text, '-', ''), 1, 11),
       CASE WHEN is_called THEN last_value + 1000000 ELSE 0 END
FROM entity_ids;

CREATE TRIGGER installation_no_update BEFORE UPDATE ON installation FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER installation_no_delete BEFORE DELETE ON installation FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER installation_no_truncate BEFORE TRUNCATE ON installation
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Our name at the gateway for a payment or refund, the same for all its attempts.
CREATE FUNCTION gateway_reference(kind text, id bigint) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT kind || '-' || CASE WHEN id < named_from THEN '' ELSE token || '-' END || id FROM installation
$$;
