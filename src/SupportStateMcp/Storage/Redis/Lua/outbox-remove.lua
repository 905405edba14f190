-- Takes notes away that still have the score that the take gave them: one that a commit has renewed meanwhile stays.
-- KEYS: pending. ARGV: score, notes
for i = 2, #ARGV do
  local score = redis.call('ZSCORE', KEYS[1], ARGV[i])
  if score and tonumber(score) == tonumber(ARGV[1]) then
    redis.call('ZREM', KEYS[1], ARGV[i])
  end
end
return 0
