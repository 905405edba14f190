-- What a sink has yet to hear of and whose time has come, the longest due first; nobody else gets it before a later time.
-- KEYS: pending. ARGV: now, until, limit
local due = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', ARGV[1], 'LIMIT', '0', ARGV[3])
for i = 1, #due do
  redis.call('ZADD', KEYS[1], 'XX', ARGV[2], due[i])
end
return due
