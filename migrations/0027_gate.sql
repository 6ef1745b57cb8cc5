-- The gate for reverse proxies: sessions of people at the sites that it protects.

-- One for each grant that a site's sign-in made: who, for what and in which session stands there, and it ends with that.
CREATE TABLE gate_sessions (
    -- The grant's.
    id           uuid PRIMARY KEY,
    secret_hash  bytea NOT NULL,
    -- Under which of the site's origins it is good.
    origin       text NOT NULL,
    created_at   timestamptz NOT NULL,
    -- Written in batches, so some seconds late. No index has it.
    last_seen_at timestamptz NOT NULL,
    expires_at   timestamptz NOT NULL
) WITH (fillfactor = 80);
CREATE INDEX gate_sessions_expires_at ON gate_sessions (expires_at);

-- Few clients of many are sites.
CREATE INDEX clients_gate ON clients (client_id) WHERE metadata ? 'gate';
