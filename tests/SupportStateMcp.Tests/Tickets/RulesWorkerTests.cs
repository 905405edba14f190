using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using StackExchange.Redis;
using SupportStateMcp.Conversations;
using SupportStateMcp.Identity;
using SupportStateMcp.Knowledge;
using SupportStateMcp.Tests.Conversations;
using SupportStateMcp.Tests.Support;
using SupportStateMcp.Tickets;
using SupportStateMcp.Tickets.Workers;

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
        var worker = new RulesWorker(
            Get<TicketResearch>(desk), Get<ArticleService>(desk));
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
    public async Task What_is_found_elsewhere_is_worked_with_as_it_was_found()
    {
        await using var desk = await TicketDesk.OnAsync("sqlite", redis);
        var knowledge = new KnowledgeSearch(Get<ArticleIndexing>(desk), Get<IArticleIndex>(desk), Get<ArticleService>(desk), foreign: new Elsewhere());
        var worker = new RulesWorker(new TicketResearch(knowledge, desk.Steps, TimeProvider.System), Get<ArticleService>(desk));
        await using var loop = new Working(new WorkerLoop(desk.Steps, worker, new TicketSetup(), TimeProvider.System, NullLogger<WorkerLoop>.Instance));
        await desk.ReportAsync("TKT-E");

        var waiting = await desk.UntilAsync("TKT-E", r => r.Status != RunStatus.Running);

        Assert.Equal(RunStatus.WaitingForApproval, waiting.Run!.Status);
        // The desk has an article of this id too: it is another one.
        Assert.Equal("The one elsewhere\n\n1. Turn it off and on.", waiting.Analysis!.Solution);
    }

    [Fact]
    public async Task An_article_elsewhere_that_is_named_several_times_counts_once_for_each_query()
    {
        await using var desk = await TicketDesk.OnAsync("sqlite", redis);
        var knowledge = new KnowledgeSearch(Get<ArticleIndexing>(desk), Get<IArticleIndex>(desk), Get<ArticleService>(desk), foreign: new Elsewhere(times: 3));
        var worker = new RulesWorker(new TicketResearch(knowledge, desk.Steps, TimeProvider.System), Get<ArticleService>(desk));
        await using var loop = new Working(new WorkerLoop(desk.Steps, worker, new TicketSetup(), TimeProvider.System, NullLogger<WorkerLoop>.Instance));
        await desk.ReportAsync("TKT-E");

        var waiting = await desk.UntilAsync("TKT-E", r => r.Status != RunStatus.Running);

        Assert.Equal(RunStatus.WaitingForApproval, waiting.Run!.Status);
        Assert.Equal(0.9, waiting.Analysis!.Result.GetProperty("confidence").GetDouble());
        Assert.Empty((await desk.TrailAsync("TKT-E")).OfType<ConversationEvent.StepFailed>());
    }

    [Fact]
    public async Task A_step_that_breaks_the_worker_stops_no_other()
    {
        await using var desk = await TicketDesk.OnAsync("sqlite", redis);
        var worker = new Breaking();
        await using var loop = new Working(new WorkerLoop(desk.Steps, worker, new TicketSetup(), TimeProvider.System, NullLogger<WorkerLoop>.Instance), "triage");
        await desk.ReportAsync("TKT-B1");
        await worker.Broke.WaitAsync(TestContext.Current.CancellationToken);
        await desk.ReportAsync("TKT-B2");

        Assert.Equal("expert_analysis", (await desk.UntilAsync("TKT-B2", r => r.Stage != "triage")).Run!.Stage);
    }

    [Fact]
    public async Task Work_that_comes_too_soon_for_the_limit_of_writes_is_taken_later()
    {
        await using var desk = await TicketDesk.OnAsync("sqlite", redis, limits: new LimitOptions { WritesPerMinutePerCustomer = 60 });
        var commands = Get<ConversationCommandHandler>(desk);
        await desk.ReportAsync("TKT-R");
        for (var n = 0; (await commands.ExecuteAsync(Say("TKT-R", n), TestContext.Current.CancellationToken)).Error is null; n++)
        {
        }

        desk.Work(1, "triage");

        await desk.UntilAsync("TKT-R", r => r.Stage != "triage");
        Assert.Empty((await desk.TrailAsync("TKT-R")).OfType<ConversationEvent.StepFailed>());
    }

    [Fact]
    public async Task Queries_that_come_too_soon_for_the_limit_of_writes_are_recorded_later()
    {
        // One write comes back in 3 seconds.
        await using var desk = await TicketDesk.OnAsync("sqlite", redis, limits: new LimitOptions { WritesPerMinutePerCustomer = 20 });
        var taken = await desk.ExpertAsync("TKT-Q");
        for (var n = 0; (await Get<ConversationCommandHandler>(desk).ExecuteAsync(Say("TKT-Q", n), TestContext.Current.CancellationToken)).Error is null; n++)
        {
        }

        var answer = await new RulesWorker(Get<TicketResearch>(desk), Get<ArticleService>(desk)).WorkAsync(taken, TestContext.Current.CancellationToken);

        Assert.True(answer.Result is not null, answer.Reason);
        Assert.Single((await desk.TrailAsync("TKT-Q")).OfType<ConversationEvent.QueriesRecorded>());
    }

    [Fact]
    public async Task A_customer_with_too_many_writes_keeps_no_worker_from_the_others()
    {
        await using var desk = await TicketDesk.OnAsync("sqlite", redis, limits: new LimitOptions { WritesPerMinutePerCustomer = 1 });
        // Writes of people are not counted.
        for (var n = 1; n <= 5; n++)
            await desk.ReportAsync($"TKT-B{n}", by: TicketDesk.Ann);
        await desk.ReportAsync("TKT-OTHER", "CUST002", by: TicketDesk.Ann);
        Assert.Null((await Get<ConversationCommandHandler>(desk).ExecuteAsync(Say("TKT-B1", 1), TestContext.Current.CancellationToken)).Error);

        var next = await desk.Steps.NextAsync(TicketDesk.Reporter, null, TimeSpan.Zero, TimeSpan.FromMinutes(5), TestContext.Current.CancellationToken);
        Assert.Equal("TKT-OTHER", next.Value.Step?.Conversation.TicketId);

        next = await desk.Steps.NextAsync(TicketDesk.Reporter, null, TimeSpan.Zero, TimeSpan.FromMinutes(5), TestContext.Current.CancellationToken);
        Assert.IsType<Errors.RateLimited>(next.Error);
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

    [Fact]
    public async Task Entries_that_lead_to_no_ticket_any_more_hide_none_and_go()
    {
        var time = new FakeTime(TimeProvider.System.GetUtcNow());
        await using var desk = await TicketDesk.OnAsync("redis", redis, time);
        await using var raw = await ConnectionMultiplexer.ConnectAsync((await redis.ServerAsync()).ConnectionString);
        RedisKey set = desk.Options.KeyPrefix + "conversations:by-work:triage";
        var before = (time.GetUtcNow() - TimeSpan.FromHours(1)).ToUnixTimeMilliseconds();
        await raw.GetDatabase().SortedSetAddAsync(set, [.. Enumerable.Range(0, 100).Select(n => new SortedSetEntry($"cs-GONE-{n}:3", before + n))]);
        await desk.ReportAsync("TKT-7");

        var next = await desk.Steps.NextAsync(TicketDesk.Reporter, ["triage"], TimeSpan.Zero, TimeSpan.FromMinutes(5), TestContext.Current.CancellationToken);

        Assert.Equal("TKT-7", next.Value.Step?.Conversation.TicketId);
        Assert.DoesNotContain(await raw.GetDatabase().SortedSetRangeByRankAsync(set), m => ((string)m!).StartsWith("cs-GONE", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("sqlite")]
    [InlineData("redis")]
    public async Task A_solution_sent_back_under_a_key_is_answered_again_after_the_next_one(string store)
    {
        await using var desk = (await TicketDesk.OnAsync(store, redis)).Work();
        await desk.ReportAsync("TKT-8");
        await desk.UntilAsync("TKT-8", r => r.Status == RunStatus.WaitingForApproval);
        var decision = new SolutionDecision { TicketId = "TKT-8", Approved = false, Notes = "Shorter.", Revise = true, IdempotencyKey = "key-1" };

        var first = (await desk.Tickets.DecideAsync(decision, TicketDesk.Ann, TestContext.Current.CancellationToken)).Value;
        await desk.UntilAsync("TKT-8", r => r is { Status: RunStatus.WaitingForApproval, Revisions: 1 });
        var again = (await desk.Tickets.DecideAsync(decision, TicketDesk.Ann, TestContext.Current.CancellationToken)).Value;

        Assert.Equal((false, true, first.IdempotencyRecord.Version), (first.Replayed, again.Replayed, again.IdempotencyRecord.Version));
        Assert.Equal(ErrorCodes.IdempotencyMismatch, (await desk.Tickets.DecideAsync(decision with { Notes = "Longer." }, TicketDesk.Ann, TestContext.Current.CancellationToken)).Error?.Code);
    }

    [Theory]
    [InlineData("sqlite")]
    [InlineData("redis")]
    public async Task Nobody_decides_on_a_solution_that_they_have_not_seen(string store)
    {
        await using var desk = (await TicketDesk.OnAsync(store, redis)).Work();
        await desk.ReportAsync("TKT-10");
        var seen = (await desk.UntilAsync("TKT-10", r => r.Status == RunStatus.WaitingForApproval)).Run!.ApprovalId!;
        var back = new SolutionDecision { TicketId = "TKT-10", Approved = false, ApprovalId = seen, Notes = "Shorter.", Revise = true, IdempotencyKey = "key-1" };
        Assert.Null((await DecideAsync(back)).Error);
        var late = back with { IdempotencyKey = null, Notes = "Longer." };
        // Also before the expert has found another one.
        Assert.Equal(seen, Assert.IsType<Errors.AlreadyDecided>((await DecideAsync(late)).Error).ApprovalId);
        var current = (await desk.UntilAsync("TKT-10", r => r is { Status: RunStatus.WaitingForApproval, Revisions: 1 })).Run!.ApprovalId!;

        foreach (var decision in (SolutionDecision[])[late, late with { IdempotencyKey = "key-2" }, late with { Approved = true, Revise = false }])
        {
            var refusal = Assert.IsType<Errors.AlreadyDecided>((await DecideAsync(decision)).Error);
            Assert.Equal((seen, ApprovalStatus.Refused), (refusal.ApprovalId, refusal.Status));
        }

        Assert.IsType<Errors.NoSuchApproval>((await DecideAsync(late with { ApprovalId = "ap-1a2b3c4d-TKT-10" })).Error);
        Assert.True((await DecideAsync(back)).Value.Replayed);
        Assert.Equal(ErrorCodes.IdempotencyMismatch, (await DecideAsync(back with { ApprovalId = current })).Error?.Code);
        Assert.Null((await DecideAsync(late with { Approved = true, Revise = false, ApprovalId = current })).Error);

        async Task<Result<Outcome>> DecideAsync(SolutionDecision decision) => await desk.Tickets.DecideAsync(decision, TicketDesk.Ann, TestContext.Current.CancellationToken);
    }

    [Theory]
    [InlineData("sqlite")]
    [InlineData("redis")]
    public async Task An_approval_of_the_ticket_that_is_not_its_solution_is_not_decided_as_one(string store)
    {
        await using var desk = (await TicketDesk.OnAsync(store, redis)).Work();
        await desk.ReportAsync("TKT-11");
        var solution = (await desk.UntilAsync("TKT-11", r => r.Status == RunStatus.WaitingForApproval)).Run!.ApprovalId!;
        var asked = await Get<ConversationCommandHandler>(desk).ExecuteAsync(CliConversations.AskFor("TKT-11"), TestContext.Current.CancellationToken);
        var other = asked.Value.Conversation.PendingApprovals.Single(a => a.Action == "refund").ApprovalId;

        var refused = await desk.Tickets.DecideAsync(
            new SolutionDecision { TicketId = "TKT-11", Approved = true, ApprovalId = other }, TicketDesk.Ann, TestContext.Current.CancellationToken);

        var error = Assert.IsType<Errors.InvalidArgument>(refused.Error);
        Assert.Equal("approval_id", error.Argument);
        Assert.Contains(solution, error.Rule, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_timeline_is_that_of_the_run_whatever_was_before()
    {
        var time = new FakeTime(TimeProvider.System.GetUtcNow());
        await using var desk = await TicketDesk.OnAsync("sqlite", redis, time);
        var commands = Get<ConversationCommandHandler>(desk);
        var id = ConversationId.OfTicket("TKT-9")!.Value;
        await desk.ReportAsync("TKT-9");
        Assert.Null((await commands.ExecuteAsync(new ConversationCommand.Erase { Id = id, Actor = TicketDesk.Ann.Actor, Roles = TicketDesk.Ann.Roles | Roles.Supervisor }, TestContext.Current.CancellationToken)).Error);
        time.Advance(TimeSpan.FromMinutes(1));
        Assert.Null((await commands.ExecuteAsync(
            new ConversationCommand.Initialize { Id = id, Actor = TicketDesk.Reporter.Actor, Roles = TicketDesk.Reporter.Roles, UserId = "CUST001", Priority = Priority.Low, AssignedTo = "reporter" },
            TestContext.Current.CancellationToken)).Error);
        for (var n = 0; n < 520; n++)
        {
            Assert.Null((await commands.ExecuteAsync(Say("TKT-9", n), TestContext.Current.CancellationToken)).Error);
        }

        var reported = await desk.ReportAsync("TKT-9");

        var timeline = (await desk.Tickets.TimelineAsync(reported, TestContext.Current.CancellationToken)).Value;
        Assert.Equal([typeof(ConversationEvent.RunStarted), typeof(ConversationEvent.StepReady)], timeline.Events.Select(e => e.GetType()));
        Assert.All(timeline.Events, e => Assert.True(e.Version > 500));
    }

    private static ConversationCommand.AddMessage Say(string ticket, int n) => new()
    {
        Id = ConversationId.OfTicket(ticket)!.Value, Actor = TicketDesk.Reporter.Actor, Roles = TicketDesk.Reporter.Roles, MessageId = $"m-{n}", Role = MessageRole.User, Content = "Hello",
    };

    private static T Get<T>(TicketDesk desk) where T : notnull => (T)desk.Services.GetService(typeof(T))!;

    /// <summary>A loop that works until it is disposed.</summary>
    private sealed class Working : IAsyncDisposable
    {
        private readonly CancellationTokenSource _ends = new();
        private readonly Task _work;

        public Working(WorkerLoop loop, params string[] roles) => _work = loop.RunAsync(roles.Length == 0 ? null : roles, 1, _ends.Token);

        public async ValueTask DisposeAsync()
        {
            await _ends.CancelAsync();
            await _work;
            _ends.Dispose();
        }
    }

    /// <summary>A knowledge base elsewhere, with one article, which it names so many times.</summary>
    private sealed class Elsewhere(int times = 1) : IForeignKnowledge
    {
        public ValueTask<Result<KnowledgeAnswers>> QueryAsync(IReadOnlyList<string> queries, int limit, IReadOnlyList<string> tags, CancellationToken cancellationToken) =>
            new(new KnowledgeAnswers([.. queries.Select(q => new KnowledgeAnswer(
                q, [.. Enumerable.Repeat(new KnowledgeHit("sidecar-not-starting", "The one elsewhere", 1, "Turn it off and on.", "", default), times)]))]) { Mode = SearchMode.Foreign });
    }

    /// <summary>A worker whose first answer holds what no reader takes for text.</summary>
    private sealed class Breaking : IStepWorker
    {
        private readonly TaskCompletionSource _broke = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Broke => _broke.Task;

        public string Name => "breaking-worker";

        public ValueTask<StepAnswer> WorkAsync(TakenStep taken, CancellationToken cancellationToken) => new(StepAnswer.Done(
            _broke.TrySetResult() ? JsonElement.Parse("""{"summary":"\ud800","category":"c","priority":"high","route":"complex"}""") : OneRun.Triaged));
    }
}
