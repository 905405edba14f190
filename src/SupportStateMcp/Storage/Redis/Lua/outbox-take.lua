-- What a sink has yet to hear of and whose time has come, the longest due first; nobody else gets it before a later time.
-- What is due beyond the horizon was noted by a clock that was ahead: its time has come, too.
-- KEYS: pending. ARGV: now, until, limit, horizon
local due = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', ARGV[1], 'LIMIT', '0', ARGV[3])
if #due < tonumber(ARGV[3]) then
  local ahead = redis.call('ZRANGEBYSCORE', KEYS[1], '(' .. ARGV[4], '+inf', 'LIMIT', '0', tonumber(ARGV[3]) - #due)
  for i = 1, #ahead do
    due[#due + 1] = ahead[i]
  end
end
for i = 1, #due do
  redis.call('ZADD', KEYS[1], 'XX', ARGV[2], due[i])
end
return due
