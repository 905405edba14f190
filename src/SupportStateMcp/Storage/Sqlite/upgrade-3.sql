-- From version 2 to version 3: records, and the steps of runs that workers may take. Nothing that was there changes.

-- What outlives a conversation: customers, their systems, articles. One that was removed stays as a row without content, so
-- that who follows the changes hears of it. A lookup key stands in it as a digest.
CREATE TABLE records (
  key           INTEGER PRIMARY KEY,
  kind          TEXT NOT NULL,
  id            TEXT NOT NULL,
  version       INTEGER NOT NULL,  -- goes on over a removal
  sequence      INTEGER NOT NULL,  -- of its last change, counted over all records
  lookup_digest BLOB,
  updated_at    INTEGER,
  updated_by    TEXT,
  content       BLOB,              -- null where it was removed
  UNIQUE (kind, id)
) STRICT;

CREATE UNIQUE INDEX records_by_change ON records (kind, sequence);
CREATE INDEX records_by_lookup ON records (kind, lookup_digest, sequence) WHERE lookup_digest IS NOT NULL;
CREATE INDEX records_there     ON records (kind) WHERE content IS NOT NULL;

-- How many changes of records there were; and which database this is, so that a place in the changes of another one is known as such.
INSERT INTO marks VALUES ('record_changes', 0), ('record_life', abs(random() % 1000000000000));

CREATE TABLE ready_steps (
  conversation INTEGER PRIMARY KEY,
  role         TEXT NOT NULL,
  ready_at     INTEGER NOT NULL
) STRICT;

CREATE INDEX ready_by_role ON ready_steps (role, ready_at);
