-- Events after a version, oldest first, read in growing steps until they have so many bytes; the first is always among
-- them. A trail has no gap: the event of version n is the n-th.
-- KEYS: events. ARGV: after, limit, bytes
local from = tonumber(ARGV[1])
local stop = math.min(redis.call('LLEN', KEYS[1]), from + tonumber(ARGV[2]))
local left = tonumber(ARGV[3])
local found = {}
local step = 8
while from < stop do
  local to = math.min(stop, from + step)
  local read = redis.call('LRANGE', KEYS[1], string.format('%.0f', from), string.format('%.0f', to - 1))
  for i = 1, #read do
    left = left - #read[i]
    if left < 0 and #found > 0 then
      return found
    end
    found[#found + 1] = read[i]
  end
  from = to
  step = step * 2
end
return found
