-- supportstate.db, version 3; upgrade-2.sql and upgrade-3.sql lead here from older versions. JSON is kept as UTF-8 in blobs. Times are UTC, in units of 100 ns since the year 1;
-- updated_at alone is in milliseconds since 1970, because listings order and page by whole milliseconds.
--
-- What is deleted is overwritten (secure_delete). SQLite may have moved a row before, and left a copy of it in the unused
-- part of a page: rows with content are appended, so that this is rare, and after an erasure the sweep rewrites the file.
-- Indexes hold no content: a customer and a caller's key stand in them as digests.

CREATE TABLE conversations (
  key          INTEGER PRIMARY KEY,
  id           TEXT NOT NULL UNIQUE,
  version      INTEGER NOT NULL,
  schema       INTEGER NOT NULL,
  updated_at   INTEGER NOT NULL,
  expires_at   INTEGER NOT NULL,
  erased       INTEGER NOT NULL,
  state        TEXT NOT NULL,
  user_digest  BLOB NOT NULL,
  assigned_to  TEXT NOT NULL,
  owner        TEXT NOT NULL,  -- an actor, human:alice, or a queue, queue:billing
  queue        TEXT,     -- where it waits, or will wait when the lease of its owner runs out
  queue_from   INTEGER,  -- 0 where it waits already, else when the lease runs out
  urgency      INTEGER,  -- 0 for the most urgent
  queued_since INTEGER,
  due_at       INTEGER,  -- when the next lease or approval runs out
  snapshot     BLOB NOT NULL
) STRICT;

CREATE INDEX by_update   ON conversations (updated_at, id, expires_at) WHERE erased = 0;
CREATE INDEX by_state    ON conversations (state, updated_at, id, expires_at, assigned_to, owner) WHERE erased = 0;
CREATE INDEX by_user     ON conversations (user_digest, updated_at, id, expires_at, state, assigned_to, owner) WHERE erased = 0;
CREATE INDEX by_assignee ON conversations (assigned_to, updated_at, id, expires_at, state, owner) WHERE erased = 0;
CREATE INDEX by_owner    ON conversations (owner, updated_at, id, expires_at, state, assigned_to) WHERE erased = 0;
CREATE INDEX by_queue    ON conversations (queue, urgency, queued_since, id, queue_from) WHERE queue IS NOT NULL;
CREATE INDEX by_urgency  ON conversations (urgency, queued_since, id, queue_from) WHERE queue IS NOT NULL;
CREATE INDEX queued      ON conversations (expires_at) WHERE queue IS NOT NULL;
CREATE INDEX tombstones  ON conversations (expires_at) WHERE erased = 1;
CREATE INDEX due         ON conversations (due_at) WHERE due_at IS NOT NULL;

-- Larger parts of a snapshot, each with its schema version: a change of anything else does not write them again.
CREATE TABLE parts (
  conversation INTEGER NOT NULL,
  name         TEXT NOT NULL,
  part         BLOB NOT NULL,
  UNIQUE (conversation, name)
) STRICT;

CREATE TABLE events (
  conversation INTEGER NOT NULL,
  version      INTEGER NOT NULL,
  schema       INTEGER NOT NULL,
  event        BLOB NOT NULL,
  UNIQUE (conversation, version)
) STRICT;

CREATE TABLE messages (
  conversation INTEGER NOT NULL,
  number       INTEGER NOT NULL,
  message      BLOB NOT NULL,
  UNIQUE (conversation, number)
) STRICT;

CREATE TABLE idempotency_records (
  conversation INTEGER NOT NULL,
  key_digest   BLOB NOT NULL,
  record       BLOB NOT NULL,
  UNIQUE (conversation, key_digest)
) STRICT;

CREATE TABLE pending_approvals (
  deadline     INTEGER NOT NULL,
  approval_id  TEXT NOT NULL,
  conversation INTEGER NOT NULL,
  queue        TEXT NOT NULL,
  PRIMARY KEY (deadline, approval_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX pending_by_queue        ON pending_approvals (queue, deadline, approval_id, conversation);
CREATE INDEX pending_by_conversation ON pending_approvals (conversation);

-- Steps of runs that a worker may take, from a time on.
CREATE TABLE ready_steps (
  conversation INTEGER PRIMARY KEY,
  role         TEXT NOT NULL,
  ready_at     INTEGER NOT NULL
) STRICT;

CREATE INDEX ready_by_role ON ready_steps (role, ready_at);

-- How many wait in each queue: counting them one by one would cost more than the page that is asked for.
CREATE TABLE totals (
  what  TEXT NOT NULL,
  queue TEXT NOT NULL,
  n     INTEGER NOT NULL,
  PRIMARY KEY (what, queue)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER conversation_enters AFTER INSERT ON conversations WHEN NEW.queue_from = 0 BEGIN
  INSERT INTO totals VALUES ('conversations', NEW.queue, 1) ON CONFLICT DO UPDATE SET n = n + 1;
END;

CREATE TRIGGER conversation_leaves AFTER DELETE ON conversations WHEN OLD.queue_from = 0 BEGIN
  UPDATE totals SET n = n - 1 WHERE what = 'conversations' AND queue = OLD.queue;
END;

CREATE TRIGGER conversation_moves AFTER UPDATE OF queue, queue_from ON conversations
WHEN OLD.queue IS NOT NEW.queue OR (OLD.queue_from = 0) IS NOT (NEW.queue_from = 0) BEGIN
  UPDATE totals SET n = n - 1 WHERE what = 'conversations' AND queue = OLD.queue AND OLD.queue_from = 0;
  INSERT INTO totals SELECT 'conversations', NEW.queue, 1 WHERE NEW.queue_from = 0 ON CONFLICT DO UPDATE SET n = n + 1;
END;

CREATE TRIGGER approval_enters AFTER INSERT ON pending_approvals BEGIN
  INSERT INTO totals VALUES ('approvals', NEW.queue, 1) ON CONFLICT DO UPDATE SET n = n + 1;
END;

CREATE TRIGGER approval_leaves AFTER DELETE ON pending_approvals BEGIN
  UPDATE totals SET n = n - 1 WHERE what = 'approvals' AND queue = OLD.queue;
END;

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

-- checked_at: when the store was last asked whether it can be written. swept_to: how far the sweep's clock has come.
-- erasures: how many there were; finished: how many of them left not a byte.
CREATE TABLE marks (
  name  TEXT PRIMARY KEY,
  value INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- How many changes of records there were; and which database this is, so that a place in the changes of another one is known as such.
INSERT INTO marks VALUES ('record_changes', 0), ('record_life', abs(random() % 1000000000000));
