-- What is watched over: the countries that someone signs in from, and passwords that their person disowned.

-- To tell a new one. Devices have one address each, the last; a browser that travels was in many countries.
CREATE TABLE countries (
    user_id       uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    -- ISO 3166-1 alpha-2.
    country       text NOT NULL,
    first_seen_at timestamptz NOT NULL,
    -- To the day, so that few sign-ins write it.
    last_seen_at  timestamptz NOT NULL,
    PRIMARY KEY (user_id, country)
);
CREATE INDEX countries_last_seen_at ON countries (last_seen_at);

-- Since when a password opens nothing. It stays until it is replaced, so that it is not chosen again.
ALTER TABLE credentials ADD COLUMN revoked_at timestamptz;
