-- Clients, resources, and what people granted to whom.

CREATE TABLE clients (
    client_id  text PRIMARY KEY,
    -- Client metadata by its RFC 7591 names; `registry::client::Client` is its type.
    metadata   jsonb NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
);

-- Up to two live secrets a client, so that one can be replaced while the other still works.
CREATE TABLE client_secrets (
    id          uuid PRIMARY KEY,
    client_id   text NOT NULL REFERENCES clients (client_id) ON DELETE CASCADE,
    secret_hash bytea NOT NULL,
    created_at  timestamptz NOT NULL
);
CREATE INDEX client_secrets_client_id ON client_secrets (client_id);

CREATE TABLE resources (
    -- The resource indicator (RFC 8707): an absolute URI without a fragment.
    identifier text PRIMARY KEY,
    metadata   jsonb NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
);

-- What a person allowed a client, per resource; the empty resource stands for Signet itself (openid, profile, …).
CREATE TABLE consents (
    user_id    uuid NOT NULL,
    client_id  text NOT NULL,
    resource   text NOT NULL,
    scopes     text[] NOT NULL,
    granted_at timestamptz NOT NULL,
    PRIMARY KEY (user_id, client_id, resource)
);

-- The tables below are hot or large: no foreign keys, keyed by UUIDv7 and partitioned by it, so that what has
-- expired is dropped and not deleted. The default partitions keep inserts working if no one made the next
-- partition in time; `storage::partitions` makes them ahead.

-- An authorization request that waits for a person.
CREATE TABLE authorization_requests (
    id           uuid PRIMARY KEY,
    browser_hash bytea NOT NULL,
    client_id    text NOT NULL,
    request      jsonb NOT NULL,
    created_at   timestamptz NOT NULL,
    expires_at   timestamptz NOT NULL,
    -- The session in which the person chose an account or gave consent within this request.
    selected_by  uuid,
    consented_by uuid,
    completed_at timestamptz
) PARTITION BY RANGE (id);
CREATE TABLE authorization_requests_default PARTITION OF authorization_requests DEFAULT;

-- An authorization code. Its id is the id of the grant that it becomes.
CREATE TABLE codes (
    id                 uuid PRIMARY KEY,
    secret_hash        bytea NOT NULL,
    client_id          text NOT NULL,
    user_id            uuid NOT NULL,
    session_id         uuid NOT NULL,
    redirect_uri       text NOT NULL,
    -- Whether the authorization request named it (RFC 6749 §4.1.3).
    redirect_uri_named boolean NOT NULL,
    code_challenge     text,
    scopes             text[] NOT NULL,
    resources          text[] NOT NULL,
    nonce              text,
    auth_time          timestamptz NOT NULL,
    amr                text[] NOT NULL,
    acr                text NOT NULL,
    expires_at         timestamptz NOT NULL,
    redeemed_at        timestamptz
) PARTITION BY RANGE (id);
CREATE TABLE codes_default PARTITION OF codes DEFAULT WITH (fillfactor = 80);

-- What a person granted to a client: one row, however often its refresh token rotates.
CREATE TABLE grants (
    id               uuid PRIMARY KEY,
    client_id        text NOT NULL,
    user_id          uuid NOT NULL,
    -- The browser session it was made in (the `sid` of its ID tokens).
    session_id       uuid NOT NULL,
    -- Whether it outlives that session (offline_access).
    offline          boolean NOT NULL,
    -- Digest of the code it came from: presenting that again is reuse (RFC 6749 §4.1.2).
    code_hash        bytea NOT NULL,
    scopes           text[] NOT NULL,
    resources        text[] NOT NULL,
    auth_time        timestamptz NOT NULL,
    amr              text[] NOT NULL,
    acr              text NOT NULL,
    -- Digests of the current refresh token's secret and of the one before; null without a refresh token.
    refresh_current  bytea,
    refresh_previous bytea,
    rotated_at       timestamptz NOT NULL,
    -- How often the former token came again since: while requests race, and after that.
    raced            smallint NOT NULL DEFAULT 0,
    retries          smallint NOT NULL DEFAULT 0,
    idle_expires_at  timestamptz NOT NULL,
    expires_at       timestamptz NOT NULL,
    revoked_at       timestamptz
) PARTITION BY RANGE (id);
-- No index on what rotation changes, and room in each page: rotations are HOT updates.
CREATE INDEX grants_session_id ON grants (session_id);
CREATE INDEX grants_user_id_client_id ON grants (user_id, client_id);
CREATE TABLE grants_default PARTITION OF grants DEFAULT WITH (fillfactor = 70);

-- Access tokens of resources that chose opaque ones.
CREATE TABLE opaque_tokens (
    id          uuid PRIMARY KEY,
    secret_hash bytea NOT NULL,
    -- Null for client credentials.
    grant_id    uuid,
    client_id   text NOT NULL,
    subject     text NOT NULL,
    scopes      text[] NOT NULL,
    audience    text[] NOT NULL,
    issued_at   timestamptz NOT NULL,
    expires_at  timestamptz NOT NULL
) PARTITION BY RANGE (id);
CREATE TABLE opaque_tokens_default PARTITION OF opaque_tokens DEFAULT;
