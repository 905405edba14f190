-- From version 1 to version 2: approvals leave the snapshot, and conversations are found by their owner. A snapshot that is
-- damaged stays as it is: it keeps nobody else from the upgrade.

CREATE TABLE parts (
  conversation INTEGER NOT NULL,
  name         TEXT NOT NULL,
  part         BLOB NOT NULL,
  UNIQUE (conversation, name)
) STRICT;

INSERT INTO parts
SELECT key, 'approvals', CAST(schema || ' ' || (CAST(snapshot AS TEXT) -> '$.approvals') AS BLOB) FROM conversations
WHERE CASE WHEN json_valid(CAST(snapshot AS TEXT)) THEN json_array_length(CAST(snapshot AS TEXT), '$.approvals') > 0 END;

UPDATE conversations SET snapshot = CAST(json_set(CAST(snapshot AS TEXT), '$.approvals', json('[]')) AS BLOB)
WHERE CASE WHEN json_valid(CAST(snapshot AS TEXT)) THEN json_array_length(CAST(snapshot AS TEXT), '$.approvals') > 0 END;

ALTER TABLE conversations ADD COLUMN owner TEXT NOT NULL DEFAULT '';
UPDATE conversations SET owner = coalesce(CASE WHEN json_valid(CAST(snapshot AS TEXT)) THEN CAST(snapshot AS TEXT) ->> '$.owner' END, '');

DROP INDEX by_state;
DROP INDEX by_user;
DROP INDEX by_assignee;
CREATE INDEX by_state    ON conversations (state, updated_at, id, expires_at, assigned_to, owner) WHERE erased = 0;
CREATE INDEX by_user     ON conversations (user_digest, updated_at, id, expires_at, state, assigned_to, owner) WHERE erased = 0;
CREATE INDEX by_assignee ON conversations (assigned_to, updated_at, id, expires_at, state, owner) WHERE erased = 0;
CREATE INDEX by_owner    ON conversations (owner, updated_at, id, expires_at, state, assigned_to) WHERE erased = 0;
