-- For the removal of an account, which takes the challenges of its person along.
CREATE INDEX ceremonies_user_id ON ceremonies (user_id);
