using System.Text.Json.Nodes;

namespace SupportStateMcp.Tests.Support;

/// <summary>Calls of tools on a server over HTTP in this process.</summary>
internal static class ProbeCalls
{
    /// <summary>A call of <c>tools/list</c>, which anybody may make who is let in.</summary>
    public static Task<HttpResponseMessage> ListToolsAsync(this RestProbe server, string? token = null, string path = "/mcp") =>
        server.SendAsync(ListeningServer.Modern(new Uri(server.Address, path), "tools/list"), token);

    /// <summary>Reads a route of REST.</summary>
    public static Task<HttpResponseMessage> GetAsync(this RestProbe server, string path, string token) =>
        server.SendAsync(new HttpRequestMessage(HttpMethod.Get, new Uri(server.Address, path)), token);

    /// <summary>Calls a tool; its structured content, also of a refusal.</summary>
    public static async Task<JsonNode> CallToolAsync(this RestProbe server, string? token, string tool, string arguments)
    {
        var request = ListeningServer.Modern(
            new Uri(server.Address, "/mcp"), "tools/call",
            $$"""
            "name":"{{tool}}","arguments":{{arguments}}
            """, tool);
        using var response = await server.SendAsync(request, token);
        return HttpReply.ResultOf(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))["structuredContent"]!;
    }
}
