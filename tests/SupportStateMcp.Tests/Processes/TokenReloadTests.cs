using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using SupportStateMcp.Hosting;
using SupportStateMcp.Tests.Support;

namespace SupportStateMcp.Tests.Processes;

/// <summary>Tokens of a server that runs: they end, come and go.</summary>
public sealed class TokenReloadTests : IDisposable
{
    private static readonly TimeSpan s_patience = Eventually.Patience;

    private readonly TemporaryDirectory _directory = new();
    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false });
    private readonly (string Alice, string Bob, string Old) _tokens = (AccessToken.Create(), AccessToken.Create(), AccessToken.Create());

    [Fact]
    public async Task Tokens_are_added_and_revoked_without_a_restart()
    {
        var file = _directory.File("tokens.json", Tokens((_tokens.Alice, "human:alice", null), (_tokens.Old, "ai:old", "2026-01-01T00:00:00Z")));
        await using var server = await ServerProcess.HttpAsync("--config", file);
        Assert.Equal(HttpStatusCode.OK, (await AskAsync(server, _tokens.Alice)).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await AskAsync(server, _tokens.Bob)).Status);
        var (status, body) = await AskAsync(server, _tokens.Old);
        Assert.Equal(HttpStatusCode.Unauthorized, status);
        Assert.Contains("The token of ai:old expired at 2026-01-01T00:00:00Z.", body, StringComparison.Ordinal);

        using var stream = await ListenAsync(server, _tokens.Alice);
        await File.WriteAllTextAsync(file, Tokens((_tokens.Bob, "human:bob", "2126-01-01T00:00:00Z")), TestContext.Current.CancellationToken);
        await UntilAsync(async () => (await AskAsync(server, _tokens.Bob)).Status == HttpStatusCode.OK, server);
        Assert.Equal(HttpStatusCode.Unauthorized, (await AskAsync(server, _tokens.Alice)).Status);
        // What was open with it ends.
        Assert.Contains("acknowledged", await stream.Content.ReadAsStringAsync(TestContext.Current.CancellationToken).WaitAsync(s_patience, TestContext.Current.CancellationToken), StringComparison.Ordinal);

        // What cannot be used changes nothing, and is told once.
        var broken = Tokens((_tokens.Alice, "nobody", null)).Replace("\"actor\"", "\"actr\"", StringComparison.Ordinal);
        foreach (var (content, told) in ((string, string)[])
        [
            (broken, "http.tokens.0.actr: there is no such key"), ("{", "The tokens of"), ("""{"mcp": {"persistence": {"ttl": "abc"} } }""", "persistence.ttl: 'abc' is out of range"),
        ])
        {
            var before = Refusals(server);
            await File.WriteAllTextAsync(file, content, TestContext.Current.CancellationToken);
            await UntilAsync(() => Task.FromResult(Refusals(server) > before), server);
            Assert.Contains(told, server.Errors, StringComparison.Ordinal);
            Assert.Equal(HttpStatusCode.OK, (await AskAsync(server, _tokens.Bob)).Status);
        }

        // As an orchestrator does: another file in its place.
        var next = _directory.File("next.json", Tokens((_tokens.Alice, "human:alice", null)));
        File.Move(next, file, overwrite: true);
        await UntilAsync(async () => (await AskAsync(server, _tokens.Alice)).Status == HttpStatusCode.OK, server);
        Assert.Equal(HttpStatusCode.Unauthorized, (await AskAsync(server, _tokens.Bob)).Status);
        Assert.Equal(3, Refusals(server));
        Assert.DoesNotContain(Digest(_tokens.Alice), server.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("ssm_", server.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_token_is_made_with_an_end_and_counts_until_then()
    {
        var file = _directory.File("short.json", Tokens((_tokens.Bob, "human:bob", null)));
        await using var server = await ServerProcess.HttpAsync("--config", file);
        // Made once the server runs, whose start on a busy machine may take as long as the token lives.
        var (_, made, _) = await RecordedConsole.RunAsync(["token", "create", "--actor", "human:alice", "--expires-in", "10s", "--json"]);
        var token = System.Text.Json.Nodes.JsonNode.Parse(made)!.AsObject();
        var (shown, expires) = ((string)token["token"]!, (DateTimeOffset)token["expires"]!);
        token.Remove("token");
        var ending = token.DeepClone();
        token.Remove("expires");

        // Until the file has been read, a busy machine may take longer than the token lives: at first it has no end.
        await WriteAsync(token);
        await UntilAsync(async () => (await AskAsync(server, shown)).Status == HttpStatusCode.OK, server);
        await WriteAsync(ending);
        await UntilAsync(async () => (await AskAsync(server, shown)).Status == HttpStatusCode.Unauthorized, server);

        Assert.True(TimeProvider.System.GetUtcNow() >= expires, $"It ended before {expires:O}.");
        Assert.Contains("The token of human:alice expired at", (await AskAsync(server, shown)).Body, StringComparison.Ordinal);

        Task WriteAsync(System.Text.Json.Nodes.JsonNode entry) => File.WriteAllTextAsync(
            file, $$"""{"mcp": {"http": {"tokens": [{{entry.ToJsonString()}}]} } }""", TestContext.Current.CancellationToken);
    }

    public void Dispose()
    {
        _http.Dispose();
        _directory.Dispose();
    }

    private static int Refusals(ServerProcess server) => server.Errors.Split("stay as they are").Length - 1;

    private static string Digest(string token) => Convert.ToHexStringLower(AccessToken.Digest(token));

    private static string Tokens(params (string Token, string Actor, string? Expires)[] tokens) => $$"""
        {"mcp": {"http": {"tokens": [{{string.Join(',', tokens.Select(t => $$"""{"sha256": "{{Digest(t.Token)}}", "actor": "{{t.Actor}}"{{(t.Expires is null ? "" : $", \"expires\": \"{t.Expires}\"")}}}"""))}}]} } }
        """;

    private async Task<(HttpStatusCode Status, string Body)> AskAsync(ServerProcess server, string token)
    {
        using var request = ListeningServer.Modern(server.Endpoint, "tools/list");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        using var response = await _http.SendAsync(request, TestContext.Current.CancellationToken);
        return (response.StatusCode, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    private async Task<HttpResponseMessage> ListenAsync(ServerProcess server, string token)
    {
        var request = ListeningServer.Modern(server.Endpoint, "subscriptions/listen", "\"notifications\":{\"resourceSubscriptions\":[\"support://workflow\"]}");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return response;
    }

    private static async Task UntilAsync(Func<Task<bool>> holds, ServerProcess server)
    {
        for (var waiting = Stopwatch.StartNew(); !await holds(); await Task.Delay(100, TestContext.Current.CancellationToken))
            Assert.True(waiting.Elapsed < s_patience, server.Errors);
    }
}
