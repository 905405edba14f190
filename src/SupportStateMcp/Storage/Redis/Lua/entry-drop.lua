-- Forgets in which sets a conversation is, unless that was written again since. Atomic, because what is forgotten of one that
-- comes back is not renewed any more.
-- KEYS: entries. ARGV: id, the time it must be below
local entry = redis.call('HGET', KEYS[1], ARGV[1])
if entry and tonumber(string.match(entry, '"updated_at":(%d+)') or '0') < tonumber(ARGV[2]) then
  return redis.call('HDEL', KEYS[1], ARGV[1])
end
return 0
