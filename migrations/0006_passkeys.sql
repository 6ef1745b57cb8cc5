-- Whether a passkey is a way in by itself: its authenticator verifies its person, and finds it without being told whose
-- it is.
ALTER TABLE passkeys ADD COLUMN passwordless boolean NOT NULL DEFAULT false;
