using System.Globalization;
using System.Text;
using SupportStateMcp.Conversations;

namespace SupportStateMcp.Tests.Fuzz;

/// <summary>Requests as no client should send them: the same ones for the same seed. None holds a line break.</summary>
internal sealed class MalformedRequests(int seed)
{
    private static readonly string[] s_tools =
    [
        "initialize_conversation", "get_state", "transition_state", "add_message", "get_history", "update_metadata", "list_conversations", "get_events", "delete_conversation",
        "begin_turn", "complete_turn", "claim_conversation", "hand_back", "assign_conversation", "escalate_conversation", "list_queue", "reopen_conversation",
    ];

    private static readonly string[] s_arguments =
    [
        "conversation_id", "ticket_id", "user_id", "new_state", "role", "content", "message_id", "metadata", "limit", "before", "after", "roles",
        "cursor", "state", "priority", "ticket_status", "assigned_to", "reason", "expected_version", "idempotency_key", "description",
        "turn_token", "max_messages", "visibility", "automated", "lease_seconds", "note", "to", "owner", "text", "updated_since", "summary", "queue", "customer_message", "open_question", "promises", "tried",
    ];

    private static readonly string[] s_methods =
    [
        "initialize", "ping", "tools/list", "tools/call", "resources/list", "resources/templates/list", "resources/read", "resources/subscribe",
        "resources/unsubscribe", "prompts/list", "prompts/get", "completion/complete", "logging/setLevel", "subscriptions/listen", "server/discover",
        "tasks/get", "sampling/createMessage", "roots/list", "", "\\u0000", "tools/call/", "TOOLS/LIST", "rpc.discover",
    ];

    private static readonly string[] s_members =
        ["name", "arguments", "uri", "cursor", "_meta", "ref", "argument", "context", "level", "protocolVersion", "capabilities", "clientInfo", "requestState", "progressToken", "task"];

    private static readonly string[] s_texts =
    [
        "", " ", "cs-T", "cs-FUZZ", "FUZZ", "user", "support_agent", "processing", "null", "support://workflow", "support://conversations/cs-FUZZ", "support://conversations/%00/x",
        "file:///etc/passwd", "../../../etc/passwd", "cs-../x", "\\u0000", "\\u001b[31m", "\\ud83d\\ude42", "\\ud800", "\\udc00\\ud800", "\\uFFFE", "\\u202Ereversed",
        "a\\nb", "' OR 1=1 --", "${jndi:ldap://x}", "{{7*7}}", "<script>alert(1)</script>", "\\\"\\\\", "ﷺ", "🙂🙂🙂", "\u00A0\u2028", "İı", "NaN", "-0",
    ];

    private static readonly string[] s_numbers =
        ["0", "-1", "1", "1.5", "1e5", "1e400", "-1e400", "9223372036854775807", "9223372036854775808", "99999999999999999999999999999999", "0.1e-999", "-0", "501"];

    private readonly Random _random = new(seed);

    public byte[] Next() => _random.Next(12) switch
    {
        0 => Garbage(),
        1 => Cut(Encoding.UTF8.GetBytes(Call())),
        2 => Flip(Encoding.UTF8.GetBytes(Call())),
        3 => Utf8(Message(Value(3), Value(3), Value(3), Value(3))),
        4 => Utf8($$"""{"jsonrpc":"2.0","jsonrpc":"2.0","id":{{Id()}},"method":"ping"}"""),
        5 => Utf8(Deep()),
        6 => Utf8(_random.Next(40) == 0 ? Call(new string('x', _random.Next(1_000_000, 1_300_000))) : $"[{Call()},{Call()}]"),
        7 or 8 => Utf8(Message("\"2.0\"", Id(), Text(Pick(s_methods)), Object(s_members, 3))),
        _ => Utf8(Call()),
    };

    private string Call(string? content = null)
    {
        var arguments = content is null ? Object(s_arguments, 3) : $$"""{"conversation_id":"cs-FUZZ","role":"user","content":"{{content}}"}""";
        return Message("\"2.0\"", Id(), "\"tools/call\"", $$"""{"name":{{(_random.Next(10) == 0 ? Value(2) : Text(Pick(s_tools)))}},"arguments":{{(_random.Next(10) == 0 ? Value(2) : arguments)}}}""");
    }

    private static string Message(string version, string id, string method, string parameters) =>
        $$"""{"jsonrpc":{{version}},"id":{{id}},"method":{{method}},"params":{{parameters}}}""";

    private string Id() => _random.Next(8) switch
    {
        0 => Value(1),
        1 => Text(Pick(s_texts)),
        _ => _random.Next().ToString(CultureInfo.InvariantCulture),
    };

    private string Value(int depth) => _random.Next(depth > 0 ? 9 : 6) switch
    {
        0 => "null",
        1 => _random.Next(2) == 0 ? "true" : "false",
        2 or 3 => Pick(s_numbers),
        4 => Text(new string((char)_random.Next('a', 'z'), _random.Next(3_000))),
        5 => Text(Pick(s_texts)),
        6 => $"[{string.Join(',', Enumerable.Range(0, _random.Next(4)).Select(_ => Value(depth - 1)))}]",
        7 => Object(s_arguments, depth - 1),
        _ => Object(s_members, depth - 1),
    };

    private string Object(string[] names, int depth) =>
        "{" + string.Join(',', _random.GetItems(names, _random.Next(6)).Distinct().Select(n => $"\"{n}\":{(depth > 0 ? Value(depth) : "1")}")) + "}";

    private string Deep()
    {
        var depth = _random.Next(30, 3_000);
        var (open, close) = _random.Next(2) == 0 ? ("[", "]") : ("{\"a\":", "}");
        var nested = string.Concat(Enumerable.Repeat(open, depth)) + "1" + (_random.Next(4) == 0 ? "" : string.Concat(Enumerable.Repeat(close, depth)));
        return _random.Next(2) == 0
            ? nested
            : Message("\"2.0\"", Id(), "\"tools/call\"", $$"""{"name":"update_metadata","arguments":{"conversation_id":"cs-FUZZ","metadata":{"a":{{nested}} } } }""");
    }

    private byte[] Garbage()
    {
        var bytes = new byte[_random.Next(1, 200)];
        _random.NextBytes(bytes);
        return OneLine(bytes);
    }

    private byte[] Cut(byte[] bytes) => OneLine(bytes[.._random.Next(1, bytes.Length)]);

    private byte[] Flip(byte[] bytes)
    {
        for (var i = _random.Next(1, 6); i > 0; i--)
            bytes[_random.Next(bytes.Length)] = (byte)_random.Next(256);
        return OneLine(bytes);
    }

    private static byte[] Utf8(string text) => OneLine(Encoding.UTF8.GetBytes(text));

    private static byte[] OneLine(byte[] bytes) => Array.ConvertAll(bytes, b => b is (byte)'\n' or (byte)'\r' ? (byte)'?' : b);

    private static string Text(string escaped) => $"\"{escaped}\"";

    private T Pick<T>(T[] items) => items[_random.Next(items.Length)];
}
