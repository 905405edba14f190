-- The newest messages below a number. Atomic, because the end of the list must not move between LLEN and LRANGE.
-- KEYS: history. ARGV: before, limit
local stop = math.min(redis.call('LLEN', KEYS[1]), tonumber(ARGV[1]) - 1)
if stop < 1 then
  return {}
end
local start = math.max(0, stop - tonumber(ARGV[2]))
return redis.call('LRANGE', KEYS[1], string.format('%.0f', start), string.format('%.0f', stop - 1))
