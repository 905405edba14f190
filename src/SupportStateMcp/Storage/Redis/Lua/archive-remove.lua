-- Removes a conversation that is in the archive, unless it has changed since it was read, or another one of the same ticket has
-- taken its place. Atomic, because a change between the look and the removal would be lost.
-- KEYS: state, history, events, seen. ARGV: version, life
local stands = redis.call('HMGET', KEYS[1], 'version', 'life')
if stands[1] ~= ARGV[1] or stands[2] ~= ARGV[2] then
  return 0
end
redis.call('DEL', KEYS[1], KEYS[2], KEYS[3], KEYS[4])
return 1
