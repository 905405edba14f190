using System.Text.Json;
using Snapshooter.Xunit3;
using SupportStateMcp.Conversations;
using SupportStateMcp.Identity;
using SupportStateMcp.Tests.Support;
using static SupportStateMcp.Tests.Support.CliConversations;

namespace SupportStateMcp.Tests.Cli;

/// <summary><c>list</c>, <c>mine</c>, <c>search</c>.</summary>
public sealed class ListTests : IDisposable
{
    private readonly CliPlace _place = new();

    [Fact]
    public async Task What_there_is_is_shown_with_who_has_it_and_how_long_somebody_waits()
    {
        await PrepareAsync();

        var (exitCode, output, errors) = await _place.RunAsync("list");

        Assert.Equal((0, ""), (exitCode, errors));
        Snapshot.Match(CliPlace.Screen(output));
    }

    [Theory]
    [InlineData("cs-HOT cs-BOT cs-OLD")]
    [InlineData("cs-HOT", "--owner", "me")]
    [InlineData("cs-HOT", "--owner", "human:alice")]
    [InlineData("cs-OLD", "--owner", "queue:billing")]
    [InlineData("cs-BOT", "--owner", "ai:desk-agent")]
    [InlineData("", "--owner", "human:bob")]
    [InlineData("cs-HOT", "--priority", "urgent")]
    [InlineData("cs-HOT", "--priority", "URGENT")]
    [InlineData("cs-HOT cs-OLD", "--state", "escalated")]
    [InlineData("cs-BOT", "--status", "open")]
    [InlineData("cs-HOT", "--text", "FIRE")]
    [InlineData("cs-HOT", "--since", "2h")]
    [InlineData("cs-HOT cs-BOT", "--since", "3h", "--user", "user-1")]
    [InlineData("cs-HOT", "--limit", "1")]
    public async Task Options_narrow_it(string expected, params string[] options) => Assert.Equal(
        expected.Split(' ', StringSplitOptions.RemoveEmptyEntries), Ids(await PreparedAsync(["list", .. options, "--as", "human:alice"])));

    [Fact]
    public async Task One_sees_what_is_ones_own_and_how_long_there_is_to_answer()
    {
        await PrepareAsync();

        Assert.Equal(["cs-HOT"], Ids(await _place.JsonAsync("mine", "--as", "human:alice")));
        var (_, output, _) = await _place.RunAsync("mine", "--as", "human:alice");
        Assert.Matches("cs-HOT +human:alice +urgent +escalated +6[0-9] min +in 1?[0-9] min ", output);
        Assert.Equal((0, "human:bob has no conversation. SupportStateMcp queue shows who waits.\n", ""), await _place.RunAsync("mine", "--as", "human:bob"));

        // The lease ends, and no server is there to put that down.
        _place.Time.Advance(TimeSpan.FromMinutes(20));
        Assert.Empty(Ids(await _place.JsonAsync("mine", "--as", "human:alice")));
    }

    [Fact]
    public async Task Text_is_found_in_descriptions_in_any_case()
    {
        await PrepareAsync();

        Assert.Equal(["cs-HOT"], Ids(await _place.JsonAsync("search", "my LAMP")));
        Assert.Equal((0, "No description has this text.\n", ""), await _place.RunAsync("search", "elsewhere"));
        Assert.Equal((0, "No conversation matches.\n", ""), await _place.RunAsync("list", "--text", "elsewhere"));
    }

    [Fact]
    public async Task A_time_without_a_zone_is_one_of_the_person()
    {
        _place.Environment["TZ"] = "Asia/Tokyo";
        await PrepareAsync();
        var twoHoursAgo = _place.Time.GetUtcNow().AddHours(9 - 2);

        Assert.Equal(["cs-HOT"], Ids(await _place.JsonAsync("list", "--since", $"{twoHoursAgo:yyyy-MM-dd HH:mm}")));
        Assert.Equal(["cs-HOT"], Ids(await _place.JsonAsync("list", "--since", $"{twoHoursAgo:yyyy-MM-ddTHH:mm:ss}+09:00")));
        Assert.Equal(3, Ids(await _place.JsonAsync("list", "--since", $"{twoHoursAgo.AddDays(-1):yyyy-MM-dd}")).Count());
    }

    [Fact]
    public async Task A_program_reads_on_with_the_cursor()
    {
        await PrepareAsync();

        var first = await _place.JsonAsync("list", "--limit", "2");
        var second = await _place.JsonAsync("list", "--limit", "2", "--cursor", first.GetProperty("next_cursor").GetString()!);

        Assert.Equal(["cs-OLD"], Ids(second));
        Assert.False(second.TryGetProperty("next_cursor", out _));
        Assert.Contains("The first 2; --limit shows more.", (await _place.RunAsync("list", "--limit", "2")).Output, StringComparison.Ordinal);
        var one = (await _place.JsonAsync("list", "--limit", "1")).GetProperty("next_cursor").GetString()!;
        var two = (await _place.JsonAsync("list", "--limit", "1", "--cursor", one)).GetProperty("next_cursor").GetString()!;
        Assert.EndsWith($"The next 1; --cursor {two} goes on.\n", await ScreenAsync("list", "--limit", "1", "--cursor", one), StringComparison.Ordinal);
        Assert.Equal("--cursor", (await _place.RefusalAsync("mine", "--cursor", "elsewhere")).GetProperty("argument").GetString());
    }

