using SupportStateMcp.Conversations;
using SupportStateMcp.Tests.Support;
using SupportStateMcp.Workflow;

namespace SupportStateMcp.Tests.Conversations;

public class AllPairsOfStatesTests
{
    /// <summary>How a conversation came to each state, along the strict table.</summary>
    private static readonly string[][] s_ways =
    [
        ["initialized"],
        ["initialized", "gathering_info"],
        ["initialized", "gathering_info", "processing"],
        ["initialized", "gathering_info", "processing", "awaiting_confirmation"],
        ["initialized", "gathering_info", "escalated"],
        ["initialized", "gathering_info", "escalated", "resolved"],
    ];

    private static readonly string[] s_allowed =
    [
        "initialized → gathering_info",
        "gathering_info → processing",
        "gathering_info → escalated",
        "processing → awaiting_confirmation",
        "processing → escalated",
        "awaiting_confirmation → gathering_info",
        "awaiting_confirmation → resolved",
        "escalated → resolved",
    ];

    [Fact]
    public async Task Of_all_36_pairs_exactly_8_are_moves_and_a_refusal_changes_nothing()
    {
        await using var desk = new TestCommandHandler();
        var moved = new List<string>();

        foreach (var way in s_ways)
        {
            foreach (var to in WorkflowDefinition.Default.States)
            {
                var from = way[^1];
                var id = ConversationId.OfTicket($"{from}-to-{to}")!.Value;
                await SeedAsync(desk, id, way);
                var before = await desk.LoadAsync(id);
                var trailBefore = OneConversation.Json(await desk.TrailAsync(id));
                desk.Time.Advance(TimeSpan.FromSeconds(1));

                var result = await desk.DoAsync(OneConversation.MoveTo(to) with { Id = id });

                var after = await desk.LoadAsync(id);
                if (result.Error is { } error)
                {
                    Assert.Equal(ErrorCodes.InvalidTransition, error.Code);
                    Assert.Equal(OneConversation.Json(before.Conversation), OneConversation.Json(after.Conversation));
                    Assert.Equal(before.ExpiresAt, after.ExpiresAt);
                    Assert.Equal(trailBefore, OneConversation.Json(await desk.TrailAsync(id)));
                }
                else
                {
                    moved.Add($"{from} → {to}");
                    Assert.Equal(to, after.Conversation!.State);
                    // A conversation that moves to where people look changes hands as well.
                    Assert.Equal(before.Conversation!.Version + (to == "escalated" ? 2 : 1), after.Conversation.Version);
                    Assert.True(after.ExpiresAt > before.ExpiresAt, "A change renews the time to live.");
                }
            }
        }

        Assert.Equal(36, s_ways.Length * WorkflowDefinition.Default.States.Count);
        Assert.Equal(s_allowed, moved);
    }

    private static async Task SeedAsync(TestCommandHandler desk, ConversationId id, string[] way)
    {
        var at = desk.Time.GetUtcNow();
        var events = new List<ConversationEvent>
        {
            OneConversation.Opened() with { ConversationId = id.Value, TicketId = id.TicketId, At = at },
        };
        for (var i = 1; i < way.Length; i++)
            events.Add(OneConversation.Moved(i + 1, way[i - 1], way[i]) with { At = at });
        var after = Conversation.Fold(null, events)!;

        var result = await desk.Store.CommitAsync(new Commit
        {
            Id = id,
            Before = null,
            After = after,
            Events = events,
            IdempotencyRecord = IdempotencyRecord.Of(after),
            Now = at,
        }, TestContext.Current.CancellationToken);
        Assert.IsType<CommitResult.Committed>(result);
    }
}
