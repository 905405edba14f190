using System.Text.Json;
using Snapshooter.Xunit3;
using SupportStateMcp.Conversations;
using SupportStateMcp.Tests.Support;
using static SupportStateMcp.Tests.Support.CliConversations;

namespace SupportStateMcp.Tests.Cli;

/// <summary><c>queue</c>.</summary>
public sealed class QueueTests : IDisposable
{
    private readonly CliPlace _place = new();

    [Fact]
    public async Task Who_waits_is_shown_by_priority_then_by_how_long()
    {
        await PrepareAsync();

        var (exitCode, output, errors) = await _place.RunAsync("queue");

        Assert.Equal((0, ""), (exitCode, errors));
        Snapshot.Match(CliPlace.Screen(output));
    }

    [Fact]
    public async Task The_same_is_told_to_programs()
    {
        await PrepareAsync();

        var queue = await _place.JsonAsync("queue", "--limit", "2");

        Assert.Equal(3, queue.GetProperty("total").GetInt32());
        Assert.Equal(["cs-HOT", "cs-OLD"], TestConversations(queue));
        var old = queue.GetProperty("conversations")[1];
        Assert.Equal(("billing", "medium", "escalated", "pending", "the bank has to be called"), (
            old.GetProperty("queue").GetString(), old.GetProperty("priority").GetString(), old.GetProperty("state").GetString(),
            old.GetProperty("ticket_status").GetString(), old.GetProperty("reason").GetString()));
        Assert.Equal(12_600, old.GetProperty("waiting_seconds").GetInt64());
        Assert.True(old.GetProperty("waiting_since").TryGetDateTimeOffset(out _));
    }

    [Fact]
    public async Task What_does_not_fit_is_told()
    {
        await PrepareAsync();

        var (_, output, _) = await _place.RunAsync("queue", "--limit", "1");

        Assert.Contains("cs-HOT", output, StringComparison.Ordinal);
        Assert.DoesNotContain("cs-OLD", output, StringComparison.Ordinal);
        Assert.Contains("1 of 3; --limit shows more.", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_program_reads_on_with_the_cursor()
    {
        await PrepareAsync();

        var first = await _place.JsonAsync("queue", "--limit", "2");
        var second = await _place.JsonAsync("queue", "--limit", "2", "--cursor", first.GetProperty("next_cursor").GetString()!);

        Assert.Equal(["cs-NEW"], TestConversations(second));
        Assert.False(second.TryGetProperty("next_cursor", out _));
    }

    [Fact]
    public async Task One_queue_is_shown_alone()
    {
        await PrepareAsync();

        Assert.Equal(["cs-OLD"], TestConversations(await _place.JsonAsync("queue", "--queue", "billing")));
        Assert.Equal((0, "Nobody waits.\n", ""), await _place.RunAsync("queue", "--queue", "sales"));
    }

    [Fact]
    public async Task Nobody_waits_where_nothing_was_ever_stored()
    {
        await _place.PrepareAsync(TimeSpan.FromMinutes(1), Open("CALM"));

        Assert.Equal((0, "Nobody waits.\n", ""), await _place.RunAsync("queue"));
        Assert.Equal("""{"conversations":[],"total":0}""", (await _place.JsonAsync("queue")).GetRawText());
    }

    [Theory]
    [InlineData("queue")]
    [InlineData("approvals")]
    [InlineData("show", "cs-TKT-1")]
    [InlineData("reply", "cs-TKT-1", "Hello.")]
    public async Task A_folder_without_a_database_is_the_wrong_one_and_is_left_as_it_is(params string[] command)
    {
        using var directory = new TemporaryDirectory();
        foreach (var folder in (string[])[directory.Path, Path.Combine(directory.Path, "no-such")])
        {
            var (exitCode, output, errors) = await RecordedConsole.RunAsync([.. command, "--data", folder]);

            Assert.Equal((69, ""), (exitCode, output));
            Assert.StartsWith($"The store cannot be used: There is no database in {folder}. Name the folder that the server uses (--data)", errors, StringComparison.Ordinal);
        }

        Assert.Empty(Directory.EnumerateFileSystemEntries(directory.Path));
    }

    [Theory]
    [InlineData('\u202e')]
    [InlineData('\u2066')]
    [InlineData('\u200f')]
    [InlineData('\u061c')]
    [InlineData('\u009b')]
    [InlineData('\u2028')]
    public async Task The_JSON_for_a_program_does_not_turn_a_terminal_around(char hidden)
    {
        await _place.PrepareAsync(TimeSpan.FromMinutes(1), Open("BIDI"), Asks("BIDI", "Hello?"), Escalate("BIDI", $"a{hidden}b é 支 🙂"));

        var (_, output, _) = await _place.RunAsync("queue", "--json");

        Assert.DoesNotContain(hidden, output);
        Assert.Contains($"a\\u{(int)hidden:x4}b é 支", output, StringComparison.OrdinalIgnoreCase);
        Assert.Equal($"a{hidden}b é 支 🙂", JsonElement.Parse(output).GetProperty("conversations")[0].GetProperty("reason").GetString());
    }

    [Theory]
    [InlineData("60", 60)]
    [InlineData("many", 120)]
    [InlineData("7", 40)]
    public async Task Plain_text_is_as_wide_as_the_caller_says(string columns, int width)
    {
        _place.Environment["COLUMNS"] = columns;
        await _place.PrepareAsync(TimeSpan.FromMinutes(1), Open("WIDE"), Asks("WIDE", "Hello?"), Escalate("WIDE", string.Join(' ', Enumerable.Repeat("why", 60))));

        var (_, output, _) = await _place.RunAsync("queue");

        Assert.Equal(width, output.Split('\n').Max(l => l.Length));
        Assert.DoesNotContain('\u001b', output);
    }

    [Theory]
    [InlineData("--queue", "No Queue")]
    [InlineData("--limit", "0")]
    [InlineData("--limit", "501")]
    [InlineData("--cursor", "elsewhere")]
    public async Task What_is_out_of_bounds_is_refused(string option, string value)
    {
        var refusal = await _place.RefusalAsync("queue", option, value);

        Assert.Equal(("invalid_argument", option), (refusal.GetProperty("code").GetString(), refusal.GetProperty("argument").GetString()));
    }

    public void Dispose() => _place.Dispose();

    private async Task PrepareAsync()
    {
        await _place.PrepareAsync(TimeSpan.FromMinutes(12.5), Open("NEW"), Asks("NEW", "Hello?"), Escalate("NEW"));
        await _place.PrepareAsync(TimeSpan.FromHours(3.5), Open("OLD"), Asks("OLD", "Hello?"), Escalate("OLD", "the bank has to be called", "billing"));
        await _place.PrepareAsync(TimeSpan.FromMinutes(6.5), Open("HOT", Priority.Urgent), Asks("HOT", "Fire!"), Escalate("HOT", "on fire"));
        await _place.PrepareAsync(TimeSpan.FromHours(5), Open("BOT"), Asks("BOT", "The AI has this one"));
    }

    private static IEnumerable<string?> TestConversations(JsonElement queue) =>
        queue.GetProperty("conversations").EnumerateArray().Select(c => c.GetProperty("conversation_id").GetString());
}