    [Fact]
    public async Task What_no_page_holds_is_reached_by_the_cursor()
    {
        await _place.PrepareAsync(TimeSpan.FromMinutes(1), [.. Enumerable.Range(0, Limits.Page + 1).SelectMany(n => (ConversationCommand[])
            [Open($"MANY-{n}"), AskFor($"MANY-{n}"), Escalate($"MANY-{n}")])]);

        foreach (var command in (string[])["list", "queue", "approvals"])
        {
            var first = await _place.JsonAsync(command, "--limit", "500");
            var next = first.GetProperty("next_cursor").GetString()!;
            var screen = await ScreenAsync(command, "--limit", "500");
            Assert.EndsWith($"{(command == "list" ? "The first 500" : "500 of 501")}; --cursor {next} goes on.\n", screen, StringComparison.Ordinal);
            var rest = await _place.JsonAsync(command, "--limit", "500", "--cursor", next);
            Assert.Single(rest.GetProperty(command == "approvals" ? "approvals" : "conversations").EnumerateArray());
            Assert.DoesNotContain("--cursor", await ScreenAsync(command, "--limit", "500", "--cursor", next), StringComparison.Ordinal);
            Assert.Equal("--cursor", (await _place.RefusalAsync(command, "--cursor", "elsewhere")).GetProperty("argument").GetString());
        }

        Assert.EndsWith("2 of 501; --limit shows more.\n", await ScreenAsync("approvals", "--limit", "2"), StringComparison.Ordinal);
        Assert.Equal("--limit", (await _place.RefusalAsync("approvals", "--limit", "501")).GetProperty("argument").GetString());
    }

    [Fact]
    public async Task A_description_cannot_reach_for_the_terminal()
    {
        await _place.PrepareAsync(TimeSpan.FromMinutes(1), Open("EVIL") with { Description = "[red]look[/] \u001b]0;owned\u0007\u202egnp.exe\rgone" });

        var output = (await _place.RunAsync("list")).Output + (await _place.RunAsync("search", "owned")).Output;

        Assert.DoesNotContain(output, c => (char.IsControl(c) && c != '\n') || c == '\u202e');
        Assert.Contains("[red]look[/]", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_watches_is_told_of_each_change_once_until_they_end_it()
    {
        await PrepareAsync();
        await using var watch = ServerProcess.Run([.. _place.Arguments, "mine", "--as", "human:bob", "--watch", "--json"]);

        Assert.Empty(Ids(JsonElement.Parse((await watch.ReadAsync())!)));
        await _place.JsonAsync("assign", "cs-BOT", "human:bob");
        Assert.Equal(["cs-BOT"], Ids(JsonElement.Parse((await watch.ReadAsync())!)));
        await Task.Delay(TimeSpan.FromSeconds(3), TestContext.Current.CancellationToken);
        watch.Interrupt();

        Assert.Equal(0, await watch.ExitAsync());
        Assert.Null(await watch.ReadAsync());
        Assert.Equal("", watch.Errors);
    }

    [Theory]
    [InlineData("queue")]
    [InlineData("approvals")]
    [InlineData("list")]
    public async Task Where_the_output_is_no_terminal_each_change_is_a_screen_of_its_own(string command)
    {
        await PrepareAsync();
        await using var watch = ServerProcess.Run([.. _place.Arguments, command, "--watch"]);

        Assert.EndsWith("; Ctrl+C ends.", await watch.ReadAsync(), StringComparison.Ordinal);
        await Task.Delay(TimeSpan.FromSeconds(3), TestContext.Current.CancellationToken);
        watch.Terminate();

        Assert.Equal(0, await watch.ExitAsync());
        Assert.DoesNotContain("Ctrl+C", await watch.Output.ReadToEndAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    public void Dispose() => _place.Dispose();

    /// <summary>What is on a screen, with each sentence in one line: a cursor is long.</summary>
    private async Task<string> ScreenAsync(params string[] command)
    {
        _place.Environment["COLUMNS"] = "1000";
        return (await _place.RunAsync(command)).Output;
    }

    private async Task<JsonElement> PreparedAsync(string[] command)
    {
        await PrepareAsync();
        return await _place.JsonAsync(command);
    }

    private async Task PrepareAsync()
    {
        await _place.PrepareAsync(TimeSpan.FromHours(3.5), Open("OLD"), Asks("OLD", "Hello?"), Escalate("OLD", "the bank has to be called", "billing"));
        await _place.PrepareAsync(TimeSpan.FromHours(2.5), Open("BOT") with { Description = "The AI has this one." }, Asks("BOT", "Hm"));
        await _place.PrepareAsync(TimeSpan.FromMinutes(65), Open("HOT", Priority.Urgent) with { Description = "My lamp is on fire." }, Asks("HOT", "Fire!"), Escalate("HOT", "on fire"));
        await _place.PrepareAsync(TimeSpan.FromMinutes(4.5), new ConversationCommand.Claim
        {
            Id = Id("HOT"), Actor = new Actor(ActorKind.Human, "alice"), Roles = Roles.Agent, Lease = TimeSpan.FromMinutes(20),
        });
    }

    private static IEnumerable<string?> Ids(JsonElement listed) =>
        listed.GetProperty("conversations").EnumerateArray().Select(c => c.GetProperty("conversation_id").GetString());
}
