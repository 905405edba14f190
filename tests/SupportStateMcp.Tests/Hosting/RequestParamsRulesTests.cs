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
    public void What_does_not_fit_is_told_by_its_place(string method, string parameters, string place)
    {
        Assert.Equal($"The params of {method} are not what it takes: see {place}.", RequestParamsRules.Violation(Request(method, parameters)));
    }

    [Theory]
    [InlineData("tools/call", """{"name":"get_state"}""")]
    [InlineData("tools/call", """{"name":"get_state","arguments":null,"_meta":null}""")]
    [InlineData("tools/call", """{"name":"get_state","arguments":{"a":[1]},"_meta":{"progressToken":5,"io.modelcontextprotocol/clientCapabilities":{}}}""")]
    [InlineData("tools/call", """{"name":"get_state","futureMember":1}""")]
    [InlineData("tools/list", "{}")]
    [InlineData("ping", "null")]
    [InlineData("some/extension", """{"cursor":5}""")]
    public void What_fits_passes(string method, string parameters) => Assert.Null(RequestParamsRules.Violation(Request(method, parameters)));

    private static JsonRpcRequest Request(string method, string parameters) => Assert.IsType<JsonRpcRequest>(JsonRpcReader.Read(
        Encoding.UTF8.GetBytes($$"""{"jsonrpc":"2.0","id":"q","method":"{{method}}","params":{{parameters}}}""")).Message);
}
