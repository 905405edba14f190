using System.Text;
using ModelContextProtocol.Protocol;
using SupportStateMcp.Conversations;
using SupportStateMcp.Hosting;

namespace SupportStateMcp.Tests.Hosting;

public class JsonRpcReaderTests
{
    [Fact]
    public void A_request_is_read_whole()
    {
        var request = Assert.IsType<JsonRpcRequest>(Read("""{"jsonrpc":"2.0","id":7,"method":"tools/list","params":{"cursor":"ü🙂"}}""").Message);

        Assert.Equal(new RequestId(7), request.Id);
        Assert.Equal("tools/list", request.Method);
        Assert.Equal("ü🙂", (string?)request.Params!["cursor"]);
    }

    [Theory]
    [InlineData("7", 7L)]
    [InlineData("-9223372036854775808", long.MinValue)]
    [InlineData("9007199254740993", 9007199254740993L)]
    [InlineData("\"7\"", "7")]
    [InlineData("\"\"", "")]
    [InlineData("\"\\ud83d\\ude42\"", "🙂")]
    public void An_id_is_a_string_or_a_whole_number(string json, object id) =>
        Assert.Equal(id, Assert.IsType<JsonRpcRequest>(Read($$"""{"jsonrpc":"2.0","id":{{json}},"method":"x"}""").Message).Id.Id);

    [Theory]
    [InlineData("null")]
    [InlineData("1.5")]
    [InlineData("1e3")]
    [InlineData("true")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("99999999999999999999")]
    public void Anything_else_is_no_id_and_a_number_is_answered_under_all_the_same(string json) => Refuses(
        $$"""{"jsonrpc":"2.0","id":{{json}},"method":"x"}""", -32600, "The id is neither a string nor a whole number.", char.IsDigit(json[0]) ? json : null);

    [Fact]
    public void A_notification_has_no_id() =>
        Assert.IsType<JsonRpcNotification>(Read("""{"jsonrpc":"2.0","method":"notifications/initialized"}""").Message);

    [Theory]
    [InlineData("""{"jsonrpc":"2.0","id":1,"result":{}}""", typeof(JsonRpcResponse))]
    [InlineData("""{"jsonrpc":"2.0","id":1,"error":{"code":-1,"message":"no"}}""", typeof(JsonRpcError))]
    public void Replies_are_messages_too(string json, Type type) => Assert.IsType(type, Read(json).Message);

    [Theory]
    [InlineData("", null)]
    [InlineData("{", null)]
    [InlineData("nonsense", null)]
    [InlineData("""{"jsonrpc":"2.0","id":1,"method":"x"} trailing""", "1")]
    [InlineData("""{"jsonrpc":"2.0","id":1,"method":"x",}""", "1")]
    [InlineData("""{'jsonrpc':'2.0'}""", null)]
    [InlineData("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"a\nb\"}", "1")]
    [InlineData("""{"jsonrpc":"2.0","id":1,"method":"x","params":{"n":NaN}}""", "1")]
    [InlineData("""{"jsonrpc":"2.0","id":"a","method":"x","params":{"n":01}}""", "\"a\"")]
    [InlineData("{\"jsonrpc\":\"2.0\",\"method\":\"x\",\"params\":{\"a\":\"\0\"},\"id\":1}", "1")]
    public void What_is_no_json_is_a_parse_error_with_its_place(string text, string? id)
    {
        var refusal = Read(text).Refusal!;

        Assert.Equal(-32700, (int)refusal.Code);
        Assert.Matches(@"^The message is not JSON this server reads, at line \d+, byte \d+\.$", refusal.Sentence);
        Assert.Equal([id], refusal.Ids);
    }

