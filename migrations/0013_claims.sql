-- What people say of themselves beyond their name (OpenID Connect Core §5.1), and what clients ask for by name (§5.5).

-- `identity::profile::Profile` is its type.
ALTER TABLE users ADD COLUMN profile jsonb NOT NULL DEFAULT '{}';

-- Claims that the request asked for one by one, beside those that its scopes open.
ALTER TABLE codes
    ADD COLUMN id_token_claims text[] NOT NULL DEFAULT '{}',
    ADD COLUMN userinfo_claims text[] NOT NULL DEFAULT '{}';
-- Never changed, nor indexed: rotations stay HOT updates.
ALTER TABLE grants
    ADD COLUMN id_token_claims text[] NOT NULL DEFAULT '{}',
    ADD COLUMN userinfo_claims text[] NOT NULL DEFAULT '{}';
