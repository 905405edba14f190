-- Writes one change of a conversation, or nothing. Atomic, because snapshot, trail, history, kept outcome and the time
-- to live of all four must never be seen apart, and because the version is compared in the same step as it is raised.
-- So is the life of the conversation: another one of the same ticket, opened after the first was gone, has the same versions.
-- Where the conversation stands elsewhere, or the key is used, it answers what is there: a retry costs no further read.
-- One that has expired and waits for the archive is replaced (clears: 2) by its own version and life; what it kept under a key
-- is nobody's any more.
-- KEYS: state, history, events, seen, published
-- ARGV: expected, version, schema, snapshot, updated_at, expires_at, ttl, channel, key, idempotency record, clears, p, n, life, new life,
--       the names of sinks with commas between them, p times a part and its content (empty to remove it), n events, messages
local stands = redis.call('HMGET', KEYS[1], 'version', 'life')
local current = stands[1] or '0'
local other = current ~= ARGV[1] or (stands[2] and stands[2] ~= ARGV[14])
local kept = false
if current ~= '0' and ARGV[9] ~= '' and ARGV[11] ~= '2' then
  kept = redis.call('HGET', KEYS[4], ARGV[9])
end

if kept or other then
  return {'conflict', kept or '', redis.call('HGETALL', KEYS[1])}
end

-- First a write that a full Redis refuses. It lets a script that has written go on whatever it writes, also after a DEL.
redis.call('HSET', KEYS[1], 'version', ARGV[2], 'schema', ARGV[3], 'snapshot', ARGV[4],
  'updated_at', ARGV[5], 'expires_at', ARGV[6], 'life', ARGV[15])
-- A new conversation starts without leftovers; an erasure rewrites the trail and takes everything else away.
if ARGV[11] ~= '0' then
  redis.call('DEL', KEYS[2], KEYS[3], KEYS[4])
end

-- How far each sink has been told: of a new conversation nothing, of one that was there before the sink was, from now on.
local replaces = current == '0' or ARGV[11] == '2'
if replaces then
  redis.call('DEL', KEYS[5])
end
for sink in string.gmatch(ARGV[16], '[^,]+') do
  redis.call('HSETNX', KEYS[5], sink, replaces and '0' or ARGV[1])
end

local last_part = 16 + 2 * tonumber(ARGV[12])
for i = 17, last_part, 2 do
  if ARGV[i + 1] == '' then
    redis.call('HDEL', KEYS[1], ARGV[i])
  else
    redis.call('HSET', KEYS[1], ARGV[i], ARGV[i + 1])
  end
end

local last_event = last_part + tonumber(ARGV[13])
for i = last_part + 1, last_event do
  redis.call('RPUSH', KEYS[3], ARGV[i])
end
for i = last_event + 1, #ARGV do
  redis.call('RPUSH', KEYS[2], ARGV[i])
end
if ARGV[9] ~= '' then
  redis.call('HSET', KEYS[4], ARGV[9], ARGV[10])
end

redis.call('PEXPIRE', KEYS[1], ARGV[7])
redis.call('PEXPIRE', KEYS[2], ARGV[7])
redis.call('PEXPIRE', KEYS[3], ARGV[7])
redis.call('PEXPIRE', KEYS[4], ARGV[7])
redis.call('PEXPIRE', KEYS[5], ARGV[7])
-- Replaced: what came before is another conversation.
redis.call('PUBLISH', ARGV[8], (ARGV[11] == '2' and '0' or ARGV[1]) .. ':' .. ARGV[2])
return {'written'}
