-- Closed conversations that have outlived their time to live; made with the first of them. Several conversations of one ticket may be here.
CREATE TABLE IF NOT EXISTS archived_conversations (
  key         INTEGER PRIMARY KEY,
  id          TEXT NOT NULL,
  archived_at INTEGER NOT NULL,
  document    BLOB NOT NULL     -- compressed (Brotli); ArchiveCodec.cs says what is in it
) STRICT;

CREATE INDEX IF NOT EXISTS archived_conversations_by_id ON archived_conversations (id, key);