    [Fact]
    public void Bytes_that_are_no_utf8_are_a_parse_error()
    {
        byte[] bytes = [.. """{"jsonrpc":"2.0","id":1,"method":"x","params":{"a":" """u8, 0xC3, 0x28, .. "\"}}"u8];

        var refusal = JsonRpcReader.Read(bytes).Refusal!;

        Assert.Equal(-32700, (int)refusal.Code);
        Assert.Equal("The message is not UTF-8, at byte 53.", refusal.Sentence);
        Assert.Equal(["1"], refusal.Ids);
    }

    [Fact]
    public void A_byte_order_mark_is_passed_over() =>
        Assert.IsType<JsonRpcRequest>(Read("\uFEFF{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"x\"}").Message);

    [Theory]
    [InlineData("""{"jsonrpc":"2.0","id":7,"method":"x","params":{"a":"\ud800"}}""", "The text of \"a\" holds", "7")]
    [InlineData("""{"jsonrpc":"2.0","id":7,"method":"x","params":{"a":["\uDC00\uD800"]}}""", "The text of \"a\" holds", "7")]
    [InlineData("""{"jsonrpc":"2.0","id":7,"method":"\ud800"}""", "The text of \"method\" holds", "7")]
    [InlineData("""{"jsonrpc":"2.0","id":7,"method":"x","params":{"\ud800":1}}""", "A name holds", "7")]
    [InlineData("""{"jsonrpc":"2.0","id":"\ud800","method":"x"}""", "The text of \"id\" holds", "\"\\ud800\"")]
    public void Half_a_surrogate_pair_is_refused_under_the_messages_id(string text, string where, string id)
    {
        var refusal = Read(text).Refusal!;

        Assert.Equal(-32600, (int)refusal.Code);
        Assert.Equal($"{where} half of a surrogate pair (an escape such as \\ud83d without its other half), which is no character: send the whole character, or leave it out.", refusal.Sentence);
        Assert.Equal([id], refusal.Ids);
    }

    [Theory]
    [InlineData("""{"jsonrpc":"2.0","id":1,"id":2,"method":"x"}""", "id", null)]
    [InlineData("""{"jsonrpc":"2.0","id":1,"\u0069d":1,"method":"x"}""", "id", "1")]
    [InlineData("""{"jsonrpc":"2.0","id":1,"method":"x","params":{"a":1,"\u0061":2}}""", "a", "1")]
    [InlineData("""{"jsonrpc":"2.0","method":"x","params":{"a":[{"b":1,"b":1}]},"id":"last"}""", "b", "\"last\"")]
    public void A_repeated_name_is_refused_by_name(string text, string name, string? id) =>
        Refuses(text, -32700, $"The message is not JSON this server reads: an object has the name \"{name}\" twice; keep one of them.", id);

    [Fact]
    public void A_message_is_at_most_64_deep()
    {
        Assert.NotNull(Read(Nested(62)).Message);
        foreach (var depth in new[] { 63, 100, 50_000 })
        {
            var refusal = Read(Nested(depth)).Refusal!;
            Assert.Equal(-32700, (int)refusal.Code);
            Assert.StartsWith("The message is nested more than 64 deep", refusal.Sentence, StringComparison.Ordinal);
            Assert.Equal(["1"], refusal.Ids);
        }

        static string Nested(int depth) =>
            $$$"""{"jsonrpc":"2.0","method":"x","params":{"a":{{{new string('[', depth)}}}{{{new string(']', depth)}}}},"id":1}""";
    }

    [Fact]
    public void Each_call_of_a_batch_is_refused_under_its_own_id()
    {
        var refusal = Read("""[{"jsonrpc":"2.0","id":1,"method":"x"},{"jsonrpc":"2.0","method":"n"},{"jsonrpc":"2.0","id":"b","method":"x"}]""").Refusal!;

        Assert.Equal(["1", "\"b\""], refusal.Ids);
        Assert.Equal("The message is not one JSON-RPC object: send each call as a message of its own.", refusal.Sentence);
    }

