-- What wrk sends: one tool call after the other, spread over many conversations, in the form of revision 2026-07-28.
-- Arguments after "--": the tool, the number of conversations, a name for this run that makes message ids unique.
local tool, conversations, run, count = "noop", 1, "run", 0

local meta = '"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28",'
  .. '"io.modelcontextprotocol/clientInfo":{"name":"wrk","version":"4"},"io.modelcontextprotocol/clientCapabilities":{}}'

local arguments = {
  noop = function(conversation, n) return '"text":"hello"' end,
  get_state = function(conversation, n) return '"conversation_id":"' .. conversation .. '"' end,
  get_history = function(conversation, n) return '"conversation_id":"' .. conversation .. '","limit":50' end,
  begin_turn = function(conversation, n)
    return '"conversation_id":"' .. conversation .. '","max_messages":10,"message_id":"' .. run .. "-" .. n
      .. '","content":"I still cannot sign in; the mail with the new password never came."'
  end,
  add_message = function(conversation, n)
    return '"conversation_id":"' .. conversation .. '","role":"user","message_id":"' .. run .. "-" .. n
      .. '","content":"I still cannot sign in; the mail with the new password never came."'
  end,
}

function init(args)
  tool, conversations, run = args[1], tonumber(args[2]), args[3]
  wrk.method = "POST"
  wrk.headers["Content-Type"] = "application/json"
  wrk.headers["Accept"] = "application/json, text/event-stream"
  wrk.headers["MCP-Protocol-Version"] = "2026-07-28"
  wrk.headers["Mcp-Method"] = "tools/call"
  wrk.headers["Mcp-Name"] = tool
end

function request()
  count = count + 1
  local conversation = "cs-BENCH-" .. (count % conversations)
  return wrk.format(nil, nil, nil, '{"jsonrpc":"2.0","id":' .. count .. ',"method":"tools/call","params":{"name":"'
    .. tool .. '","arguments":{' .. arguments[tool](conversation, count) .. "}," .. meta .. "}}")
end

function done(summary, latency, requests)
  io.write(string.format("RESULT %d %d %d %d\n", summary.requests, summary.duration,
    summary.errors.status + summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout,
    latency:percentile(50)))
end
