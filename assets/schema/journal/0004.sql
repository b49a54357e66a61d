-- How lists are shown: saved views, and where the analyst was. Nothing here is a decision about an alert.

-- `look` and `former` are JSON: filter, sort, group, columns.
CREATE TABLE view (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL UNIQUE COLLATE NOCASE,
    digit INTEGER UNIQUE CHECK (digit BETWEEN 5 AND 9),
    look TEXT NOT NULL,
    former TEXT,                   -- the look that the last save replaced
    seen INTEGER NOT NULL,         -- the cache's greatest alert key when it was last looked at
    looked INTEGER NOT NULL        -- when that was; microseconds since the epoch
) STRICT;

-- Where the program opens the next time.
CREATE TABLE place (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    look TEXT NOT NULL,
    home_digit INTEGER,            -- the view chosen last, when it was a built-in one
    home_view INTEGER REFERENCES view (id) ON DELETE SET NULL, -- and when it was a saved one
    cursor TEXT,                   -- the full id of the alert under the cursor
    row INTEGER NOT NULL           -- on which row of the list it stood, from 0
) STRICT;
