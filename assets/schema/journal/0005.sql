-- Whose decisions these are: nothing is sent with the sign-in of another tenant than it was decided for.

-- The tenant that was signed in to last.
CREATE TABLE tenant (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    guid TEXT NOT NULL             -- lower-cased; the same in no two clouds
) STRICT;

-- Null: decided when nobody had signed in yet, or of an older version. It is of the tenant that is signed in to first.
ALTER TABLE change ADD COLUMN tenant TEXT;
