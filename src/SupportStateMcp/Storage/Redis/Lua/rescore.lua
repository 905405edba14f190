-- Moves an entry of an index to its true place, unless it has moved meanwhile. Atomic, because a newer place must win.
-- KEYS: index. ARGV: id, score it was seen at, true score
local score = redis.call('ZSCORE', KEYS[1], ARGV[1])
if score and tonumber(score) == tonumber(ARGV[2]) then
  return redis.call('ZADD', KEYS[1], 'XX', 'CH', ARGV[3], ARGV[1])
end
return 0
