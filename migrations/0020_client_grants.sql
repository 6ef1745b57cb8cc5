-- What was granted to a client, and allowed it, found when the client is removed. By a digest, so that no statement that
-- looks for a single grant or consent is ever planned to go by it. A grant's client never changes, so that rotations stay
-- HOT updates.
CREATE INDEX grants_client ON grants (md5(client_id));
CREATE INDEX consents_client ON consents (md5(client_id));
