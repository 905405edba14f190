using System.Text;
using ModelContextProtocol.Protocol;
using SupportStateMcp.Hosting;

namespace SupportStateMcp.Tests.Hosting;

public class RequestParamsRulesTests
{
    [Theory]
    [InlineData("tools/call", "{}", "$")]
    [InlineData("tools/call", """{"name":null}""", "$.name")]
    [InlineData("tools/call", """{"name":5,"arguments":{}}""", "$.name")]
    [InlineData("tools/call", """{"name":"get_state","arguments":[]}""", "$.arguments")]
    [InlineData("tools/call", """{"name":"get_state","_meta":"x"}""", "$._meta")]
    [InlineData("tools/call", """{"name":"get_state","requestState":5}""", "$.requestState")]
    [InlineData("tools/list", """{"cursor":5}""", "$.cursor")]
    [InlineData("resources/read", "{}", "$")]
    [InlineData("resources/read", """{"uri":null}""", "$.uri")]
    [InlineData("resources/subscribe", """{"uri":["x"]}""", "$.uri")]
    [InlineData("prompts/get", """{"name":"x","arguments":"y"}""", "$.arguments")]
    [InlineData("completion/complete", """{"ref":{"type":"ref/prompt","name":"x"}}""", "$")]
    [InlineData("subscriptions/listen", """{"notifications":{"resourceSubscriptions":"x"}}""", "$.notifications.resourceSubscriptions")]
    [InlineData("initialize", """{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":"me"}""", "$.clientInfo")]
    [InlineData("ping", """{"_meta":{"io.modelcontextprotocol/clientInfo":{"name":5,"version":"1"}}}""", "$._meta['io.modelcontextprotocol/clientInfo'].name")]
    [InlineData("tools/call", """{"name":"x","_meta":{"io.modelcontextprotocol/clientCapabilities":[]}}""", "$._meta['io.modelcontextprotocol/clientCapabilities']")]
    public void What_does_not_fit_is_told_by_its_place(string method, string parameters, string place)
    {
        var error = Check(method, parameters)!;

        Assert.Equal(-32602, (int)error.Code);
        Assert.Equal($"The params of {method} are not what it takes: see {place}.", error.Sentence);
        Assert.Equal(["\"q\""], error.Ids);
    }

    [Theory]
    [InlineData("tools/call", """{"name":"get_state"}""")]
    [InlineData("tools/call", """{"name":"get_state","arguments":null,"_meta":null}""")]
    [InlineData("tools/call", """{"name":"get_state","arguments":{"a":[1]},"_meta":{"progressToken":5,"io.modelcontextprotocol/clientCapabilities":{}}}""")]
    [InlineData("tools/call", """{"name":"get_state","futureMember":1}""")]
    [InlineData("tools/list", "{}")]
    [InlineData("ping", "null")]
    [InlineData("some/extension", """{"cursor":5}""")]
    public void What_fits_passes(string method, string parameters) => Assert.Null(Check(method, parameters));

    private static JsonRpcRefusal? Check(string method, string parameters)
    {
        var (message, error) = JsonRpcReader.Read(
            Encoding.UTF8.GetBytes($$"""{"jsonrpc":"2.0","id":"q","method":"{{method}}","params":{{parameters}}}"""));
        return error ?? RequestParamsRules.Check(Assert.IsType<JsonRpcRequest>(message));
    }
}
