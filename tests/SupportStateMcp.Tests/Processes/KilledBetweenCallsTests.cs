using System.Text.Json;
using SupportStateMcp.Tests.Support;

namespace SupportStateMcp.Tests.Processes;

/// <summary>
/// The story of a conversation that people and an AI work on, with the server killed after each call, and each call made once more
/// on the next server, as by a caller that never got the answer.
/// </summary>
public sealed class KilledBetweenCallsTests
{
    private const string Id = "cs-KILLED-1";

    [Theory]
    [InlineData("redis")]
    [InlineData("sqlite")]
    public async Task A_kill_after_each_call_loses_nothing_and_a_repeat_of_each_doubles_nothing(string store)
    {
        using var directory = new TemporaryDirectory();
        var config = directory.File("support.json", JsonSerializer.Serialize(new { mcp = new { stateMachine = new { profile = "desk" } } }));
        await using var deployment = (await Deployment.OnAsync(store, "--config", config)).With(Colleague.Bot, Colleague.Alice, Colleague.Bob);
        var server = await deployment.StartServerAsync();
        var refund = new { amount = 612.40 };

        await TwiceAsync(Colleague.Bot, "initialize_conversation", new { user_id = "u", ticket_id = "KILLED-1" });
        var begun = await TwiceAsync(Colleague.Bot, "begin_turn", new { conversation_id = Id, message_id = "c-1", content = "My machine is broken." });
        await TwiceAsync(Colleague.Bot, "complete_turn", new { turn_token = Text(begun, "turn_token"), content = "I will see." });
        var asked = await TwiceAsync(Colleague.Bot, "request_approval", new { conversation_id = Id, action = "refund", arguments = refund, reason = "broken", amount = 612.40 });
        var approval = Text(asked, "approval_id");
        await TwiceAsync(Colleague.Bot, "escalate_conversation", new { conversation_id = Id, reason = "too high", summary = "Wants a refund.", customer_message = "A colleague takes over.", idempotency_key = "e" });
        await TwiceAsync(Colleague.Alice, "claim_conversation", new { conversation_id = Id, lease_seconds = 3600, idempotency_key = "c" });
        await TwiceAsync(Colleague.Bob, "decide_approval", new { approval_id = approval, approved = true }, repeated: "already_decided");
        var used = await TwiceAsync(Colleague.Bot, "use_approval", new { approval_id = approval, action = "refund", arguments = refund, idempotency_key = "u" });
        await TwiceAsync(Colleague.Alice, "add_message", new { conversation_id = Id, role = "assistant", content = "Refunded.", message_id = "a-1" });
        await TwiceAsync(Colleague.Alice, "hand_back", new { conversation_id = Id, note = "Refunded, close it.", idempotency_key = "h" });
        var third = await TwiceAsync(Colleague.Bot, "begin_turn", new { conversation_id = Id, message_id = "c-2", content = "Thanks!" });
        await TwiceAsync(Colleague.Bot, "complete_turn", new { turn_token = Text(third, "turn_token"), content = "You are welcome.", new_state = "processing" });
        await TwiceAsync(Colleague.Bot, "transition_state", new { conversation_id = Id, new_state = "awaiting_confirmation", idempotency_key = "t-1" });
        await TwiceAsync(Colleague.Bot, "transition_state", new { conversation_id = Id, new_state = "resolved", idempotency_key = "t-2" });
        await TwiceAsync(Colleague.Bot, "reopen_conversation", new { conversation_id = Id });

        Assert.True(used.Content.GetProperty("replayed").GetBoolean());
        var ids = await Deployment.AssertWholeAsync(server, Id, Colleague.Alice.Token);
        Assert.Equal(7, ids.Count);
        var types = (await Deployment.EventsAsync(server, Id, Colleague.Alice.Token)).Select(e => e.GetProperty("type").GetString()!).ToList();
        Assert.Equal(
            [
                "conversation_initialized", "state_transitioned",
                "message_added", "message_added", "approval_requested",
                "owner_changed", "state_transitioned", "message_added", "conversation_escalated",
                "owner_changed", "approval_decided", "approval_used", "message_added",
                "message_added", "state_transitioned", "owner_changed",
                "message_added", "message_added", "state_transitioned", "state_transitioned", "state_transitioned", "state_transitioned",
            ],
            types);

        async Task<ToolAnswer> TwiceAsync(Colleague who, string tool, object arguments, string? repeated = null)
        {
            await who.DoAsync(server, tool, arguments);
            await server.KillAsync();
            await server.DisposeAsync();
            server = await deployment.StartServerAsync();
            var again = await who.CallAsync(server, tool, arguments);
            Assert.Equal(repeated, again.Code);
            return again;
        }
    }

    private static string Text(ToolAnswer answer, string name) => answer.Content.GetProperty(name).GetString()!;
}
