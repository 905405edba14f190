using System.Text.Json.Nodes;
using SupportStateMcp.Tests.Support;

[assembly: AssemblyFixture(typeof(SharedCommandHandlers))]

namespace SupportStateMcp.Tests.Support;

/// <summary>A desk of people and assistants on one folder, with the profile <c>desk</c>: each caller has a server process of their own.</summary>
public sealed class SharedCommandHandlers : IAsyncDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly List<Seat> _seats = [];

    public SharedCommandHandlers()
    {
        Bot = Take("ai:bot", "agent");
        BotElsewhere = Take("ai:bot", "agent");
        OtherBot = Take("ai:other", "agent");
        Alice = Take("human:alice", "agent,approver");
        Bob = Take("human:bob", "agent");
        Sue = Take("human:sue", "supervisor");
    }

    public Seat Bot { get; }

    /// <summary>The same actor as <see cref="Bot"/>, over another instance.</summary>
    public Seat BotElsewhere { get; }

    public Seat OtherBot { get; }

    public Seat Alice { get; }

    public Seat Bob { get; }

    public Seat Sue { get; }

    /// <summary>Opens a conversation, owned by the bot.</summary>
    public async Task<string> OpenAsync(string more = "") => (string)(await Bot.DoAsync(
        "initialize_conversation", $$"""{"user_id": "user-1", "ticket_id": "{{ConnectedServer.NewTicket()}}"{{more}}}"""))["conversation_id"]!;

    /// <summary>Begins a turn of the bot; what the call answered.</summary>
    public Task<JsonObject> BeginAsync(string id, string content, string messageId) => Bot.DoAsync(
        "begin_turn", new JsonObject { ["conversation_id"] = id, ["content"] = content, ["message_id"] = messageId }.ToJsonString());

    /// <summary>Hands a conversation to a queue.</summary>
    public Task<JsonObject> EscalateAsync(string id, string queue = "support", string more = "") => Bot.DoAsync(
        "escalate_conversation", $$"""{"conversation_id": "{{id}}", "reason": "Locked.", "summary": "Reset twice.", "queue": "{{queue}}"{{more}}}""");

    /// <summary>A call that is refused with this code, and changes nothing; the refusal.</summary>
    public async Task<JsonObject> RefusedAsync(Seat by, string id, string code, string tool, string arguments)
    {
        var before = await WholeAsync(id);
        var result = await by.CallAsync(tool, arguments);
        Assert.True(result.IsError, $"{tool} was not refused: {result.StructuredContent}");
        var refusal = ConnectedServer.Structured(result);
        Assert.Equal(code, (string?)refusal["code"]);
        Assert.Equal(before, await WholeAsync(id));
        return refusal;
    }

    /// <summary>All that a desk holds of a conversation.</summary>
    public async Task<string> WholeAsync(string id)
    {
        var call = $$"""{"conversation_id": "{{id}}"}""";
        return string.Join('\n', await Task.WhenAll(new[] { "get_state", "get_history", "get_events" }.Select(
            async tool => (await Sue.DoAsync(tool, call)).ToJsonString())));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var seat in _seats)
            await seat.DisposeAsync();
        _directory.Dispose();
    }

    private Seat Take(string actor, string roles)
    {
        var seat = new Seat(() =>
        {
            var config = Path.Combine(_directory.Path, $"{Guid.NewGuid():N}.config.json");
            File.WriteAllText(config, """{"mcp": {"stateMachine": {"profile": "desk"}}}""");
            return InProcessServer.On(_directory.Path, "--config", config, "--actor", actor, "--roles", roles);
        });
        _seats.Add(seat);
        return seat;
    }
}
