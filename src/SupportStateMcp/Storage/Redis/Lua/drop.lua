-- Takes an entry out of an index, unless it was renewed meanwhile. Atomic, because a conversation that comes back between the
-- look and the removal would be hidden. What a score holds beside the time, a priority, is above 10^13.
-- KEYS: index. ARGV: id, the time it must be below
local score = redis.call('ZSCORE', KEYS[1], ARGV[1])
if score and tonumber(score) % 1e13 < tonumber(ARGV[2]) then
  return redis.call('ZREM', KEYS[1], ARGV[1])
end
return 0
