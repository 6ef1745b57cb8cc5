-- People, how they prove themselves, and where they are signed in.

CREATE TABLE users (
    id             uuid PRIMARY KEY,
    email          text NOT NULL,
    -- NFKC, lower case: what look-ups compare.
    email_key      text NOT NULL UNIQUE,
    email_verified boolean NOT NULL DEFAULT false,
    username       text,
    username_key   text UNIQUE CHECK (username_key NOT LIKE '%@%'),
    name           text,
    disabled_at    timestamptz,
    created_at     timestamptz NOT NULL,
    updated_at     timestamptz NOT NULL
);

CREATE TABLE credentials (
    id         uuid PRIMARY KEY,
    user_id    uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    kind       text NOT NULL CHECK (kind IN ('password')),
    -- A PHC string (argon2id).
    secret     text NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    UNIQUE (user_id, kind)
);

-- One row a browser that signed in. The cookie is id ‖ secret; only the secret's digest is here.
CREATE TABLE sessions (
    id           uuid PRIMARY KEY,
    secret_hash  bytea NOT NULL,
    user_id      uuid NOT NULL,
    auth_time    timestamptz NOT NULL,
    amr          text[] NOT NULL,
    acr          text NOT NULL,
    address      inet,
    user_agent   text,
    created_at   timestamptz NOT NULL,
    last_seen_at timestamptz NOT NULL,
    expires_at   timestamptz NOT NULL,
    ended_at     timestamptz
) WITH (fillfactor = 80);

CREATE INDEX sessions_user_id ON sessions (user_id);
CREATE INDEX sessions_expires_at ON sessions (expires_at);

-- Attempts counted per account, per address and per known browser. The key is a digest, so that the table names no one.
CREATE TABLE throttles (
    key          bytea PRIMARY KEY,
    attempts     integer NOT NULL,
    window_start timestamptz NOT NULL
) WITH (fillfactor = 70);
