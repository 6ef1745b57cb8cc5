-- How people prove who they are beyond a password, what is sent to them, and where they were before.

ALTER TABLE users
    -- Whether a second factor is demanded: 'never', 'when_enrolled' or 'always'. Null: as configured.
    ADD COLUMN mfa text CHECK (mfa IN ('never', 'when_enrolled', 'always')),
    -- Runs Signet or its clients: a second factor is always demanded.
    ADD COLUMN administrator boolean NOT NULL DEFAULT false,
    -- The password is another's choice and has to be replaced at the next sign-in.
    ADD COLUMN password_expired boolean NOT NULL DEFAULT false,
    -- When the account is removed, unless its person changes their mind before.
    ADD COLUMN delete_at timestamptz;
CREATE INDEX users_delete_at ON users (delete_at) WHERE delete_at IS NOT NULL;

-- By which factors the person proved who they are, and when each: {"password": 1893499200, …}.
ALTER TABLE sessions ADD COLUMN proofs jsonb NOT NULL DEFAULT '{}';

-- Someone who proves who they are, step by step, in one browser: between the password and what else is owed. No session,
-- and good for nothing else. The cookie is id ‖ secret; only the secret's digest is here.
CREATE TABLE sign_ins (
    id          uuid PRIMARY KEY,
    secret_hash bytea NOT NULL,
    user_id     uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    -- What was proven, as in `sessions`.
    proofs      jsonb NOT NULL,
    -- What is asked for: 'aal1' or 'aal2'.
    acr         text NOT NULL,
    -- The page of Signet's own that it leads to.
    return_to   text NOT NULL,
    created_at  timestamptz NOT NULL,
    expires_at  timestamptz NOT NULL
);
CREATE INDEX sign_ins_user_id ON sign_ins (user_id);
CREATE INDEX sign_ins_expires_at ON sign_ins (expires_at);

-- Time-based one-time passwords (RFC 6238): one authenticator a person.
CREATE TABLE totp (
    user_id      uuid PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
    -- The shared secret, sealed for this person.
    sealed       bytea NOT NULL,
    sealed_with  text NOT NULL,
    created_at   timestamptz NOT NULL,
    -- Null until a code of it was shown: before, it counts for nothing.
    confirmed_at timestamptz,
    -- The time step of the last code that was accepted: neither it nor an earlier one is accepted again.
    last_step    bigint NOT NULL DEFAULT 0
);

-- Recovery codes: a keyed digest each, since a code is shorter than what is random enough by itself.
CREATE TABLE recovery_codes (
    user_id    uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    code_hash  bytea NOT NULL,
    created_at timestamptz NOT NULL,
    used_at    timestamptz,
    PRIMARY KEY (user_id, code_hash)
);

-- Passkeys (WebAuthn Level 3).
CREATE TABLE passkeys (
    id            uuid PRIMARY KEY,
    user_id       uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    credential_id bytea NOT NULL UNIQUE,
    -- Public key, signature counter, backup state: nothing secret.
    credential    jsonb NOT NULL,
    name          text NOT NULL,
    created_at    timestamptz NOT NULL,
    last_used_at  timestamptz
);
CREATE INDEX passkeys_user_id ON passkeys (user_id);

-- A WebAuthn ceremony between its challenge and its answer. Deleted when it is answered, so that it is answered once.
CREATE TABLE ceremonies (
    id           uuid PRIMARY KEY,
    -- The browser that was challenged.
    browser_hash bytea NOT NULL,
    -- Whose passkey is made or asked for; null where any person's will do.
    user_id      uuid,
    kind         text NOT NULL CHECK (kind IN ('register', 'authenticate', 'discover')),
    state        jsonb NOT NULL,
    expires_at   timestamptz NOT NULL
);
CREATE INDEX ceremonies_expires_at ON ceremonies (expires_at);

-- Links that are sent by e-mail: each good once, for a while. The link is id ‖ secret; only the secret's digest is here.
CREATE TABLE links (
    id          uuid PRIMARY KEY,
    secret_hash bytea NOT NULL,
    purpose     text NOT NULL,
    -- Null where there is no account yet.
    user_id     uuid REFERENCES users (id) ON DELETE CASCADE,
    detail      jsonb NOT NULL,
    created_at  timestamptz NOT NULL,
    expires_at  timestamptz NOT NULL,
    used_at     timestamptz
);
CREATE INDEX links_user_id ON links (user_id, purpose);
CREATE INDEX links_expires_at ON links (expires_at);

-- Messages that wait to be sent. They hold links, so they are sealed, and gone once they are sent.
CREATE TABLE messages (
    id          uuid PRIMARY KEY,
    sealed      bytea NOT NULL,
    sealed_with text NOT NULL,
    created_at  timestamptz NOT NULL,
    -- When it is tried next.
    due_at      timestamptz NOT NULL,
    attempts    integer NOT NULL DEFAULT 0
);
CREATE INDEX messages_due_at ON messages (due_at);

-- Passwords that a person had before: argon2id, as in `credentials`.
CREATE TABLE password_history (
    user_id     uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    secret      text NOT NULL,
    replaced_at timestamptz NOT NULL,
    PRIMARY KEY (user_id, replaced_at)
);

-- Browsers that a person signed in from, to tell a new one.
CREATE TABLE devices (
    user_id       uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    device_id     uuid NOT NULL,
    address       inet,
    user_agent    text,
    first_seen_at timestamptz NOT NULL,
    last_seen_at  timestamptz NOT NULL,
    PRIMARY KEY (user_id, device_id)
);
