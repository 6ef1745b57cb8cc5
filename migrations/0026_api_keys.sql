-- API keys: what services and people's scripts present instead of signing in.

CREATE TABLE api_keys (
    id                uuid PRIMARY KEY,
    secret_hash       bytea NOT NULL,
    -- Whose it is: a person's, or a client's.
    user_id           uuid REFERENCES users (id) ON DELETE CASCADE,
    client_id         text REFERENCES clients (client_id) ON DELETE CASCADE,
    name              text NOT NULL,
    environment       text NOT NULL CHECK (environment IN ('live', 'test')),
    resource          text NOT NULL,
    scopes            text[] NOT NULL,
    -- From where it may be used; empty for anywhere.
    addresses         inet[] NOT NULL,
    created_at        timestamptz NOT NULL,
    -- Null for never.
    expires_at        timestamptz,
    -- Written in batches, so some seconds late. No index has it.
    last_used_at      timestamptz,
    last_used_address inet,
    revoked_at        timestamptz,
    -- The key that takes its place, and until when both are good.
    replaced_by       uuid,
    deprecated_until  timestamptz,
    CHECK (num_nonnulls(user_id, client_id) = 1)
) WITH (fillfactor = 80);
CREATE INDEX api_keys_user_id ON api_keys (user_id) WHERE user_id IS NOT NULL;
CREATE INDEX api_keys_client_id ON api_keys (client_id) WHERE client_id IS NOT NULL;

-- Tokens that were got by a key end with it.
ALTER TABLE opaque_tokens ADD COLUMN api_key uuid;
