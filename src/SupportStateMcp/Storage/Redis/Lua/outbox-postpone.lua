-- Notes that an attempt failed, and when the next one is due, where the cursor of the sink stands as expected.
-- KEYS: published. ARGV: sink, stands, failed, due (Unix ms)
if redis.call('HGET', KEYS[1], ARGV[1]) ~= ARGV[2] then
  return 0
end
redis.call('HSET', KEYS[1], ARGV[1] .. ':failed', ARGV[3], ARGV[1] .. ':due', ARGV[4])
return 1
