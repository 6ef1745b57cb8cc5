-- What was granted to a client that is removed. A grant's client never changes, so that rotations stay HOT updates.
CREATE INDEX grants_client_id ON grants (client_id);
