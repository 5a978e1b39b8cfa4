-- People who sign in, what they are known by, and their sessions. Nobody here knows a password, a recovery code, or what
-- a cookie or a link carries: the first is kept as its argon2id hash, the others, which are random and long, by SHA-256.
CREATE TABLE people (
    id                bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    -- Goes on record for what the person does, so it is never given to another. The address is on no record.
    name              text NOT NULL CONSTRAINT people_name_key UNIQUE CHECK (char_length(name) BETWEEN 1 AND 64),
    email             text NOT NULL CONSTRAINT people_email_key UNIQUE
                      CHECK (email = lower(email) AND char_length(email) BETWEEN 3 AND 254),
    -- The roles of src/identity/roles.ts but for shops and customers; a test compares the two.
    role              text NOT NULL CONSTRAINT people_known_role
                      CHECK (role IN ('admin', 'support', 'warehouse', 'finance', 'read_only')),
    -- A PHC string; null: invited, and has not chosen one yet.
    password_hash     text CHECK (password_hash LIKE '$argon2id$%'),
    -- Sealed with ENCRYPTION_KEY where one is set. The pending one counts once a code of it was shown.
    totp_secret       bytea,
    totp_pending      bytea,
    -- The thirty seconds whose code was taken last: neither it nor one before it is taken again.
    totp_step         bigint,
    created_by        text NOT NULL,
    created_at        timestamptz(3) NOT NULL DEFAULT now(),
    last_signed_in_at timestamptz(3),
    disabled_at       timestamptz(3),
    disabled_by       text,
    CHECK ((disabled_at IS NULL) = (disabled_by IS NULL))
);
CREATE INDEX people_newest ON people (created_at DESC, id DESC);
CREATE TRIGGER people_epoch
    AFTER INSERT OR DELETE OR TRUNCATE OR UPDATE OF name, role, disabled_at ON people
    FOR EACH STATEMENT EXECUTE FUNCTION begin_identity_epoch();

-- Each is good once, in the place of the app's code.
CREATE TABLE recovery_codes (
    person_id bigint NOT NULL REFERENCES people (id),
    hash      bytea NOT NULL CHECK (octet_length(hash) = 32),
    PRIMARY KEY (person_id, hash)
);

-- A session that is over, for whatever reason, is not here any more.
CREATE TABLE sessions (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    hash         bytea NOT NULL CONSTRAINT sessions_hash_key UNIQUE CHECK (octet_length(hash) = 32),
    person_id    bigint NOT NULL REFERENCES people (id),
    -- From where, and by which browser: for the person to know it again by.
    address      text NOT NULL,
    user_agent   text CHECK (char_length(user_agent) <= 300),
    created_at   timestamptz(3) NOT NULL DEFAULT now(),
    -- To within seconds: it is written in bites, outside of requests.
    last_seen_at timestamptz(3) NOT NULL DEFAULT now(),
    expires_at   timestamptz(3) NOT NULL
);
CREATE INDEX sessions_of_person ON sessions (person_id, created_at DESC, id DESC);
CREATE INDEX sessions_by_end ON sessions (expires_at);
CREATE INDEX sessions_by_use ON sessions (last_seen_at);
-- One that begins changes nothing that is remembered.
CREATE TRIGGER sessions_epoch AFTER DELETE OR TRUNCATE ON sessions
    FOR EACH STATEMENT EXECUTE FUNCTION begin_identity_epoch();

-- Links that let somebody choose a password, once. One that was used is not here any more.
CREATE TABLE one_time_links (
    hash                  bytea PRIMARY KEY CHECK (octet_length(hash) = 32),
    -- setup: makes the first person. invite, reset: for the one that is named.
    purpose               text NOT NULL CHECK (purpose IN ('setup', 'invite', 'reset')),
    person_id             bigint REFERENCES people (id),
    -- Whether the second factor goes with the old password: the person has lost it.
    removes_second_factor boolean NOT NULL DEFAULT false,
    created_at            timestamptz(3) NOT NULL DEFAULT now(),
    expires_at            timestamptz(3) NOT NULL,
    CHECK ((purpose = 'setup') = (person_id IS NULL))
);
CREATE INDEX one_time_links_of_person ON one_time_links (person_id);
CREATE INDEX one_time_links_by_end ON one_time_links (expires_at);

-- Addresses that a person has signed in from. Attempts from there are counted apart, so that a stranger who guesses at
-- somebody's password keeps them out nowhere that they come from.
CREATE TABLE familiar_addresses (
    person_id         bigint NOT NULL REFERENCES people (id),
    address           text NOT NULL,
    last_signed_in_at timestamptz(3) NOT NULL DEFAULT now(),
    PRIMARY KEY (person_id, address)
);
CREATE INDEX familiar_addresses_by_age ON familiar_addresses (last_signed_in_at);

-- Attempts to sign in since the last that succeeded, by SHA-256 of the e-mail address (and of the network address, where
-- that is familiar), whether or not somebody has it: it must not show.
CREATE TABLE sign_in_failures (
    subject       bytea PRIMARY KEY CHECK (octet_length(subject) = 32),
    failures      integer NOT NULL,
    blocked_until timestamptz(3) NOT NULL,
    failed_at     timestamptz(3) NOT NULL
);
CREATE INDEX sign_in_failures_by_age ON sign_in_failures (failed_at);
