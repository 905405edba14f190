-- Releases a lock. Atomic, because it may have expired and be another's by now: only the owner's token opens it.
-- KEYS: lock. ARGV: token
if redis.call('GET', KEYS[1]) == ARGV[1] then
  return redis.call('DEL', KEYS[1])
end
return 0
