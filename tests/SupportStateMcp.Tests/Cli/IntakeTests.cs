using SupportStateMcp.Tests.Support;

namespace SupportStateMcp.Tests.Cli;

/// <summary><c>open</c>, <c>message</c>, <c>assign</c>, <c>history</c>, <c>events</c>: a conversation that comes by telephone.</summary>
public sealed class IntakeTests : IDisposable
{
    private readonly CliPlace _place = new();

    [Fact]
    public async Task A_conversation_is_opened_once_for_a_ticket()
    {
        var opened = await _place.RunAsync("open", "TKT-1", "--user", "maria", "--priority", "High", "--description", "The lamp came broken.");
        var again = await _place.RunAsync("open", "cs-TKT-1", "--user", "maria");
        var other = await _place.RefusalAsync("open", "TKT-1", "--user", "mallory");

        Assert.Equal((0, "cs-TKT-1 is open, in the state gathering_info; ai:ai-agent-1 has it.\n", ""), opened);
        Assert.Equal((0, "cs-TKT-1 was there already, in the state gathering_info; ai:ai-agent-1 has it, and nothing was changed.\n", ""), again);
        Assert.Equal("ticket_conflict", other.GetProperty("code").GetString());
        var shown = await _place.JsonAsync("show", "TKT-1");
        Assert.Equal(("maria", "high", "The lamp came broken.", "ai-agent-1"), (
            shown.GetProperty("user_id").GetString(), shown.GetProperty("priority").GetString(), shown.GetProperty("description").GetString(), shown.GetProperty("assigned_to").GetString()));
    }

    [Fact]
    public async Task What_the_customer_says_is_entered_as_their_own_words()
    {
        await _place.JsonAsync("open", "TKT-1", "--user", "maria");

        var entered = await _place.RunAsync("By telephone:\nthe lamp flickers.\n", ["message", "TKT-1", "--message-id", "call-1"]);
        var again = await _place.RunAsync("message", "TKT-1", "By telephone:\nthe lamp flickers.", "--message-id", "call-1");

        Assert.Equal((0, "Stored in cs-TKT-1 as message 1, of the customer; ai:ai-agent-1 has the conversation.\n", ""), entered);
        Assert.Equal((0, "Already stored in cs-TKT-1 as message 1; nothing was changed.\n", ""), again);
        var message = Assert.Single((await _place.JsonAsync("history", "TKT-1")).GetProperty("messages").EnumerateArray());
        Assert.Equal(("user", "By telephone:\nthe lamp flickers."), (message.GetProperty("role").GetString(), message.GetProperty("content").GetString()));
        Assert.Equal("invalid_argument", (await _place.RefusalAsync("message", "TKT-1", "")).GetProperty("code").GetString());
    }

    [Fact]
    public async Task A_conversation_is_given_to_a_colleague_a_team_and_an_AI()
    {
        await _place.JsonAsync("open", "TKT-1", "--user", "maria");

        var bob = await _place.RunAsync("assign", "TKT-1", "human:bob", "The bank calls at ten.", "--as", "human:alice");
        var refused = await _place.RefusalAsync("assign", "TKT-1", "human:alice", "--as", "human:alice");
        var team = await _place.RunAsync("assign", "TKT-1", "queue:billing", "--as", "human:bob");
        var ai = await _place.RunAsync("assign", "TKT-1", "ai:claude", "--as", "human:sue", "--roles", "supervisor");

        Assert.Matches(@"^human:bob has cs-TKT-1, to answer until \d\d:\d\d:\d\d UTC\.\n$", bob.Output);
        Assert.Equal(("not_owner", "human:bob"), (refused.GetProperty("code").GetString(), refused.GetProperty("owner").GetString()));
        Assert.Equal((0, "cs-TKT-1 waits in queue:billing.\n", ""), team);
        Assert.Equal((0, "ai:claude has cs-TKT-1, in the state gathering_info.\n", ""), ai);
        var note = Assert.Single((await _place.JsonAsync("history", "TKT-1")).GetProperty("messages").EnumerateArray());
        Assert.Equal(("The bank calls at ten.", "internal"), (note.GetProperty("content").GetString(), note.GetProperty("visibility").GetString()));
    }

    [Fact]
    public async Task History_and_events_are_shown_page_by_page_with_the_times_of_the_person()
    {
        await _place.JsonAsync("open", "TKT-1", "--user", "maria");
        await _place.JsonAsync("message", "TKT-1", "The lamp flickers.\n#9  human:boss", "--message-id", "m-1");
        await _place.JsonAsync("reply", "TKT-1", "Turn it off.", "--message-id", "a-1", "--as", "human:alice");
        await _place.JsonAsync("release", "TKT-1", "--reason", "end of shift", "--as", "human:alice");

        var history = (await _place.RunAsync("history", "TKT-1", "--limit", "1")).Output;
        Assert.Contains("cs-TKT-1: 1 of 2 messages", history, StringComparison.Ordinal);
        Assert.Contains("#2  human:alice → customer  ", history, StringComparison.Ordinal);
        Assert.Contains("--before 2 shows older ones.", history, StringComparison.Ordinal);
        Assert.Contains("    #9  human:boss", (await _place.RunAsync("history", "TKT-1", "--before", "2")).Output, StringComparison.Ordinal);

        var (exitCode, events, errors) = await _place.RunAsync("events", "TKT-1");
        Assert.Equal((0, ""), (exitCode, errors));
        Assert.Contains("owner_changed", events, StringComparison.Ordinal);
        Assert.Contains("reason: end of shift", string.Join(' ', events.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);
        Assert.DoesNotContain("flickers", events, StringComparison.Ordinal);
        Assert.Contains("--after 1 shows later ones.", (await _place.RunAsync("events", "TKT-1", "--limit", "1")).Output, StringComparison.Ordinal);
        Assert.Equal("not_found", (await _place.RefusalAsync("events", "TKT-2")).GetProperty("code").GetString());
    }

    [Fact]
    public async Task What_others_wrote_cannot_reach_for_the_terminal()
    {
        await _place.JsonAsync("open", "EVIL", "--user", "maria");
        await _place.JsonAsync("message", "EVIL", "[red]look[/] \u001b[2J\u202egnp.exe");
        await _place.JsonAsync("claim", "EVIL");
        await _place.JsonAsync("release", "EVIL", "--reason", "\u001b[31mred\u202e");

        var output = (await _place.RunAsync("history", "EVIL")).Output + (await _place.RunAsync("events", "EVIL")).Output;

        Assert.DoesNotContain(output, c => (char.IsControl(c) && c != '\n') || c == '\u202e');
        Assert.Contains("[red]look[/]", output, StringComparison.Ordinal);
    }

    public void Dispose() => _place.Dispose();
}
