-- Adds a record to those of a lookup key, behind all that are there, and says which place it has. Atomic, because no two may
-- have the same place.
-- KEYS: lookup. ARGV: id
local last = redis.call('ZREVRANGE', KEYS[1], 0, 0, 'WITHSCORES')
local place = string.format('%.0f', tonumber(last[2] or 0) + 1)
redis.call('ZADD', KEYS[1], place, place .. ':' .. ARGV[1])
return place