    [Fact]
    public void A_refusal_is_written_with_the_id_as_it_came()
    {
        var refusal = new JsonRpcRefusal(ModelContextProtocol.McpErrorCode.InvalidRequest, "\"No\" – ü", "1.50");

        Assert.Equal("""{"jsonrpc":"2.0","id":1.50,"error":{"code":-32600,"message":"\"No\" – ü"}}""", Encoding.UTF8.GetString(refusal.ToDocument()));
    }

    [Theory]
    [InlineData("""{"id":1}""", "1")]
    [InlineData(""" { "a" : {"id":2,"b":[{"id":3}]} , "id" : "x\"y\\" } """, "\"x\\\"y\\\\\"")]
    [InlineData("""{"params":{"id":2},"method":"id","x":"id","\u0069\u0064":-1.5e3,""", "-1.5e3")]
    [InlineData("""{"id":15""", null)]
    [InlineData("""{"id":1,"id":1}""", "1")]
    [InlineData("""{"id":1,"id":2}""", null)]
    [InlineData("""{"id":{"id":1}}""", null)]
    [InlineData("""{"id":[1]}""", null)]
    [InlineData("""{"id":null,"a":1}""", null)]
    [InlineData("""{"id":tru""", null)]
    [InlineData("""{"id":"cut""", null)]
    [InlineData("""[{"id":1}]""", null)]
    [InlineData("\"id\":1", null)]
    public void The_id_is_that_of_the_outermost_object(string text, string? id)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        Assert.Equal(id, MessageIdScanner.Find(bytes));

        // However the bytes come.
        var scanner = new MessageIdScanner();
        foreach (var b in bytes)
            scanner.Add([b]);
        Assert.Equal(id, scanner.Id);
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("\"text\"")]
    [InlineData("1")]
    [InlineData("null")]
    public void What_is_not_one_object_is_refused(string text) => Refuses(text, -32600, "The message is not one JSON-RPC object.", null);

    [Theory]
    [InlineData("""{"id":1,"method":"x"}""")]
    [InlineData("""{"jsonrpc":2.0,"id":1,"method":"x"}""")]
    [InlineData("""{"jsonrpc":"1.0","id":1,"method":"x"}""")]
    public void Another_version_of_jsonrpc_is_refused(string text) => Refuses(text, -32600, "The message lacks \"jsonrpc\": \"2.0\".", "1");

    [Fact]
    public void A_method_is_a_string() => Refuses("""{"jsonrpc":"2.0","id":1,"method":5}""", -32600, "The method is not a string.", "1");

    [Theory]
    [InlineData("[1]")]
    [InlineData("\"x\"")]
    [InlineData("1")]
    public void Params_are_an_object(string json) => Refuses(
        $$"""{"jsonrpc":"2.0","id":"a","method":"x","params":{{json}}}""", -32600, "The params are not an object.", "\"a\"");

    [Theory]
    [InlineData("""{"jsonrpc":"2.0"}""", null)]
    [InlineData("""{"jsonrpc":"2.0","id":1}""", "1")]
    [InlineData("""{"jsonrpc":"2.0","params":{}}""", null)]
    [InlineData("""{"jsonrpc":"2.0","result":{}}""", null)]
    [InlineData("""{"jsonrpc":"2.0","id":1,"error":5}""", "1")]
    [InlineData("""{"jsonrpc":"2.0","id":1,"error":null}""", "1")]
    public void What_is_json_but_no_message_is_an_invalid_request(string text, string? id) =>
        Refuses(text, -32600, "The message is not a well-formed JSON-RPC message.", id);

    private static (JsonRpcMessage? Message, JsonRpcRefusal? Refusal) Read(string text) => JsonRpcReader.Read(Encoding.UTF8.GetBytes(text));

    private static void Refuses(string text, int code, string sentence, string? id)
    {
        var (message, refusal) = Read(text);

        Assert.Null(message);
        Assert.Equal(code, (int)refusal!.Code);
        Assert.Equal(sentence, refusal.Sentence);
        Assert.Equal([id], refusal.Ids);
    }
}
