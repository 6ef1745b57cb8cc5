-- Keys, revocations, the change feed, and the audit log.

CREATE TABLE signing_keys (
    -- RFC 7638 thumbprint.
    kid         text PRIMARY KEY,
    alg         text NOT NULL,
    -- Counts per algorithm; unique, so that two replicas cannot both make the next key.
    generation  integer NOT NULL,
    public_jwk  jsonb NOT NULL,
    -- PKCS#8, sealed with AES-256-GCM under the master key named beside it.
    sealed      bytea NOT NULL,
    sealed_with text NOT NULL,
    created_at  timestamptz NOT NULL,
    active_from timestamptz NOT NULL,
    UNIQUE (alg, generation)
);

-- Secrets of the server itself: the refresh derivation key, the key of page tokens.
CREATE TABLE server_secrets (
    name        text PRIMARY KEY,
    sealed      bytea NOT NULL,
    sealed_with text NOT NULL,
    created_at  timestamptz NOT NULL
);

-- Grants and single tokens that were revoked, kept for as long as a token that names them may live.
CREATE TABLE revocations (
    -- A grant's id, or the unique part of a single token's `jti`, which is as long as one.
    subject    uuid PRIMARY KEY,
    revoked_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL
);
CREATE INDEX revocations_expires_at ON revocations (expires_at);

-- What replicas must know soon. Readers follow it by transaction horizon: ids and times are not in commit order.
CREATE TABLE changes (
    txid xid8 NOT NULL DEFAULT pg_current_xact_id(),
    kind text NOT NULL,
    key  text NOT NULL,
    at   timestamptz NOT NULL,
    PRIMARY KEY (txid, kind, key)
);

-- Security events. Rows name people by id only, so that deleting a person leaves nothing personal here.
CREATE TABLE audit_events (
    id         uuid PRIMARY KEY,
    at         timestamptz NOT NULL,
    kind       text NOT NULL,
    user_id    uuid,
    client_id  text,
    session_id uuid,
    grant_id   uuid,
    address    inet,
    request_id text,
    detail     jsonb NOT NULL
) PARTITION BY RANGE (id);
CREATE TABLE audit_events_default PARTITION OF audit_events DEFAULT;
CREATE INDEX audit_events_user_id ON audit_events (user_id, at);
CREATE INDEX audit_events_kind ON audit_events (kind, at);

-- Append-only, also for a session that can write: only dropping a whole, old partition removes events.
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME;
END
$$;
CREATE TRIGGER audit_events_append_only BEFORE UPDATE OR DELETE ON audit_events
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
