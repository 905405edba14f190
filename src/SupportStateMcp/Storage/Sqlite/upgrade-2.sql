-- From version 1 to version 2: approvals leave the snapshot.

CREATE TABLE parts (
  conversation INTEGER NOT NULL,
  name         TEXT NOT NULL,
  part         BLOB NOT NULL,
  UNIQUE (conversation, name)
) STRICT;

INSERT INTO parts
SELECT key, 'approvals', CAST(schema || ' ' || (CAST(snapshot AS TEXT) -> '$.approvals') AS BLOB) FROM conversations
WHERE json_array_length(CAST(snapshot AS TEXT), '$.approvals') > 0;

UPDATE conversations SET snapshot = CAST(json_set(CAST(snapshot AS TEXT), '$.approvals', json('[]')) AS BLOB)
WHERE json_array_length(CAST(snapshot AS TEXT), '$.approvals') > 0;
