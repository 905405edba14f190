using System.Text.Json;
using SupportStateMcp.Tests.Support;

namespace SupportStateMcp.Tests.Processes;

/// <summary>An AI completes a turn while a person claims the conversation, each over a server process of their own.</summary>
public sealed class ClaimRaceTests(ITestOutputHelper output)
{
    private const int Rounds = 100;

    [Theory]
    [InlineData("redis")]
    [InlineData("sqlite")]
    public async Task In_each_of_a_hundred_rounds_the_answer_comes_before_the_claim_or_not_at_all(string store)
    {
        await using var deployment = (await Deployment.OnAsync(store)).With(Colleague.Bot, Colleague.Alice);
        var one = await deployment.StartServerAsync();
        var other = await deployment.StartServerAsync();
        var answered = 0;

        for (var round = 0; round < Rounds; round++)
        {
            var id = $"cs-RACE-{round}";
            await Colleague.Bot.DoAsync(one, "initialize_conversation", new { user_id = "u", ticket_id = $"RACE-{round}" });
            var turn = await Colleague.Bot.DoAsync(one, "begin_turn", new { conversation_id = id, message_id = "c-1", content = "Hello?" });
            var completing = new { turn_token = turn.Content.GetProperty("turn_token").GetString(), content = "An answer." };
            var claiming = new { conversation_id = id };

            // Who starts changes from round to round, so that either can be first.
            var (completed, claimed) = round % 2 == 0
                ? await BothAsync(() => Colleague.Bot.CallAsync(one, "complete_turn", completing), () => Colleague.Alice.CallAsync(other, "claim_conversation", claiming))
                : Swapped(await BothAsync(() => Colleague.Alice.CallAsync(other, "claim_conversation", claiming), () => Colleague.Bot.CallAsync(one, "complete_turn", completing)));

            Assert.False(claimed.IsRefused, claimed.Result.ToString());
            Assert.Contains(completed.Code, (string?[])[null, "not_owner"]);
            await AssertConsistentAsync(round % 2 == 0 ? one : other, id, isAnswered: !completed.IsRefused);
            answered += completed.IsRefused ? 0 : 1;
        }

        output.WriteLine($"{store}: answered {answered}, claimed first {Rounds - answered}");
    }

    /// <summary>Snapshot, history and trail tell the same of who was first.</summary>
    private static async Task AssertConsistentAsync(HttpServer server, string id, bool isAnswered)
    {
        await Deployment.AssertWholeAsync(server, id, Colleague.Alice.Token);
        var state = (await Colleague.Alice.DoAsync(server, "get_state", new { conversation_id = id })).Content;
        Assert.Equal("human:alice", state.GetProperty("owner").GetString());
        Assert.Equal(!isAnswered, state.TryGetProperty("waiting_since", out _));

        var messages = await Deployment.HistoryAsync(server, id, Colleague.Alice.Token);
        Assert.Equal(isAnswered ? ["user", "assistant"] : ["user"], messages.Select(m => m.GetProperty("role").GetString()));

        var events = await Deployment.EventsAsync(server, id, Colleague.Alice.Token);
        var claim = Assert.Single(events, e => e.GetProperty("type").GetString() == "owner_changed");
        var reply = events.Where(e => e.GetProperty("type").GetString() == "message_added" && e.GetProperty("actor").GetString() == "ai:bot"
            && e.GetProperty("details").GetProperty("role").GetString() == "assistant");
        Assert.Equal(isAnswered, reply.Any(r => Version(r) < Version(claim)));
        Assert.DoesNotContain(reply, r => Version(r) > Version(claim));
    }

    private static async Task<(ToolAnswer First, ToolAnswer Second)> BothAsync(Func<Task<ToolAnswer>> first, Func<Task<ToolAnswer>> second)
    {
        var a = first();
        var b = second();
        return (await a, await b);
    }

    private static (ToolAnswer, ToolAnswer) Swapped((ToolAnswer First, ToolAnswer Second) both) => (both.Second, both.First);

    private static long Version(JsonElement e) => e.GetProperty("version").GetInt64();
}
