-- The newest messages below a number, newest first, read in growing steps until they have so many bytes; the newest is
-- always among them. Atomic, because the end of the list must not move between LLEN and LRANGE.
-- A long message is kept compressed: a tag, the length of what it was in eight hexadecimal digits, and the rest (StoredBytes.cs).
-- KEYS: history. ARGV: before, limit, bytes
local function size(message)
  if string.byte(message, 1) == 1 then
    return tonumber(string.sub(message, 2, 9), 16) or #message
  end
  return #message
end

local stop = math.min(redis.call('LLEN', KEYS[1]), tonumber(ARGV[1]) - 1)
local start = math.max(0, stop - tonumber(ARGV[2]))
local left = tonumber(ARGV[3])
local found = {}
local step = 8
while stop > start do
  local from = math.max(start, stop - step)
  local read = redis.call('LRANGE', KEYS[1], string.format('%.0f', from), string.format('%.0f', stop - 1))
  for i = #read, 1, -1 do
    left = left - size(read[i])
    if left < 0 and #found > 0 then
      return found
    end
    found[#found + 1] = read[i]
  end
  stop = from
  step = step * 2
end
return found
