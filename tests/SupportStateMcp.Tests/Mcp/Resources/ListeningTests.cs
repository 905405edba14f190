using System.Text.Json.Nodes;
using SupportStateMcp.Tests.Support;

namespace SupportStateMcp.Tests.Mcp.Resources;

/// <summary><c>subscriptions/listen</c> of revision 2026-07-28, end to end.</summary>
public class ListeningTests(ListeningServer server) : IClassFixture<ListeningServer>
{
    [Fact]
    public async Task Who_listens_is_told_what_is_watched_and_then_of_each_change()
    {
        await CallAsync("initialize_conversation", """{"user_id":"u","ticket_id":"L-1"}""");
        await CallAsync("initialize_conversation", """{"user_id":"u","ticket_id":"L-2"}""");
        using var listening = await ListenAsync("""["support://conversations/cs-L-1","support://conversations/cs-L-1/handoff","support://workflow","support://nonsense","file:///etc/passwd"]""");

        var acknowledged = await listening.NextAsync();
        Assert.Equal("notifications/subscriptions/acknowledged", (string?)acknowledged["method"]);
        Assert.Equal(
            """{"resourceSubscriptions":["support://conversations/cs-L-1","support://conversations/cs-L-1/handoff","support://workflow"]}""",
            acknowledged["params"]!["notifications"]!.ToJsonString());
        Assert.Equal("q", (string?)acknowledged["params"]!["_meta"]!["io.modelcontextprotocol/subscriptionId"]);

        // Another client changes one conversation, and a conversation that nobody watches.
        await CallAsync("add_message", """{"conversation_id":"cs-L-2","role":"user","content":"Hello"}""");
        await CallAsync("transition_state", """{"conversation_id":"cs-L-1","new_state":"processing"}""");

        var told = new[] { await listening.NextAsync(), await listening.NextAsync() };
        Assert.All(told, t => Assert.Equal("notifications/resources/updated", (string?)t["method"]));
        Assert.All(told, t => Assert.Equal("q", (string?)t["params"]!["_meta"]!["io.modelcontextprotocol/subscriptionId"]));
        Assert.Equal(
            ["support://conversations/cs-L-1", "support://conversations/cs-L-1/handoff"],
            told.Select(t => (string)t["params"]!["uri"]!).Order());
    }

    [Fact]
    public async Task Two_who_listen_under_the_same_id_hear_each_of_their_own()
    {
        await CallAsync("initialize_conversation", """{"user_id":"u","ticket_id":"L-3"}""");
        await CallAsync("initialize_conversation", """{"user_id":"u","ticket_id":"L-4"}""");
        using var first = await ListenAsync("""["support://conversations/cs-L-3"]""");
        using var second = await ListenAsync("""["support://conversations/cs-L-4"]""");
        await first.NextAsync();
        await second.NextAsync();

        await CallAsync("transition_state", """{"conversation_id":"cs-L-4","new_state":"processing"}""");
        await CallAsync("transition_state", """{"conversation_id":"cs-L-3","new_state":"processing"}""");

        Assert.Equal("support://conversations/cs-L-3", (string?)(await first.NextAsync())["params"]!["uri"]);
        Assert.Equal("support://conversations/cs-L-4", (string?)(await second.NextAsync())["params"]!["uri"]);
    }

    [Fact]
    public async Task One_stream_watches_at_most_100_resources()
    {
        var many = "[" + string.Join(',', Enumerable.Range(0, 101).Select(i => $"\"support://conversations/cs-{i}\"")) + "]";

        using var listening = await ListenAsync(many);

        Assert.Contains("At most 100 resources can be watched over one stream.", await listening.AllAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("[null]")]
    [InlineData("[1]")]
    [InlineData("\"support://workflow\"")]
    public async Task What_is_no_list_of_resources_is_refused(string resources)
    {
        using var listening = await ListenAsync(resources);

        Assert.Contains("\"code\":-32602", await listening.AllAsync(), StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", server.Errors, StringComparison.Ordinal);
    }

    private async Task CallAsync(string tool, string arguments)
    {
        using var response = await server.Http.SendAsync(
            ListeningServer.Modern(server.Endpoint, "tools/call", $"\"name\":\"{tool}\",\"arguments\":{arguments}", tool), TestContext.Current.CancellationToken);
        Assert.True(response.IsSuccessStatusCode);
    }

    private async Task<Listening> ListenAsync(string resources) => new(await server.Http.SendAsync(
        ListeningServer.Modern(server.Endpoint, "subscriptions/listen", $$"""
            "notifications":{"resourceSubscriptions":{{resources}}}
            """),
        HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken));

    private sealed class Listening(HttpResponseMessage response) : IDisposable
    {
        private readonly StreamReader _events = new(response.Content.ReadAsStream());

        public async Task<JsonNode> NextAsync()
        {
            Assert.Equal("text/event-stream", response.Content.Headers.ContentType?.MediaType);
            while (await _events.ReadLineAsync().WaitAsync(Eventually.Patience) is { } line)
            {
                if (line.StartsWith("data: ", StringComparison.Ordinal))
                    return JsonNode.Parse(line["data: ".Length..])!;
            }

            throw new InvalidOperationException("The stream has ended.");
        }

        public Task<string> AllAsync() => _events.ReadToEndAsync().WaitAsync(Eventually.Patience);

        public void Dispose() => response.Dispose();
    }
}
