-- Takes from a rate that all instances share, by the clock of Redis. A refusal takes nothing.
-- KEYS: rate
-- ARGV: most in a period, period (µs), wanted, 1 where it flows
-- Returns how many are granted and, where none is, after how many µs one will be.
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local most, period, wanted = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])

if ARGV[4] == '1' then
  -- The key holds until when what was taken is paid for (GCRA); what is past is free, so it goes by then.
  local distance = period / most
  local paid = math.max(tonumber(redis.call('GET', KEYS[1]) or '0'), now)
  -- More than can be taken ahead: the clock of Redis was set back.
  if paid > now + 2 * period then
    paid = now
  end

  local free = math.floor((now + period - paid) / distance + 0.001)
  if free < 1 then
    return {0, math.ceil(paid + distance - period - now)}
  end

  -- Near the end one by one, so that no instance keeps what another needs.
  if free * 2 < most then
    wanted = 1
  end

  local granted = math.min(wanted, free)
  paid = math.floor(paid + granted * distance)
  redis.call('SET', KEYS[1], string.format('%.0f', paid), 'PX', math.ceil((paid - now) / 1000) + 1)
  return {granted, 0}
end

-- The count names its period: a key goes some time after it, and must not count in the next one.
local current, left = string.format('%.0f', math.floor(now / period)), period - now % period
local counted, taken = string.match(redis.call('GET', KEYS[1]) or '', '^(%d+):(%d+)$')
taken = counted == current and tonumber(taken) or 0
if taken >= most then
  return {0, left}
end

redis.call('SET', KEYS[1], current .. ':' .. taken + 1, 'PX', math.ceil(left / 1000))
return {1, 0}
