-- Removes one record, if it is there: what stays is its version, which must not come again, and its place among the changes.
-- Atomic for the same reasons as a write.
-- KEYS: record, changes, feed
-- ARGV: id, channel, the version that it has to stand at (empty for any)
local stands = redis.call('HMGET', KEYS[1], 'version', 'content', 'lookup', 'place')
if not stands[2] or (ARGV[3] ~= '' and stands[1] ~= ARGV[3]) then
  return {'none'}
end

-- First a write that a full Redis refuses.
redis.call('HSET', KEYS[1], 'version', string.format('%.0f', tonumber(stands[1]) + 1))
redis.call('HDEL', KEYS[1], 'content', 'updated_at', 'updated_by', 'lookup', 'place')
redis.call('ZADD', KEYS[2], redis.call('HINCRBY', KEYS[3], 'sequence', 1), ARGV[1])
redis.call('HINCRBY', KEYS[3], 'count', -1)
redis.call('PUBLISH', ARGV[2], ARGV[1])
return {'removed', stands[3] or '', stands[4] or ''}
