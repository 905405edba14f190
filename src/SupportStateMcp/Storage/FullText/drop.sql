DROP TABLE IF EXISTS article_terms;
DROP TABLE IF EXISTS article_words;
DROP TABLE IF EXISTS article_sections;
DROP TABLE IF EXISTS indexed_articles;
DROP TABLE IF EXISTS article_index;
