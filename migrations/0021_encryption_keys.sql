-- Keys of our own that clients encrypt request objects for. Apart from those that sign, so that neither is ever taken for the
-- other.
CREATE TABLE encryption_keys (
    -- RFC 7638 thumbprint.
    kid         text PRIMARY KEY,
    alg         text NOT NULL,
    -- Counts per algorithm; unique, so that two replicas cannot both make the next key.
    generation  integer NOT NULL,
    -- PKCS#8, sealed with AES-256-GCM under the master key named beside it.
    sealed      bytea NOT NULL,
    sealed_with text NOT NULL,
    created_at  timestamptz NOT NULL,
    active_from timestamptz NOT NULL,
    UNIQUE (alg, generation)
);
