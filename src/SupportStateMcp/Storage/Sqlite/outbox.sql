-- How far each sink has been told of a conversation. Made where sinks are configured; goes with the conversation.

CREATE TABLE outbox (
  sink         TEXT NOT NULL,
  conversation INTEGER NOT NULL,
  told         INTEGER NOT NULL,  -- the version up to which it has been told
  due_at       INTEGER,           -- from when on any process may tell it; null where everything is told
  failed       INTEGER NOT NULL,  -- how many attempts at the next event have failed
  PRIMARY KEY (sink, conversation)
) STRICT, WITHOUT ROWID;

CREATE INDEX outbox_by_due ON outbox (sink, due_at) WHERE due_at IS NOT NULL;

CREATE TRIGGER outbox_follows AFTER DELETE ON conversations BEGIN
  DELETE FROM outbox WHERE conversation = OLD.key;
END;

-- That it is there.
INSERT INTO marks VALUES ('outbox', 1);
