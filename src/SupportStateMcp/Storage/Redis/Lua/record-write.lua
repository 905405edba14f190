-- Writes one record, or nothing. Atomic, because the version is compared in the same step as it is raised, and because who
-- reads the changes of a shard must have seen all before a number once that number is there.
-- KEYS: record, changes, feed
-- ARGV: id, expected ('' for any), content, updated_at, updated_by, lookup ('' for none), place, channel, life (of a feed that begins)
local stands = redis.call('HMGET', KEYS[1], 'version', 'content', 'lookup', 'place')
local version = stands[1] or '0'
local lookup = stands[3] or ''
if stands[2] == ARGV[3] and lookup == ARGV[6] then
  return {'same', version}
end

local current = stands[2] and version or '0'
if ARGV[2] ~= '' and ARGV[2] ~= current then
  return {'conflict', current}
end

-- First a write that a full Redis refuses. It lets a script that has written go on whatever it writes.
local next = string.format('%.0f', tonumber(version) + 1)
redis.call('HSET', KEYS[1], 'version', next, 'content', ARGV[3], 'updated_at', ARGV[4], 'updated_by', ARGV[5],
  'lookup', ARGV[6], 'place', ARGV[7])
redis.call('HSETNX', KEYS[3], 'life', ARGV[9])
redis.call('ZADD', KEYS[2], redis.call('HINCRBY', KEYS[3], 'sequence', 1), ARGV[1])
if not stands[2] then
  redis.call('HINCRBY', KEYS[3], 'count', 1)
end
redis.call('PUBLISH', ARGV[8], ARGV[1])
return {'written', next, lookup, stands[4] or ''}
