-- When a person's password was last set. A sign-in notes it before the password is looked at, and nothing begins by a
-- password that was replaced meanwhile. It is on the person's row, which every such change locks.
ALTER TABLE users ADD COLUMN password_set_at timestamptz;

-- The same for a sign-in between its steps: whether it began by a password, and by which.
ALTER TABLE sign_ins
    ADD COLUMN by_password     boolean NOT NULL DEFAULT false,
    ADD COLUMN password_set_at timestamptz;
