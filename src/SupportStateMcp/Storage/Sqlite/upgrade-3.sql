-- From version 2 to version 3: the steps of runs that workers may take.

CREATE TABLE ready_steps (
  conversation INTEGER PRIMARY KEY,
  role         TEXT NOT NULL,
  ready_at     INTEGER NOT NULL
) STRICT;

CREATE INDEX ready_by_role ON ready_steps (role, ready_at);
