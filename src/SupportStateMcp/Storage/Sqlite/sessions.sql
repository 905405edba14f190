-- Values that those who work on a conversation share for a short time; made with the first of them.
CREATE TABLE IF NOT EXISTS session_values (
  conversation TEXT NOT NULL,
  key          TEXT NOT NULL,
  life         TEXT NOT NULL,     -- which conversation of the ticket
  expires_at   INTEGER NOT NULL,
  value        BLOB NOT NULL,
  PRIMARY KEY (conversation, key)
) STRICT;

CREATE INDEX IF NOT EXISTS session_values_by_end ON session_values (expires_at);
