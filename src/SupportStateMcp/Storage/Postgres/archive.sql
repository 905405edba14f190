-- Closed conversations that have outlived their time to live in Redis; made by the first server that needs it.
CREATE TABLE IF NOT EXISTS archived_conversations (
  prefix      text COLLATE "C" NOT NULL, -- the key prefix of the servers in Redis (persistence.keyPrefix): several may share a database
  id          text COLLATE "C" NOT NULL, -- cs-TKT-001
  life        text COLLATE "C" NOT NULL, -- which conversation of this id: when it was opened, in ticks, hexadecimal, so that the newest comes last
  version     bigint NOT NULL,
  archived_at timestamptz NOT NULL,      -- of an erased one, when it was erased
  document    bytea,                     -- compressed (Brotli); ArchiveCodec.cs says what is in it. NULL: erased, the row goes after some days
  PRIMARY KEY (prefix, id, life)
);

CREATE INDEX IF NOT EXISTS archived_conversations_erased ON archived_conversations (archived_at) WHERE document IS NULL;
