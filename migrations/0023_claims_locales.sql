-- The languages and scripts that the request asked for claims in (OpenID Connect Core §5.2), the one liked best first. Null
-- where it asked for none, as nearly all do: a row is then no longer than before.
ALTER TABLE codes ADD COLUMN claims_locales text[];
-- Never changed, nor indexed: rotations stay HOT updates.
ALTER TABLE grants ADD COLUMN claims_locales text[];
