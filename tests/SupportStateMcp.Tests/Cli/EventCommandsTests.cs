using System.Text.Json;
using Microsoft.AspNetCore.Http;
using SupportStateMcp.Conversations;
using SupportStateMcp.Events;
using SupportStateMcp.Hosting;
using SupportStateMcp.Records;
using SupportStateMcp.Tests.Support;

namespace SupportStateMcp.Tests.Cli;

/// <summary><c>events tail</c>, <c>deliveries</c>, <c>redeliver</c>.</summary>
public sealed class EventCommandsTests : IDisposable
{
    private readonly CliPlace _place = new();
    private readonly TemporaryDirectory _directory = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _place.Dispose();
        _directory.Dispose();
    }

    [Theory]
    [InlineData(false, "cs-TKT-001:1  ai:agent-1  conversation_initialized\n")]
    [InlineData(true, "\"type\":\"supportstate.conversation_initialized\"")]
    public async Task What_happens_is_shown_as_it_happens_until_somebody_has_seen_enough(bool asJson, string shown)
    {
        await _place.PrepareAsync(TimeSpan.Zero, TestConversations.Initialize(TestConversations.Id("TKT-000")));
        var console = new RecordedConsole("", _place.Environment);
        var tailing = _place.RunAsync(console, ["events", "tail", "--topic", "customer.requests", .. asJson ? (string[])["--json"] : []]);
        await Eventually.TrueAsync(() => console.SoFar().Errors.Contains("Listening", StringComparison.Ordinal), () => "Nobody listens.");

        await _place.PrepareAsync(TimeSpan.Zero, TestConversations.Initialize());
        await Eventually.TrueAsync(() => console.SoFar().Output.Contains(shown, StringComparison.Ordinal), () => console.SoFar().Output);
        console.Interrupt();

        var (exitCode, output, _) = await tailing;
        Assert.Equal(0, exitCode);
        Assert.DoesNotContain("state_transitioned", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_sink_has_yet_to_hear_of_is_shown_and_dead_letters_can_be_tried_again()
    {
        await using var receiver = await EventReceiver.StartAsync();
        string[] config = ["--config", receiver.Config(_directory)];
        receiver.Answer = _ => Task.FromResult(StatusCodes.Status500InternalServerError);
        // The command line notes what there is to tell, and tells nothing itself.
        var opened = await _place.RunAsync(["open", "TKT-001", "--user", "u", .. config]);
        Assert.Equal(0, opened.ExitCode);

        var (_, output, _) = await _place.RunAsync(["deliveries", .. config]);
        Assert.Contains("crm", output, StringComparison.Ordinal);
        Assert.Contains("There are no dead letters.", output, StringComparison.Ordinal);
        var deliveries = await _place.JsonAsync(["deliveries", "--sink", "crm", .. config]);
        Assert.Equal(1, deliveries.GetProperty("sinks")[0].GetProperty("pending").GetInt64());
        Assert.Equal(0, receiver.Requests);

        Assert.Contains("there is no such sink; there are: crm", (await _place.RunAsync(["deliveries", "--sink", "erp", .. config])).Errors, StringComparison.Ordinal);
        Assert.Contains("name one event, or give --all", (await _place.RunAsync(["redeliver", "crm", .. config])).Errors, StringComparison.Ordinal);
        Assert.Contains("crm has no such dead letter", (await _place.RunAsync(["redeliver", "crm", "cs-TKT-001:1", .. config])).Errors, StringComparison.Ordinal);
        Assert.Contains("this configuration has no sinks", (await _place.RunAsync("deliveries")).Errors, StringComparison.Ordinal);
        Assert.Equal("0 delivered, 0 not.\n", (await _place.RunAsync(["redeliver", "crm", "--all", .. config])).Output.ReplaceLineEndings("\n"));
    }

    [Fact]
    public async Task A_dead_letter_whose_conversation_is_gone_is_no_failure()
    {
        await using var receiver = await EventReceiver.StartAsync();
        string[] config = ["--config", receiver.Config(_directory)];
        await AddLettersAsync(1);
        var view = await _place.JsonAsync(["redeliver", "crm", "--all", .. config]);
        Assert.Equal((1, 0), (view.GetProperty("delivered").GetInt32(), view.GetProperty("failed").GetArrayLength()));

        await AddLettersAsync(1);
        var (_, output, _) = await _place.RunAsync(["redeliver", "crm", "--all", .. config]);

        Assert.Equal("1 delivered, 0 not.\ncs-TKT-001:1: The conversation is gone; so is its dead letter.\n", output.ReplaceLineEndings("\n"));
        Assert.Equal(0, receiver.Requests);
    }

    [Fact]
    public async Task Of_very_many_dead_letters_the_oldest_are_listed_and_it_is_said_how_many_there_are()
    {
        await using var receiver = await EventReceiver.StartAsync();
        string[] config = ["--config", receiver.Config(_directory)];
        await AddLettersAsync(1_001);

        var deliveries = await _place.JsonAsync(["deliveries", .. config]);
        var (_, output, _) = await _place.RunAsync(["deliveries", .. config]);

        var listed = deliveries.GetProperty("dead_letters");
        Assert.Equal((1_000, 1_001), (listed.GetArrayLength(), deliveries.GetProperty("dead_letters_in_all").GetInt32()));
        Assert.Equal("cs-TKT-001:1", listed[0].GetProperty("event_id").GetString());
        Assert.Contains("These are the 1000 oldest of 1001.", output, StringComparison.Ordinal);
    }

    /// <summary>So many dead letters of a conversation that nobody has.</summary>
    private async Task AddLettersAsync(int count)
    {
        await using var desk = new MemoryDesk(new ServerOptions { Backend = Backend.Sqlite, Directory = _place.Arguments[1] }, _place.Time);
        foreach (var some in Enumerable.Range(1, count).Chunk(500))
            await desk.Records.WriteAsync([.. some.Select(Letter)], Stop);

        RecordWrite Letter(int n) => TestRecords.Write(
            $"crm:cs-TKT-001:{n}",
            JsonSerializer.Serialize(
                new DeadLetter { Sink = "crm", EventId = $"cs-TKT-001:{n}", Attempts = 6, Reason = "It was down.", FailedAt = _place.Time.GetUtcNow().AddSeconds(n - 2_000) }, EventsJson.Default.DeadLetter),
            kind: "dead_letter");
    }
}
