-- Removes the values of one conversation of a ticket, and leaves those of another one. Atomic, because a later conversation may set a
-- value under the same key between a read and a removal.
-- KEYS: session
-- ARGV: life
local fields = redis.call('HGETALL', KEYS[1])
for i = 1, #fields, 2 do
  if string.match(fields[i + 1], '^%d+\n(%w+)\n') == ARGV[1] then
    redis.call('HDEL', KEYS[1], fields[i])
  end
end

return 1
