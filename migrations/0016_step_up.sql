-- Who draws an authenticator's secret is who confirms it: the digest of the cookie's secret of the session or sign-in that
-- was shown it. Without one, it is drawn anew.
ALTER TABLE totp ADD COLUMN drawn_by bytea;

-- A sign-in that builds on what was proven in a session goes on no longer than that.
ALTER TABLE sign_ins ADD COLUMN session_id uuid REFERENCES sessions (id) ON DELETE CASCADE;
CREATE INDEX sign_ins_session_id ON sign_ins (session_id);
