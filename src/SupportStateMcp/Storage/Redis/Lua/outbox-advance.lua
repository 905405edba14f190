-- Moves the cursor of a sink on where it stands as expected, and says how many events there are; -1 where it does not.
-- KEYS: published, events. ARGV: sink, stands, told
if redis.call('HGET', KEYS[1], ARGV[1]) ~= ARGV[2] then
  return -1
end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[3])
redis.call('HDEL', KEYS[1], ARGV[1] .. ':failed', ARGV[1] .. ':due')
return redis.call('LLEN', KEYS[2])
