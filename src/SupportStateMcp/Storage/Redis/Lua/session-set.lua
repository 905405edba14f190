-- Sets or removes one value of a conversation's session, takes away what has expired or is an earlier conversation's of the ticket, and
-- lets the whole go when its last value does. Where a later conversation of the ticket has values, nothing is set, and they stay; who
-- knows that this one came after a certain one of those names it, and its values go.
-- Atomic, because the values are bounded in number and in size.
-- KEYS: session
-- ARGV: now (Unix ms), life, key, expires at (Unix ms), value (empty to remove), most, most bytes of values and keys, the life whose values
-- go though it is later (empty for none)
-- Returns 0 where there is no room, 1 where it is done, 2 and the later life where one has values.
-- A field holds: expires at, life and value, with a line end between them. Of two lives of a ticket the later one is the greater text.
local left, last, size, later = 0, 0, #ARGV[3] + #ARGV[5], nil
local fields = redis.call('HGETALL', KEYS[1])
for i = 1, #fields, 2 do
  local expires, life, value = string.match(fields[i + 1], '^(%d+)\n(%w+)\n(.*)$')
  if life < ARGV[2] or life == ARGV[8] or tonumber(expires) <= tonumber(ARGV[1]) then
    redis.call('HDEL', KEYS[1], fields[i])
  elseif life > ARGV[2] then
    later = life
  elseif fields[i] ~= ARGV[3] then
    left = left + 1
    size = size + #fields[i] + #value
    last = math.max(last, tonumber(expires))
  end
end

if later then
  return {2, later}
end

if ARGV[5] == '' then
  redis.call('HDEL', KEYS[1], ARGV[3])
  return {1}
end

if left >= tonumber(ARGV[6]) or size > tonumber(ARGV[7]) then
  return {0}
end

redis.call('HSET', KEYS[1], ARGV[3], ARGV[4] .. '\n' .. ARGV[2] .. '\n' .. ARGV[5])
redis.call('PEXPIRE', KEYS[1], math.max(last, tonumber(ARGV[4])) - tonumber(ARGV[1]))
return {1}
