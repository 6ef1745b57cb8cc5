-- Clients that register themselves (RFC 7591) and manage their registration (RFC 7592).

-- Initial access tokens. The token is id ‖ secret; only the secret's digest is here.
CREATE TABLE initial_access_tokens (
    id          uuid PRIMARY KEY,
    secret_hash bytea NOT NULL,
    -- An operator's words about whom it is for.
    note        text NOT NULL,
    -- How many clients may be registered with it, and how many were.
    most        integer NOT NULL CHECK (most > 0),
    used        integer NOT NULL DEFAULT 0,
    created_at  timestamptz NOT NULL,
    expires_at  timestamptz NOT NULL
);

CREATE TABLE client_registrations (
    client_id       text PRIMARY KEY REFERENCES clients (client_id) ON DELETE CASCADE,
    -- The initial access token it came by; null where everyone may register. Not a reference: tokens go before clients.
    permitted_by    uuid,
    -- Digests of the registration access token's secret, and of its successor's from when that is issued until it is
    -- first used: a client that lost the answer still has a token that works.
    token_current   bytea NOT NULL,
    token_successor bytea,
    registered_at   timestamptz NOT NULL,
    -- When the client last changed it.
    changed_at      timestamptz NOT NULL,
    -- Until when it is known to have been used.
    seen_at         timestamptz NOT NULL
);
CREATE INDEX client_registrations_changed_at ON client_registrations (changed_at);
CREATE INDEX client_registrations_seen_at ON client_registrations (seen_at);
