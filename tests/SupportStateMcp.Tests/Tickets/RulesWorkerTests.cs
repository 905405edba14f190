using SupportStateMcp.Conversations;
using SupportStateMcp.Tests.Conversations;
using SupportStateMcp.Tests.Support;

namespace SupportStateMcp.Tests.Tickets;

/// <summary>Tickets from the report to the letter, by the worker that needs no model, on real stores.</summary>
public sealed class RulesWorkerTests(SharedRedis redis)
{
    [Theory]
    [InlineData("sqlite")]
    [InlineData("redis")]
    public async Task A_ticket_comes_from_the_report_to_the_approved_letter(string store)
    {
        await using var desk = (await TicketDesk.OnAsync(store, redis)).Work();
        await desk.ReportAsync("TKT-1");

        var waiting = await desk.UntilAsync("TKT-1", r => r.Status == RunStatus.WaitingForApproval);
        Assert.True(waiting.Run!.Entitled);
        Assert.True(waiting.Run.Step("expert_analysis")!.Research.Count >= 3);
        Assert.Null(await desk.DecideAsync("TKT-1", approved: true, solution: "Restart the sidecar.\nThen look again."));
        var done = await desk.UntilAsync("TKT-1", r => !r.IsActive);

        Assert.Equal((RunStatus.Completed, "solution_sent", "awaiting_confirmation"), (done.Run!.Status, done.Run.Outcome, done.State));
        var messages = await desk.MessagesAsync("TKT-1");
        Assert.Equal(2, messages.Count);
        Assert.StartsWith("Dear ", messages[1].Content, StringComparison.Ordinal);
        Assert.Contains("TKT-1", messages[1].Content, StringComparison.Ordinal);
        Assert.EndsWith("\n\nRestart the sidecar.\nThen look again.", messages[1].Content, StringComparison.Ordinal);
        TrailChecks.TellsTheWholeStory(await desk.TrailAsync("TKT-1"), (await desk.Store.LoadAsync(ConversationId.OfTicket("TKT-1")!.Value, null, TestContext.Current.CancellationToken)).Conversation!);
    }

    [Theory]
    [InlineData("sqlite")]
    [InlineData("redis")]
    public async Task A_customer_without_entitlement_is_never_analysed(string store)
    {
        await using var desk = (await TicketDesk.OnAsync(store, redis)).Work();
        await desk.ReportAsync("TKT-3", "CUST003");

        var done = await desk.UntilAsync("TKT-3", r => !r.IsActive);

        Assert.Equal("not_entitled", done.Run!.Outcome);
        Assert.DoesNotContain(await desk.TrailAsync("TKT-3"), e => e is ConversationEvent.SolutionReady or ConversationEvent.QueriesRecorded or ConversationEvent.ApprovalRequested);
    }

    [Fact]
    public async Task The_same_ticket_gets_the_same_analysis()
    {
        await using var desk = (await TicketDesk.OnAsync("sqlite", redis)).Work();
        await desk.ReportAsync("TKT-A");
        await desk.ReportAsync("TKT-B");

        var first = await desk.UntilAsync("TKT-A", r => r.Status == RunStatus.WaitingForApproval);
        var second = await desk.UntilAsync("TKT-B", r => r.Status == RunStatus.WaitingForApproval);

        Assert.Equal(first.Analysis!.Result.GetRawText(), second.Analysis!.Result.GetRawText());
    }

