-- Notes that an attempt failed, and when the next one is due, where the cursor of the sink stands as expected and nobody else
-- has counted this attempt.
-- KEYS: published. ARGV: sink, stands, failed, due (Unix ms)
if redis.call('HGET', KEYS[1], ARGV[1]) ~= ARGV[2] then
  return 0
end
local failed = redis.call('HGET', KEYS[1], ARGV[1] .. ':failed') or '0'
if tonumber(failed) ~= tonumber(ARGV[3]) - 1 then
  return 0
end
redis.call('HSET', KEYS[1], ARGV[1] .. ':failed', ARGV[3], ARGV[1] .. ':due', ARGV[4])
return 1
