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
    public void Anything_else_is_no_id(string json) => Refuses(
        $$"""{"jsonrpc":"2.0","id":{{json}},"method":"x"}""", -32600, "The id is neither a string nor a whole number.", null);

    [Fact]
    public void A_notification_has_no_id() =>
        Assert.IsType<JsonRpcNotification>(Read("""{"jsonrpc":"2.0","method":"notifications/initialized"}""").Message);

    [Theory]
    [InlineData("""{"jsonrpc":"2.0","id":1,"result":{}}""", typeof(JsonRpcResponse))]
    [InlineData("""{"jsonrpc":"2.0","id":1,"error":{"code":-1,"message":"no"}}""", typeof(JsonRpcError))]
    public void Replies_are_messages_too(string json, Type type) => Assert.IsType(type, Read(json).Message);

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("nonsense")]
    [InlineData("""{"jsonrpc":"2.0","id":1,"method":"x"} trailing""")]
    [InlineData("""{"jsonrpc":"2.0","id":1,"method":"x",}""")]
    [InlineData("""{'jsonrpc':'2.0'}""")]
    [InlineData("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"a\nb\"}")]
    [InlineData("""{"jsonrpc":"2.0","id":1,"method":"x","params":{"n":NaN}}""")]
    public void What_is_no_json_is_a_parse_error_with_its_place(string text)
    {
        var error = Read(text).Error!;

        Assert.Equal(-32700, error.Error.Code);
        Assert.Matches(@"^The message is not JSON this server reads, at line \d+, byte \d+\.$", error.Error.Message);
        Assert.Null(error.Id.Id);
    }

    [Fact]
    public void Bytes_that_are_no_utf8_are_a_parse_error()
    {
        byte[] bytes = [.. """{"jsonrpc":"2.0","id":1,"method":"x","params":{"a":" """u8, 0xC3, 0x28, .. "\"}}"u8];

        var error = JsonRpcReader.Read(bytes).Error!;

        Assert.Equal(-32700, error.Error.Code);
        Assert.Equal("The message is not UTF-8.", error.Error.Message);
    }

    [Theory]
    [InlineData("""{"jsonrpc":"2.0","id":7,"method":"x","params":{"a":"\ud800"}}""")]
    [InlineData("""{"jsonrpc":"2.0","id":7,"method":"x","params":{"a":["\uDC00\uD800"]}}""")]
    [InlineData("""{"jsonrpc":"2.0","id":7,"method":"\ud800"}""")]
    public void Half_a_surrogate_pair_is_refused_under_the_messages_id(string text) =>
        Refuses(text, -32600, "The message is not a well-formed JSON-RPC message.", 7L);

    [Theory]
    [InlineData("""{"jsonrpc":"2.0","id":"\ud800","method":"x"}""")]
    [InlineData("""{"jsonrpc":"2.0","id":7,"method":"x","params":{"\ud800":1}}""")]
    public void Half_a_surrogate_pair_as_id_or_name_is_refused(string text) =>
        Refuses(text, -32600, "The message is not a well-formed JSON-RPC message.", null);

    [Theory]
    [InlineData("""{"jsonrpc":"2.0","id":1,"id":2,"method":"x"}""")]
    [InlineData("""{"jsonrpc":"2.0","id":1,"method":"x","params":{"a":1,"\u0061":2}}""")]
    public void A_repeated_name_is_refused(string text) => Assert.Equal(-32700, Read(text).Error!.Error.Code);

    [Fact]
    public void A_message_is_at_most_64_deep()
    {
        Assert.NotNull(Read(Nested(62)).Message);
        Assert.Equal(-32700, Read(Nested(63)).Error!.Error.Code);

        static string Nested(int depth) =>
            $$$"""{"jsonrpc":"2.0","id":1,"method":"x","params":{"a":{{{new string('[', depth)}}}{{{new string(']', depth)}}}}}""";
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("""[{"jsonrpc":"2.0","id":1,"method":"x"}]""")]
    [InlineData("\"text\"")]
    [InlineData("1")]
    [InlineData("null")]
    public void What_is_not_one_object_is_refused(string text) => Refuses(text, -32600, "The message is not one JSON-RPC object.", null);

    [Theory]
    [InlineData("""{"id":1,"method":"x"}""")]
    [InlineData("""{"jsonrpc":2.0,"id":1,"method":"x"}""")]
    [InlineData("""{"jsonrpc":"1.0","id":1,"method":"x"}""")]
    public void Another_version_of_jsonrpc_is_refused(string text) => Refuses(text, -32600, "The message lacks \"jsonrpc\": \"2.0\".", 1L);

    [Fact]
    public void A_method_is_a_string() => Refuses("""{"jsonrpc":"2.0","id":1,"method":5}""", -32600, "The method is not a string.", 1L);

    [Theory]
    [InlineData("[1]")]
    [InlineData("\"x\"")]
    [InlineData("1")]
    public void Params_are_an_object(string json) => Refuses(
        $$"""{"jsonrpc":"2.0","id":"a","method":"x","params":{{json}}}""", -32600, "The params are not an object.", "a");

    [Theory]
    [InlineData("""{"jsonrpc":"2.0"}""", null)]
    [InlineData("""{"jsonrpc":"2.0","id":1}""", 1L)]
    [InlineData("""{"jsonrpc":"2.0","params":{}}""", null)]
    [InlineData("""{"jsonrpc":"2.0","result":{}}""", null)]
    [InlineData("""{"jsonrpc":"2.0","id":1,"error":5}""", 1L)]
    [InlineData("""{"jsonrpc":"2.0","id":1,"error":null}""", 1L)]
    public void What_is_json_but_no_message_is_an_invalid_request(string text, object? id) =>
        Refuses(text, -32600, "The message is not a well-formed JSON-RPC message.", id);

    private static (JsonRpcMessage? Message, JsonRpcError? Error) Read(string text) => JsonRpcReader.Read(Encoding.UTF8.GetBytes(text));

    private static void Refuses(string text, int code, string sentence, object? id)
    {
        var (message, error) = Read(text);

        Assert.Null(message);
        Assert.Equal(code, error!.Error.Code);
        Assert.Equal(sentence, error.Error.Message);
        Assert.Equal(id, error.Id.Id);
    }
}
