DROP TABLE IF EXISTS {one}_terms;
DROP TABLE IF EXISTS {one}_words;
DROP TABLE IF EXISTS {one}_sections;
DROP TABLE IF EXISTS indexed_{many};
DROP TABLE IF EXISTS {one}_index;
