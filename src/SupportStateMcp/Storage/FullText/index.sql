-- A full-text index, of the published articles or of the memories ({one}, {many}): in the database of the embedded store, or in memory where the
-- records are in Redis. It is made from the records, and made again where its format is another. A document is called an article here.

-- format: of these tables and of what stands in them. life: which index this is. generation: how often it changed. position: how far in
-- the changes of the records it has come. last_row: the highest number that a section has had. remains: 1 where words may be left in the
-- lists of {one}_words of texts that are gone.
CREATE TABLE {one}_index (
  format     INTEGER NOT NULL,
  life       INTEGER NOT NULL,
  generation INTEGER NOT NULL,
  position   TEXT,
  last_row   INTEGER NOT NULL,
  remains    INTEGER NOT NULL
) STRICT;

-- One that is no longer to be found stays as a row, so that other processes hear of it.
CREATE TABLE indexed_{many} (
  key        INTEGER PRIMARY KEY,
  article_id TEXT NOT NULL UNIQUE,
  generation INTEGER NOT NULL,  -- at which it changed last
  is_found   INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  title      TEXT NOT NULL,
  tags       TEXT NOT NULL      -- one a line
) STRICT;

CREATE INDEX indexed_{many}_by_change ON indexed_{many} (generation);

-- A row's number is never used again: a list of rows that was read before stays true of what it names.
CREATE TABLE {one}_sections (
  row     INTEGER PRIMARY KEY,
  article INTEGER NOT NULL,
  heading TEXT NOT NULL,
  level   INTEGER NOT NULL,
  text    TEXT NOT NULL
) STRICT;

CREATE INDEX {one}_sections_by_article ON {one}_sections (article);

-- Words alone, by the rows of {one}_sections.
CREATE VIRTUAL TABLE {one}_words USING fts5(title, body, content = '', contentless_delete = 1, tokenize = 'porter unicode61 remove_diacritics 2');
CREATE VIRTUAL TABLE {one}_terms USING fts5vocab({one}_words, 'instance');