    [Fact]
    public async Task What_no_article_fits_fails_and_goes_to_people()
    {
        var time = new FakeTime(TimeProvider.System.GetUtcNow());
        await using var desk = await TicketDesk.OnAsync("sqlite", redis, time, withArticles: false);
        await desk.ReportAsync("TKT-X");
        var worker = new SupportStateMcp.Tickets.Workers.RulesWorker(
            Get<SupportStateMcp.Tickets.TicketResearch>(desk), Get<SupportStateMcp.Knowledge.ArticleService>(desk));
        for (var n = 0; n < 10; n++)
        {
            var next = await desk.Steps.NextAsync(TicketDesk.Reporter, null, TimeSpan.Zero, TimeSpan.FromMinutes(5), TestContext.Current.CancellationToken);
            if (next.Value.Step is { } taken)
            {
                var answer = await worker.WorkAsync(taken, TestContext.Current.CancellationToken);
                var completed = await desk.Steps.CompleteAsync(
                    new ConversationCommand.CompleteStep
                    {
                        Id = taken.Token.Id, Actor = TicketDesk.Reporter.Actor, Roles = TicketDesk.Reporter.Roles, Token = taken.Token, Result = answer.Result, Reason = answer.Reason,
                        Outcome = answer.Result is null ? StepOutcome.Failed : StepOutcome.Done,
                    },
                    TestContext.Current.CancellationToken);
                Assert.Null(completed.Error);
            }

            time.Advance(TimeSpan.FromMinutes(2));
        }

        var ended = (await desk.Tickets.StatusAsync("TKT-X", TimeSpan.Zero, TestContext.Current.CancellationToken)).Value;
        Assert.Equal((RunStatus.Failed, "queue:support"), (ended.Run!.Status, ended.Owner.ToString()));
        Assert.Contains("no article", ended.Handoff!.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("sqlite")]
    [InlineData("redis")]
    public async Task Eight_workers_in_four_processes_do_no_step_twice(string store)
    {
        const int Tickets = 60;
        await using var desk = await TicketDesk.OnAsync(store, redis);
        await using var second = desk.Another().Work();
        await using var third = desk.Another().Work();
        await using var fourth = desk.Another().Work();
        desk.Work();
        await Parallel.ForAsync(0, Tickets, TestContext.Current.CancellationToken, async (n, _) => await desk.ReportAsync($"M-{n}"));

        for (var n = 0; n < Tickets; n++)
        {
            await desk.UntilAsync($"M-{n}", r => r.Status == RunStatus.WaitingForApproval);
            Assert.Null(await desk.DecideAsync($"M-{n}", approved: true));
        }

        for (var n = 0; n < Tickets; n++)
        {
            var done = await desk.UntilAsync($"M-{n}", r => !r.IsActive);
            Assert.Equal("solution_sent", done.Run!.Outcome);
            var trail = await desk.TrailAsync($"M-{n}");
            Assert.Equal(["triage", "expert_analysis", "approval", "notification"], trail.OfType<ConversationEvent.StepCompleted>().Select(e => e.Step));
            Assert.Equal(3, trail.OfType<ConversationEvent.StepLeased>().Count());
            Assert.Equal(2, (await desk.MessagesAsync($"M-{n}")).Count);
        }
    }

    [Fact]
    public async Task Of_two_answers_to_one_solution_one_counts()
    {
        await using var desk = (await TicketDesk.OnAsync("redis", redis)).Work();
        await desk.ReportAsync("TKT-2");
        await desk.UntilAsync("TKT-2", r => r.Status == RunStatus.WaitingForApproval);

        var answers = await Task.WhenAll(desk.DecideAsync("TKT-2", true), desk.DecideAsync("TKT-2", false), desk.DecideAsync("TKT-2", true, "Another."));

        Assert.Single(answers, a => a is null);
        var ended = await desk.UntilAsync("TKT-2", r => !r.IsActive);
        Assert.Equal(ended.Run!.Outcome == "solution_sent" ? 2 : 1, (await desk.MessagesAsync("TKT-2")).Count);
    }

    [Fact]
    public async Task It_is_too_early_to_decide_before_there_is_a_solution()
    {
        await using var desk = await TicketDesk.OnAsync("sqlite", redis);
        await desk.ReportAsync("TKT-5");

        var error = Assert.IsType<Errors.NotWaitingForApproval>(await desk.DecideAsync("TKT-5", approved: true));

        Assert.Equal((RunStatus.Running, "triage"), (error.Status, error.Stage));
    }

    [Fact]
    public async Task A_ticket_that_is_not_there_names_the_newest()
    {
        await using var desk = await TicketDesk.OnAsync("sqlite", redis);
        await desk.ReportAsync("TKT-6");

        var error = Assert.IsType<Errors.TicketNotFound>((await desk.Tickets.StatusAsync("NONE", TimeSpan.Zero, TestContext.Current.CancellationToken)).Error);

        Assert.Equal(["TKT-6"], error.Newest);
    }

    [Fact]
    public async Task A_ticket_of_an_unknown_customer_is_refused_and_leaves_nothing()
    {
        await using var desk = await TicketDesk.OnAsync("sqlite", redis);

        var result = await desk.Tickets.CreateAsync(
            new ConversationCommand.OpenTicket { Id = OneConversation.Id, Actor = TicketDesk.Reporter.Actor, Roles = TicketDesk.Reporter.Roles, CustomerId = "NOBODY", Description = "Help" },
            TestContext.Current.CancellationToken);

        Assert.Equal(ErrorCodes.CustomerNotFound, result.Error?.Code);
        Assert.Null((await desk.Store.LoadAsync(OneConversation.Id, null, TestContext.Current.CancellationToken)).Conversation);
    }

    private static T Get<T>(TicketDesk desk) where T : notnull => (T)desk.Services.GetService(typeof(T))!;
}
