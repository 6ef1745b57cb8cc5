-- Whoever has their account deleted leaves no address in the log. That is the one change it takes: what happened, when
-- and to whom stays, with ids that lead to no one any more.
CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND NEW.address IS NULL THEN
        OLD.address := NULL;
        IF NEW IS NOT DISTINCT FROM OLD THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME;
END
$$;

CREATE INDEX devices_last_seen_at ON devices (last_seen_at);
