-- Extends a lock. Atomic, because it may have expired and be another's by now: only the owner's token extends it.
-- KEYS: lock. ARGV: token, ttl
if redis.call('GET', KEYS[1]) == ARGV[1] then
  return redis.call('PEXPIRE', KEYS[1], ARGV[2])
end
return 0
