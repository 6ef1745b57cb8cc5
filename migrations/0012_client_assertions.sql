-- Clients that authenticate by JWTs.

-- A secret that HMACs are checked with has to be there itself: sealed for this row. Null for all other clients.
ALTER TABLE client_secrets
    ADD COLUMN sealed      bytea,
    ADD COLUMN sealed_with text,
    ADD CONSTRAINT client_secrets_sealed CHECK ((sealed IS NULL) = (sealed_with IS NULL));

-- Assertions that were used: each is good once, on whichever replica. A row is in the way until its assertion is over.
CREATE TABLE client_assertions (
    client_id  text NOT NULL,
    jti_hash   bytea NOT NULL,
    expires_at timestamptz NOT NULL,
    PRIMARY KEY (client_id, jti_hash)
);
CREATE INDEX client_assertions_expires_at ON client_assertions (expires_at);
