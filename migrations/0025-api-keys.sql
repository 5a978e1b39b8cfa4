-- API keys. A key is a name and what it may do; its secrets come and go with rotation, and nobody here knows them: a
-- secret is random and long, so its SHA-256 is enough to recognise it by, and a dump of this table opens nothing.
CREATE TABLE api_keys (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    -- Whose name is on record for what the key did, so it is never given to another, even after revocation.
    name         text NOT NULL CONSTRAINT api_keys_name_key UNIQUE CHECK (char_length(name) BETWEEN 1 AND 64),
    -- The roles of src/identity/roles.ts; a test compares the two.
    role         text NOT NULL CONSTRAINT api_keys_known_role
                 CHECK (role IN ('admin', 'support', 'warehouse', 'finance', 'read_only', 'shop')),
    -- Operations of the role that the key is narrowed to; null: all of them.
    operations   text[] CHECK (cardinality(operations) >= 1),
    created_by   text NOT NULL,
    created_at   timestamptz(3) NOT NULL DEFAULT now(),
    expires_at   timestamptz(3),
    revoked_at   timestamptz(3),
    revoked_by   text,
    -- To within a minute: it is written in bites, outside of requests.
    last_used_at timestamptz(3),
    CHECK ((revoked_at IS NULL) = (revoked_by IS NULL))
);
CREATE INDEX api_keys_newest ON api_keys (created_at DESC, id DESC);

CREATE TABLE api_key_secrets (
    hash       bytea PRIMARY KEY CHECK (octet_length(hash) = 32),
    key_id     bigint NOT NULL REFERENCES api_keys (id),
    -- The beginning of the secret, to tell it from others by.
    prefix     text NOT NULL,
    created_at timestamptz(3) NOT NULL DEFAULT now(),
    -- Set when another takes its place: so long both are good.
    expires_at timestamptz(3)
);
CREATE INDEX api_key_secrets_by_key ON api_key_secrets (key_id);

-- Grows with every change of who may come in, in the same transaction. Processes remember what they have checked for as
-- long as it stays the same. It begins anywhere, so that a database made anew is not taken for the one before.
CREATE TABLE identity_epoch (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    epoch    bigint NOT NULL DEFAULT (random() * 1000000000000)::bigint
) WITH (fillfactor = 20, autovacuum_vacuum_scale_factor = 0);
INSERT INTO identity_epoch DEFAULT VALUES;

CREATE FUNCTION begin_identity_epoch() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE identity_epoch SET epoch = epoch + 1;
    RETURN NULL;
END $$;
CREATE TRIGGER api_keys_epoch
    AFTER INSERT OR DELETE OR TRUNCATE OR UPDATE OF id, name, role, operations, expires_at, revoked_at ON api_keys
    FOR EACH STATEMENT EXECUTE FUNCTION begin_identity_epoch();
CREATE TRIGGER api_key_secrets_epoch
    AFTER INSERT OR DELETE OR TRUNCATE OR UPDATE ON api_key_secrets
    FOR EACH STATEMENT EXECUTE FUNCTION begin_identity_epoch();

-- Who was kept out, and what was changed about who may come in. Kept for a while, then removed.
CREATE TABLE security_events (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    event      text NOT NULL,
    actor      text NOT NULL,
    operation  text,
    request_id text,
    address    text,
    detail     text,
    created_at timestamptz(3) NOT NULL DEFAULT now()
);
CREATE INDEX security_events_newest ON security_events (created_at DESC, id DESC);
