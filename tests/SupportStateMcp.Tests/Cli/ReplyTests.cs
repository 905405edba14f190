using SupportStateMcp.Conversations;
using SupportStateMcp.Tests.Support;
using static SupportStateMcp.Tests.Support.CliConversations;

namespace SupportStateMcp.Tests.Cli;

/// <summary><c>reply</c>.</summary>
public sealed class ReplyTests : IDisposable
{
    private readonly CliPlace _place = new();

    [Fact]
    public async Task A_reply_takes_the_conversation_over()
    {
        await OpenAsync();

        var replied = await _place.RunAsync("reply", "cs-TKT-1", "I am here.", "--as", "human:alice");

        Assert.Equal((0, "Answered in cs-TKT-1 as message 2; human:alice has the conversation.\n", ""), replied);
        Assert.Equal(["Hello?", "I am here."], await MessagesAsync());
    }

    [Fact]
    public async Task A_note_takes_nothing_over()
    {
        await OpenAsync();

        var noted = await _place.JsonAsync("reply", "cs-TKT-1", "Looks like fraud.", "--internal", "--as", "human:alice");

        Assert.Equal("ai:desk-agent", noted.GetProperty("owner").GetString());
        Assert.Equal("internal", (await LastAsync()).GetProperty("visibility").GetString());
    }

    [Fact]
    public async Task Under_a_message_id_a_repeat_is_stored_once_and_without_one_each_time()
    {
        await OpenAsync();
        string[] reply = ["reply", "cs-TKT-1", "On its way."];

        var first = await _place.JsonAsync([.. reply, "--message-id", "a-1"]);
        var again = await _place.JsonAsync([.. reply, "--message-id", "a-1"]);
        var other = await _place.RefusalAsync("reply", "cs-TKT-1", "Something else.", "--message-id", "a-1");

        Assert.Equal((false, true), (first.GetProperty("replayed").GetBoolean(), again.GetProperty("replayed").GetBoolean()));
        Assert.Equal(first.GetProperty("number").GetInt64(), again.GetProperty("number").GetInt64());
        Assert.Equal("idempotency_mismatch", other.GetProperty("code").GetString());

        await _place.JsonAsync(reply);
        await _place.JsonAsync(reply);
        Assert.Equal(["Hello?", "On its way.", "On its way.", "On its way."], await MessagesAsync());
    }

    [Theory]
    [InlineData("Two lines,\nand an é.\n", "Two lines,\nand an é.")]
    [InlineData("From Windows\r\n", "From Windows")]
    [InlineData("no end", "no end")]
    [InlineData("a blank line\n\n", "a blank line\n")]
    public async Task A_text_may_come_from_the_input(string input, string stored)
    {
        await OpenAsync();

        Assert.Equal(0, (await _place.RunAsync(input, ["reply", "cs-TKT-1"])).ExitCode);
        Assert.Equal(0, (await _place.RunAsync(input, ["reply", "cs-TKT-1", "-", "--internal"])).ExitCode);

        Assert.Equal(["Hello?", stored, stored], await MessagesAsync());
    }

    [Theory]
    [InlineData("@alice will call you")]
    [InlineData("")]
    [InlineData("$HOME %s {0} [bold]")]
    public async Task A_text_is_taken_as_it_is(string text)
    {
        await OpenAsync();

        var (exitCode, _, errors) = await _place.RunAsync("reply", "cs-TKT-1", text);

        Assert.Equal(text.Length == 0 ? (1, "Invalid argument TEXT: it has at least one character, except from a tool.\n") : (0, ""), (exitCode, errors));
        Assert.Equal(text.Length == 0 ? ["Hello?"] : ["Hello?", text], await MessagesAsync());
    }

    [Fact]
    public async Task A_text_that_is_too_long_or_none_is_refused()
    {
        await OpenAsync();

        var tooLong = await _place.RunAsync(new string('x', Limits.Content + 1), ["reply", "cs-TKT-1", "-"]);
        var none = await _place.RunAsync("", ["reply", "cs-TKT-1"]);
        var justFits = await _place.RunAsync(new string('x', Limits.Content) + "\r\n", ["reply", "cs-TKT-1", "-"]);

        Assert.Equal((1, "", "Invalid argument TEXT: it has at most 100000 characters.\n"), tooLong);
        Assert.Equal((1, "", "Invalid argument TEXT: it has at least one character, except from a tool.\n"), none);
        Assert.Equal(0, justFits.ExitCode);
    }

    [Theory]
    [InlineData("\n")]
    [InlineData("\r\n")]
    [InlineData("\r")]
    public async Task A_text_with_a_line_end_where_it_has_to_end_is_not_cut_there(string lineEnd)
    {
        await OpenAsync();

        var tooLong = await _place.RunAsync(new string('x', Limits.Content) + lineEnd + "more", ["reply", "cs-TKT-1", "-"]);

        Assert.Equal((1, "", "Invalid argument TEXT: it has at most 100000 characters.\n"), tooLong);
        Assert.Equal(["Hello?"], await MessagesAsync());
    }

    [Fact]
    public async Task A_text_that_is_not_given_is_not_waited_for_at_a_keyboard()
    {
        await OpenAsync();

        var (exitCode, _, errors) = await _place.RunAsync(new RecordedConsole("typed", _place.Environment, isKeyboard: true), ["reply", "cs-TKT-1"]);
        var typed = await _place.RunAsync(new RecordedConsole("typed\n", _place.Environment, isKeyboard: true), ["reply", "cs-TKT-1", "-"]);

        Assert.Equal(1, exitCode);
        Assert.StartsWith("Invalid argument TEXT: say it on the command line, or pipe it in;", errors, StringComparison.Ordinal);
        Assert.Equal(0, typed.ExitCode);
        Assert.Equal(["Hello?", "typed"], await MessagesAsync());
    }

    [Fact]
    public async Task An_id_with_control_characters_is_refused()
    {
        await OpenAsync();

        var named = await _place.RefusalAsync("reply", "cs-TKT-1", "On its way.", "--message-id", "a\nb");

        Assert.Equal("--message-id", named.GetProperty("argument").GetString());
    }

    [Fact]
    public async Task Nobody_talks_over_another_person_but_a_supervisor()
    {
        await OpenAsync();
        await _place.JsonAsync("claim", "cs-TKT-1", "--as", "human:alice");

        var refusal = await _place.RefusalAsync("reply", "cs-TKT-1", "Me too!", "--as", "human:bob");
        var boss = await _place.JsonAsync("reply", "cs-TKT-1", "I take this.", "--as", "human:carol", "--roles", "supervisor");

        Assert.Equal(("not_owner", "human:alice"), (refusal.GetProperty("code").GetString(), refusal.GetProperty("owner").GetString()));
        Assert.Equal("human:carol", boss.GetProperty("owner").GetString());
    }

    public void Dispose() => _place.Dispose();

    private Task<Outcome> OpenAsync() => _place.PrepareAsync(TimeSpan.FromMinutes(1), Open("TKT-1"), Asks("TKT-1", "Hello?"));

    private async Task<IEnumerable<string?>> MessagesAsync() =>
        (await _place.JsonAsync("show", "cs-TKT-1")).GetProperty("messages").EnumerateArray().Select(m => m.GetProperty("content").GetString());

    private async Task<System.Text.Json.JsonElement> LastAsync() =>
        (await _place.JsonAsync("show", "cs-TKT-1", "--messages", "1")).GetProperty("messages")[0];
}
