using System.Globalization;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using SupportStateMcp.Hosting;
using SupportStateMcp.Identity;

namespace SupportStateMcp.Tests.Support;

/// <summary>A real server over HTTP that asks for tokens, and the tokens of those it knows.</summary>
public sealed class GuardedServer : IAsyncLifetime
{
    private ServerProcess _process = null!;

    public string Alice { get; } = AccessToken.Create();

    public string Bob { get; } = AccessToken.Create();

    public string Bot { get; } = AccessToken.Create();

    public string Auditor { get; } = AccessToken.Create();

    public string Supervisor { get; } = AccessToken.Create();

    public Uri Endpoint => _process.Endpoint;

    public string Errors => _process.Errors;

    public HttpClient Http { get; } = new(new SocketsHttpHandler { UseProxy = false });

    public async ValueTask InitializeAsync() => _process = await ServerProcess.HttpAsync(Environment(
        (Alice, "human:alice", "agent,approver"), (Bob, "human:bob", "approver"), (Bot, "ai:bot", "agent"), (Auditor, "human:audrey", "auditor"), (Supervisor, "human:sue", "supervisor")));

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _process.DisposeAsync();
    }

    /// <summary>The environment variables that make a server know these tokens.</summary>
    internal static Dictionary<string, string> Environment(params (string Token, string Actor, string Roles)[] tokens)
    {
        var variables = new Dictionary<string, string>();
        foreach (var (i, (token, actor, roles)) in tokens.Index())
        {
            var entry = string.Create(CultureInfo.InvariantCulture, $"SUPPORTSTATE__HTTP__TOKENS__{i}__");
            variables[entry + "SHA256"] = Convert.ToHexStringLower(AccessToken.Digest(token));
            variables[entry + "ACTOR"] = actor;
            variables[entry + "ROLES"] = roles;
        }

        return variables;
    }

    /// <summary>Sends a request of revision 2026-07-28, or of the one before, with a token; its result.</summary>
    public async Task<JsonNode> AskAsync(string token, string method, string parameters = "", string? name = null, bool modern = true)
    {
        using var request = modern
            ? ListeningServer.Modern(Endpoint, method, parameters, name)
            : ListeningServer.Post(Endpoint, $$$"""{"jsonrpc":"2.0","id":1,"method":"{{{method}}}","params":{ {{{parameters}}} } }""");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        using var response = await Http.SendAsync(request, TestContext.Current.CancellationToken);
        var body = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        return HttpReply.ResultOf(body);
    }

    /// <summary>Calls a tool; its structured content.</summary>
    public async Task<JsonNode> CallAsync(string token, string tool, string arguments, bool modern = true) =>
        (await AskAsync(token, "tools/call", $$"""
            "name":"{{tool}}","arguments":{{arguments}}
            """, tool, modern))["structuredContent"]!;

    /// <summary>The names of the tools that a token's owner sees.</summary>
    public async Task<IReadOnlyList<string>> ToolsAsync(string token, bool modern = true) =>
        [.. (await AskAsync(token, "tools/list", modern: modern))["tools"]!.AsArray().Select(t => (string)t!["name"]!).Order(StringComparer.Ordinal)];
}
