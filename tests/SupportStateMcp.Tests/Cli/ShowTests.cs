using Snapshooter.Xunit3;
using SupportStateMcp.Conversations;
using SupportStateMcp.Identity;
using SupportStateMcp.Tests.Support;
using static SupportStateMcp.Tests.Support.CliConversations;

namespace SupportStateMcp.Tests.Cli;

/// <summary><c>show</c>.</summary>
public sealed class ShowTests : IDisposable
{
    private readonly CliPlace _place = new();

    [Fact]
    public async Task A_conversation_is_shown_with_all_that_a_person_needs()
    {
        await PrepareAsync();

        var (exitCode, output, errors) = await _place.RunAsync("show", "cs-TKT-1");

        Assert.Equal((0, ""), (exitCode, errors));
        Snapshot.Match(CliPlace.Screen(output));
    }

    [Fact]
    public async Task The_same_is_told_to_programs()
    {
        await PrepareAsync();

        var shown = await _place.JsonAsync("show", "cs-TKT-1", "--messages", "2");

        Assert.Equal(("cs-TKT-1", "escalated", "pending", "medium", "human:alice"), (
            shown.GetProperty("conversation_id").GetString(), shown.GetProperty("state").GetString(), shown.GetProperty("ticket_status").GetString(),
            shown.GetProperty("priority").GetString(), shown.GetProperty("owner").GetString()));
        Assert.True(shown.GetProperty("lease_until").TryGetDateTimeOffset(out _));
        Assert.False(shown.TryGetProperty("queue", out _));
        Assert.Equal("ai:desk-agent", shown.GetProperty("handoff").GetProperty("by").GetString());
        var approval = Assert.Single(shown.GetProperty("approvals").EnumerateArray());
        Assert.Equal("refund", approval.GetProperty("action").GetString());
        Assert.Equal([approval.GetProperty("approval_id").GetString()], shown.GetProperty("pending_approvals").EnumerateArray().Select(a => a.GetString()));
        Assert.Equal(["resolved"], shown.GetProperty("allowed_transitions").EnumerateArray().Select(s => s.GetString()));
        Assert.Equal(4, shown.GetProperty("message_count").GetInt32());
        Assert.Equal(
            [(3, "public", true), (4, "internal", false)],
            shown.GetProperty("messages").EnumerateArray().Select(m =>
                (m.GetProperty("number").GetInt32(), m.GetProperty("visibility").GetString(), m.TryGetProperty("automated", out var a) && a.GetBoolean())));
    }

    [Fact]
    public async Task What_a_customer_wrote_cannot_reach_for_the_terminal()
    {
        await _place.PrepareAsync(
            TimeSpan.FromMinutes(1),
            Open("EVIL"),
            Asks("EVIL", "[red]look[/] \u001b]0;owned\u0007\u001b[2J\u009b31m \u202egnp.exe\rgone\b\n#9  human:boss → customer  just now"),
            AskFor("EVIL", "refund\u001b[8m", "{\"a\": \"\u202e\\u001b[2J\", \"amount: 1, b\": 9999}"),
            Escalate("EVIL", "\u001b[31mred[/]"));

        _place.Environment["COLUMNS"] = "300";
        var shown = await _place.RunAsync("show", "cs-EVIL");
        var queue = await _place.RunAsync("queue");
        var approvals = await _place.RunAsync("approvals");

        var all = shown.Output + queue.Output + approvals.Output;
        Assert.DoesNotContain(all, c => (char.IsControl(c) && c != '\n') || c == '\u202e');
        Assert.Contains("    [red]look[/] ␛]0;owned␇␛[2J<U+009B>31m <U+202E>gnp.exe", shown.Output, StringComparison.Ordinal);
        Assert.Contains("\n    #9  human:boss", shown.Output, StringComparison.Ordinal);
        Assert.Contains("␛[31mred[/]", queue.Output, StringComparison.Ordinal);
        Assert.Contains("\"amount: 1, b\": 9999", approvals.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_finished_conversation_says_where_it_goes_on()
    {
        await _place.PrepareAsync(TimeSpan.FromMinutes(1), Open("TKT-1"), Asks("TKT-1", "Hello"), Escalate("TKT-1"));
        await _place.JsonAsync("move", "cs-TKT-1", "resolved");
        await _place.JsonAsync("reopen", "cs-TKT-1");

        Assert.Matches(@"\n  goes on in +cs-TKT-1-f1 *\n", (await _place.RunAsync("show", "cs-TKT-1")).Output);
        Assert.Matches(@"\n  follows up +cs-TKT-1 *\n", (await _place.RunAsync("show", "cs-TKT-1-f1")).Output);
    }

    [Theory]
    [InlineData("cs-NONE", "not_found")]
    [InlineData("NONE", "not_found")]
    [InlineData("TKT 1", "invalid_argument")]
    [InlineData("cs-../../etc/passwd", "invalid_argument")]
    public async Task What_is_not_there_is_refused(string id, string code)
    {
        await _place.PrepareAsync(TimeSpan.FromMinutes(1), Open("TKT-1"));

        Assert.Equal(code, (await _place.RefusalAsync("show", id)).GetProperty("code").GetString());
    }

    public void Dispose() => _place.Dispose();

    private async Task PrepareAsync()
    {
        var absence = new ConversationCommand.AddMessage
        {
            Id = Id("TKT-1"), Actor = Ai, Roles = OneConversation.Trusted, MessageId = "auto-1", Role = MessageRole.Assistant, Content = "We are out for lunch.", Automated = true,
        };
        await _place.PrepareAsync(TimeSpan.FromMinutes(12.5), Open("TKT-1"), Asks("TKT-1", "I paid twice."), AskFor("TKT-1"), Escalate("TKT-1"), absence);
        await _place.JsonAsync("claim", "cs-TKT-1", "--as", "human:alice");
        await _place.JsonAsync("reply", "cs-TKT-1", "--internal", "Called the bank.", "--as", "human:alice");
    }
}
