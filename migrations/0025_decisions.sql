-- What was decided, by the time of the id: recorded as far as configured, and dropped with its partition. A replica of the
-- former release keeps neither, and needs no column of this table.

CREATE TABLE decisions (
    id        uuid PRIMARY KEY,
    at        timestamptz NOT NULL,
    -- The client that asked; null for Signet itself.
    caller    text,
    -- The version of the policies that decided; null if there was none. No reference: neither is ever removed while the
    -- other needs it, and rows come by the hundred.
    version   uuid,
    permitted boolean NOT NULL,
    -- `access::asked::Asked`, and `access::engine::Outcome`.
    asked     jsonb NOT NULL,
    outcome   jsonb NOT NULL
) PARTITION BY RANGE (id);
CREATE TABLE decisions_default PARTITION OF decisions DEFAULT;
