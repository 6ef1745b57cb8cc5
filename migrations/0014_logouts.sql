-- Applications that are still to be told that a session ended (OpenID Connect Back-Channel Logout 1.0). Written with the
-- session's end, gone once the application took it.
CREATE TABLE logouts (
    client_id  text NOT NULL,
    session_id uuid NOT NULL,
    -- Kept beyond the person's account, should that be removed meanwhile: the application knows them by it.
    user_id    uuid NOT NULL,
    created_at timestamptz NOT NULL,
    -- When it is tried next.
    due_at     timestamptz NOT NULL,
    attempts   integer NOT NULL DEFAULT 0,
    PRIMARY KEY (client_id, session_id)
);
CREATE INDEX logouts_client_id_due_at ON logouts (client_id, due_at);
