-- The language that a person is written to in, if their profile names none: that of their last sign-in from a browser which
-- they had signed in from before.
ALTER TABLE users ADD COLUMN language text;
