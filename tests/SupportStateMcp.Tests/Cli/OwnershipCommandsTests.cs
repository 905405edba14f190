using SupportStateMcp.Conversations;
using SupportStateMcp.Identity;
using SupportStateMcp.Tests.Support;
using static SupportStateMcp.Tests.Support.CliConversations;

namespace SupportStateMcp.Tests.Cli;

/// <summary><c>claim</c>, <c>release</c>, <c>hand-back</c>, <c>move</c>, <c>reopen</c>.</summary>
public sealed class OwnershipCommandsTests : IDisposable
{
    private readonly CliPlace _place = new();

    [Fact]
    public async Task Who_claims_a_conversation_has_it_until_the_lease_ends()
    {
        await EscalateAsync();

        var (exitCode, output, _) = await _place.RunAsync("claim", "cs-TKT-1", "--lease", "600", "--as", "human:alice");
        var other = await _place.RefusalAsync("claim", "cs-TKT-1", "--as", "human:bob");

        Assert.Equal(0, exitCode);
        Assert.Matches(@"^human:alice has cs-TKT-1; answer within (9|10) min, until \d\d:\d\d:\d\d UTC\.\n$", output);
        Assert.Equal("not_owner", other.GetProperty("code").GetString());
        Assert.Equal("Nobody waits.\n", (await _place.RunAsync("queue")).Output);
    }

    [Fact]
    public async Task A_lease_that_has_run_out_is_over_whoever_looks()
    {
        await _place.PrepareAsync(TimeSpan.FromMinutes(30), Open("TKT-1"), Asks("TKT-1", "Hello?"), Escalate("TKT-1"), new ConversationCommand.Claim
        {
            Id = Id("TKT-1"), Actor = new Actor(ActorKind.Human, "bob"), Roles = Roles.Agent, Lease = TimeSpan.FromMinutes(10),
        });

        Assert.Equal("support", (await _place.JsonAsync("show", "cs-TKT-1")).GetProperty("queue").GetString());
        Assert.InRange((await _place.JsonAsync("queue")).GetProperty("conversations")[0].GetProperty("waiting_seconds").GetInt64(), 1_800, 1_900);
        Assert.Equal("human:alice", (await _place.JsonAsync("claim", "cs-TKT-1", "--as", "human:alice")).GetProperty("owner").GetString());
    }

    [Fact]
    public async Task A_released_conversation_waits_again_and_one_that_waits_cannot_be_released()
    {
        await EscalateAsync();
        await _place.JsonAsync("claim", "cs-TKT-1", "--as", "human:alice");

        var released = await _place.RunAsync("release", "cs-TKT-1", "--reason", "end of shift", "--as", "human:alice");
        var again = await _place.RefusalAsync("release", "cs-TKT-1", "--as", "human:alice");

        Assert.Equal((0, "cs-TKT-1 waits in queue:support.\n", ""), released);
        Assert.Equal("not_owner", again.GetProperty("code").GetString());
        Assert.Equal(1, (await _place.JsonAsync("queue")).GetProperty("total").GetInt32());
    }

    [Fact]
    public async Task A_conversation_is_handed_back_with_a_note_that_the_customer_does_not_see()
    {
        _place.Environment["SUPPORTSTATE__STATEMACHINE__PROFILE"] = "desk";
        await EscalateAsync();

        var handed = await _place.RunAsync("Identity checked.\n", ["hand-back", "cs-TKT-1", "-"]);

        Assert.Equal((0, "ai:desk-agent has cs-TKT-1 again, in the state gathering_info.\n", ""), handed);
        var note = (await _place.JsonAsync("show", "cs-TKT-1", "--messages", "1")).GetProperty("messages")[0];
        Assert.Equal(("Identity checked.", "internal"), (note.GetProperty("content").GetString(), note.GetProperty("visibility").GetString()));
    }

    [Fact]
    public async Task A_conversation_moves_along_the_workflow_only()
    {
        await EscalateAsync();

        var wrong = await _place.RefusalAsync("move", "cs-TKT-1", "processing");
        var unknown = await _place.RefusalAsync("move", "cs-TKT-1", "lunch");
        var moved = await _place.RunAsync("move", "cs-TKT-1", "resolved", "--reason", "refund paid");

        Assert.Equal(("invalid_transition", "escalated"), (wrong.GetProperty("code").GetString(), wrong.GetProperty("from").GetString()));
        Assert.Equal("STATE", unknown.GetProperty("argument").GetString());
        Assert.Equal((0, "cs-TKT-1 is in the state resolved; the customer sees it as solved.\n", ""), moved);
    }

    [Fact]
    public async Task A_closed_conversation_is_opened_again_where_the_workflow_allows_it()
    {
        _place.Environment["SUPPORTSTATE__STATEMACHINE__PROFILE"] = "desk";
        await EscalateAsync();
        await _place.JsonAsync("move", "cs-TKT-1", "resolved");

        var finished = await _place.RefusalAsync("reply", "cs-TKT-1", "One more thing.");
        var reopened = await _place.JsonAsync("reopen", "cs-TKT-1");
        var again = await _place.RunAsync("reopen", "cs-TKT-1");

        Assert.Equal("terminal_state", finished.GetProperty("code").GetString());
        Assert.Contains("SupportStateMcp reopen", finished.GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.Equal(("reopened", "gathering_info"), (reopened.GetProperty("outcome").GetString(), reopened.GetProperty("state").GetString()));
        Assert.Equal((0, "cs-TKT-1 is open, in the state gathering_info; nothing was changed.\n", ""), again);
    }

    [Fact]
    public async Task Where_it_does_not_a_follow_up_is_opened_once()
    {
        await EscalateAsync();
        await _place.JsonAsync("move", "cs-TKT-1", "resolved");

        var opened = await _place.RunAsync("reopen", "cs-TKT-1", "--reason", "it is broken again");
        var again = await _place.RunAsync("reopen", "cs-TKT-1", "--reason", "it is broken again");

        Assert.Equal((0, "cs-TKT-1 stays closed and goes on in cs-TKT-1-f1, opened now.\n", ""), opened);
        Assert.Equal((0, "cs-TKT-1 stays closed and goes on in cs-TKT-1-f1.\n", ""), again);
    }

    public void Dispose() => _place.Dispose();

    private Task<Outcome> EscalateAsync() => _place.PrepareAsync(TimeSpan.FromMinutes(5), Open("TKT-1"), Asks("TKT-1", "Hello?"), Escalate("TKT-1"));
}
