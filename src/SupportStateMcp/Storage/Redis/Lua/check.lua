-- Writes as a commit does, into a key of no conversation: where this is refused (memory, a replica, rights), commits are.
-- KEYS: checked
-- ARGV: ttl
redis.call('HSET', KEYS[1], 'checked', '1')
redis.call('PEXPIRE', KEYS[1], ARGV[1])
return 'written'
