using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using SupportStateMcp.Conversations;
using SupportStateMcp.Tests.Support;
using SupportStateMcp.Tickets.Workers;

namespace SupportStateMcp.Tests.Tickets;

/// <summary>No summary that is due is forgotten, whatever fails and however much has changed.</summary>
public sealed class SummaryLoopTests(SharedRedis redis)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_summary_that_came_to_nothing_outlives_a_store_that_fails_at_its_next_try()
    {
        var time = new FakeTime(TimeProvider.System.GetUtcNow());
        await using var desk = await TicketDesk.OnAsync("sqlite", redis, time, withArticles: false);
        await ReportAsync(desk, "SUM-1", messages: 21);
        var writer = new ScriptedWriter(() => null, () => throw new StoreUnavailableException("It does not answer."), () => "A summary.");
        var loop = new SummaryLoop(desk.Store, Commands(desk), writer, time, NullLogger<SummaryLoop>.Instance);

        Assert.Equal(0, await loop.LookAsync(Stop));
        // Nothing has changed since: only the loop knows that it is due.
        time.Advance(TimeSpan.FromMinutes(1));
        await Assert.ThrowsAsync<StoreUnavailableException>(async () => await loop.LookAsync(Stop));
        time.Advance(TimeSpan.FromMinutes(1));

        Assert.Equal(1, await loop.LookAsync(Stop));
    }

    [Fact]
    public async Task A_conversation_behind_many_pages_of_others_is_summarised()
    {
        var time = new FakeTime(TimeProvider.System.GetUtcNow());
        await using var desk = await TicketDesk.OnAsync("sqlite", redis, time, withArticles: false);
        await ReportAsync(desk, "SUM-1", messages: 21);
        time.Advance(TimeSpan.FromMinutes(1));
        for (var n = 0; n < 25; n++)
            await ReportAsync(desk, $"OTHER-{n}", messages: 1);
        time.Advance(TimeSpan.FromMinutes(1));
        var store = new StoreAround(desk.Store) { PageSize = 1 };
        var loop = new SummaryLoop(store, Commands(desk), new ScriptedWriter(() => "A summary."), time, NullLogger<SummaryLoop>.Instance);

        Assert.Equal(1, await loop.LookAsync(Stop));
    }

    [Fact]
    public async Task A_summary_that_no_rule_takes_is_made_again_in_a_minute()
    {
        var time = new FakeTime(TimeProvider.System.GetUtcNow());
        await using var desk = await TicketDesk.OnAsync("sqlite", redis, time, withArticles: false);
        await ReportAsync(desk, "SUM-1", messages: 21);
        var loop = new SummaryLoop(desk.Store, Commands(desk), new ScriptedWriter(() => "\ud800", () => "A summary."), time, NullLogger<SummaryLoop>.Instance);

        Assert.Equal(0, await loop.LookAsync(Stop));
        time.Advance(TimeSpan.FromMinutes(1));

        Assert.Equal(1, await loop.LookAsync(Stop));
    }

    [Fact]
    public async Task A_summary_that_somebody_else_was_quicker_to_save_is_left_as_it_is()
    {
        var time = new FakeTime(TimeProvider.System.GetUtcNow());
        await using var desk = await TicketDesk.OnAsync("sqlite", redis, time, withArticles: false);
        await ReportAsync(desk, "SUM-1", messages: 21);
        var id = ConversationId.OfTicket("SUM-1")!.Value;
        var quicker = new ConversationCommand.SaveSummary { Id = id, Actor = TicketDesk.Reporter.Actor, Roles = TicketDesk.Reporter.Roles, Through = 10, Summary = "The first." };
        var store = new StoreAround(desk.Store) { AfterMessages = async () => Assert.Null((await Commands(desk).ExecuteAsync(quicker, Stop)).Error) };
        var loop = new SummaryLoop(store, Commands(desk), new ScriptedWriter(() => "The second."), time, NullLogger<SummaryLoop>.Instance);

        await loop.LookAsync(Stop);
        time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(0, await loop.LookAsync(Stop));

        Assert.Equal("The first.", (await desk.Store.LoadAsync(id, null, Stop)).Conversation!.Summary!.Text);
    }

    [Fact]
    public async Task What_waits_for_its_next_try_does_not_wait_until_a_clock_that_was_set_back_has_caught_up()
    {
        var time = new FakeTime(TimeProvider.System.GetUtcNow());
        await using var desk = await TicketDesk.OnAsync("sqlite", redis, time, withArticles: false);
        await ReportAsync(desk, "SUM-1", messages: 21);
        var loop = new SummaryLoop(desk.Store, Commands(desk), new ScriptedWriter(() => null, () => "A summary."), time, NullLogger<SummaryLoop>.Instance);
        Assert.Equal(0, await loop.LookAsync(Stop));

        time.Advance(TimeSpan.FromDays(-1));

        Assert.Equal(1, await loop.LookAsync(Stop));
    }

    [Fact]
    public async Task What_changes_after_the_clock_was_set_back_is_summarised()
    {
        var time = new FakeTime(TimeProvider.System.GetUtcNow());
        await using var desk = await TicketDesk.OnAsync("sqlite", redis, time, withArticles: false);
        var loop = new SummaryLoop(desk.Store, Commands(desk), new ScriptedWriter(() => "A summary."), time, NullLogger<SummaryLoop>.Instance);
        Assert.Equal(0, await loop.LookAsync(Stop));

        time.Advance(TimeSpan.FromHours(-1));
        await ReportAsync(desk, "SUM-1", messages: 21);

        Assert.Equal(1, await loop.LookAsync(Stop));
    }

    private static ConversationCommandHandler Commands(TicketDesk desk) => desk.Services.GetRequiredService<ConversationCommandHandler>();

    private static async Task ReportAsync(TicketDesk desk, string ticket, int messages)
    {
        // The report is the first of them.
        await desk.ReportAsync(ticket);
        for (var n = 2; n <= messages; n++)
        {
            Assert.Null((await Commands(desk).ExecuteAsync(
                new ConversationCommand.AddMessage
                {
                    Id = ConversationId.OfTicket(ticket)!.Value, Actor = TicketDesk.Reporter.Actor, Roles = TicketDesk.Reporter.Roles, MessageId = $"s-{n}", Role = MessageRole.User, Content = "The invoice is wrong.",
                },
                Stop)).Error);
        }
    }

    /// <summary>A writer that answers with these, one after the other.</summary>
    private sealed class ScriptedWriter(params Func<string?>[] answers) : ISummaryWriter
    {
        private readonly Queue<Func<string?>> _answers = new(answers);

        public string Name => "scripted-writer";

        public ValueTask<string?> WriteAsync(string? before, IReadOnlyList<Message> messages, CancellationToken cancellationToken) => new(_answers.Dequeue()());
    }
}
