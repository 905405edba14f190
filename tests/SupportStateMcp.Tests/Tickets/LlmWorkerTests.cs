using System.Text.Json;
using SupportStateMcp.Conversations;
using SupportStateMcp.Hosting;
using SupportStateMcp.Tests.Support;
using SupportStateMcp.Tickets;
using SupportStateMcp.Tickets.Workers;
using Microsoft.Extensions.DependencyInjection;

namespace SupportStateMcp.Tests.Tickets;

/// <summary>The worker that asks a model, against a server that speaks as one, also with time-outs, garbage and errors.</summary>
public sealed class LlmWorkerTests(SharedRedis redis)
{
    private const string Triage = """{"summary":"It does not start.","category":"sidecar","priority":"high","route":"complex"}""";
    private const string Queries = """{"queries":["sidecar does not start","daprd crash","app port annotation"]}""";

    [Fact]
    public async Task A_ticket_comes_to_approval_with_faults_of_the_model_in_between_and_each_is_a_failed_try()
    {
        await using var model = await ChatStub.StartAsync();
        var time = new FakeTime(TimeProvider.System.GetUtcNow());
        await using var desk = await TicketDesk.OnAsync("sqlite", redis, time);
        // A second is for the answer that never comes alone: on a busy machine the others may take as long.
        var (worker, impatient) = (WorkerFor(desk, model, TimeSpan.FromSeconds(30)), WorkerFor(desk, model, TimeSpan.FromSeconds(1)));
        await desk.ReportAsync("LLM-1");
        model.Answers.Enqueue(ChatStub.Fails(500));
        model.Answers.Enqueue(ChatStub.Says("I am sorry, but I cannot help with that."));
        model.Answers.Enqueue(ChatStub.Says($"Here it is:\n```json\n{Triage}\n```"));
        model.Answers.Enqueue(ChatStub.IsSilent());
        model.Answers.Enqueue(ChatStub.Says(Queries));
        model.Answers.Enqueue(ChatStub.Says(Analysis("nowhere")));
        model.Answers.Enqueue(ChatStub.Says(Queries));
        model.Answers.Enqueue(ChatStub.Says(Analysis("sidecar-not-starting")));

        for (var n = 0; n < 6; n++)
        {
            await StepAsync(desk, n == 3 ? impatient : worker);
            time.Advance(TimeSpan.FromMinutes(2));
        }

        var ticket = (await desk.Tickets.StatusAsync("LLM-1", TimeSpan.Zero, TestContext.Current.CancellationToken)).Value;
        Assert.Equal(RunStatus.WaitingForApproval, ticket.Run!.Status);
        Assert.Equal(
            ["the model could not be asked: ClientResultException 500", "the model answered with something that is no JSON object", "the model did not answer within 1 s"],
            (await desk.TrailAsync("LLM-1")).OfType<ConversationEvent.StepFailed>().Select(e => e.Reason).Where(r => !r!.StartsWith("the result was refused", StringComparison.Ordinal)));
        Assert.DoesNotContain("sk-secret", OneConversation.Json(await desk.TrailAsync("LLM-1")), StringComparison.Ordinal);
        Assert.All(model.Requests, r => Assert.DoesNotContain("@", r.ToJsonString(), StringComparison.Ordinal));
    }

    [Fact]
    public async Task Queries_that_come_too_soon_for_the_limit_of_writes_are_recorded_later()
    {
        await using var model = await ChatStub.StartAsync();
        // One write comes back in 3 seconds.
        await using var desk = await TicketDesk.OnAsync("sqlite", redis, limits: new LimitOptions { WritesPerMinutePerCustomer = 20 });
        var taken = await desk.ExpertAsync("LLM-5");
        model.Answers.Enqueue(ChatStub.Says(Queries));
        model.Answers.Enqueue(ChatStub.Says(Analysis("sidecar-not-starting")));
        for (var n = 0; (await desk.Services.GetRequiredService<ConversationCommandHandler>().ExecuteAsync(
            new ConversationCommand.AddMessage
            {
                Id = taken.Token.Id, Actor = TicketDesk.Reporter.Actor, Roles = TicketDesk.Reporter.Roles, MessageId = $"m-{n}", Role = MessageRole.User, Content = "Hello",
            },
            TestContext.Current.CancellationToken)).Error is null; n++)
        {
        }

        var answer = await WorkerFor(desk, model, TimeSpan.FromSeconds(30)).WorkAsync(taken, TestContext.Current.CancellationToken);

        Assert.True(answer.Result is not null, answer.Reason);
        Assert.Single((await desk.TrailAsync("LLM-5")).OfType<ConversationEvent.QueriesRecorded>());
    }

    [Fact]
    public async Task A_run_that_has_used_up_its_tokens_asks_no_more()
    {
        await using var model = await ChatStub.StartAsync();
        await using var desk = await TicketDesk.OnAsync("sqlite", redis);
        var worker = WorkerFor(desk, model, TimeSpan.FromSeconds(30), tokens: 100);
        await desk.ReportAsync("LLM-2");
        model.Answers.Enqueue(ChatStub.Says(Triage));

        await StepAsync(desk, worker);
        await StepAsync(desk, worker);

        var failed = Assert.Single((await desk.TrailAsync("LLM-2")).OfType<ConversationEvent.StepFailed>());
        Assert.Equal(("expert_analysis", "the run has used up its 100 tokens"), (failed.Step, failed.Reason));
        Assert.Single(model.Requests);
    }

    [Fact]
    public async Task A_question_that_is_not_answered_is_counted_too()
    {
        await using var model = await ChatStub.StartAsync();
        var time = new FakeTime(TimeProvider.System.GetUtcNow());
        await using var desk = await TicketDesk.OnAsync("sqlite", redis, time);
        var worker = WorkerFor(desk, model, TimeSpan.FromSeconds(30), tokens: 50);
        await desk.ReportAsync("LLM-4");
        model.Answers.Enqueue(ChatStub.Fails(400));

        await StepAsync(desk, worker);
        time.Advance(TimeSpan.FromMinutes(2));
        await StepAsync(desk, worker);

        Assert.Equal("the run has used up its 50 tokens", (await desk.TrailAsync("LLM-4")).OfType<ConversationEvent.StepFailed>().Last().Reason);
        Assert.Single(model.Requests);
    }

    [Fact]
    public async Task Half_a_character_in_an_answer_makes_it_no_JSON_object()
    {
        await using var model = await ChatStub.StartAsync();
        await using var desk = await TicketDesk.OnAsync("sqlite", redis);
        var worker = WorkerFor(desk, model, TimeSpan.FromSeconds(30));
        await desk.ReportAsync("LLM-3");
        model.Answers.Enqueue(ChatStub.Says("""{"summary":"\ud800","category":"sidecar","priority":"high","route":"complex"}"""));

        await StepAsync(desk, worker);

        var failed = Assert.Single((await desk.TrailAsync("LLM-3")).OfType<ConversationEvent.StepFailed>());
        Assert.Equal("the model answered with something that is no JSON object", failed.Reason);
    }

    private static LlmWorker WorkerFor(TicketDesk desk, ChatStub model, TimeSpan timeout, int tokens = 50_000)
    {
        var llm = new LlmOptions { Endpoint = model.Endpoint, Model = "stub", ApiKey = "sk-secret", Timeout = timeout, TokensPerRun = tokens };
        var services = new ServiceCollection().AddWorker(new TicketSetup { Worker = WorkerKind.Llm, Llm = llm }).AddSingleton(desk.Services.GetRequiredService<TicketResearch>()).BuildServiceProvider();
        return (LlmWorker)services.GetRequiredService<IStepWorker>();
    }

    /// <summary>One step as the loop of a worker does it.</summary>
    private static async Task StepAsync(TicketDesk desk, LlmWorker worker)
    {
        var next = await desk.Steps.NextAsync(TicketDesk.Reporter, null, TimeSpan.Zero, TimeSpan.FromMinutes(5), TestContext.Current.CancellationToken);
        if (next.Value.Step is not { } taken)
            return;
        var answer = await worker.WorkAsync(taken, TestContext.Current.CancellationToken);
        var command = new ConversationCommand.CompleteStep
        {
            Id = taken.Token.Id, Actor = TicketDesk.Reporter.Actor, Roles = TicketDesk.Reporter.Roles, Token = taken.Token, Result = answer.Result, Reason = answer.Reason,
            Outcome = answer.Result is null ? StepOutcome.Failed : StepOutcome.Done,
        };
        var completed = await desk.Steps.CompleteAsync(command, TestContext.Current.CancellationToken);
        if (completed.Error is { } refused)
            Assert.Null((await desk.Steps.CompleteAsync(command with { Outcome = StepOutcome.Failed, Result = null, Reason = $"the result was refused: {refused.Code}" }, TestContext.Current.CancellationToken)).Error);
    }

    private static string Analysis(string citation) => JsonSerializer.Serialize(new
    {
        problem = "It does not start.", findings = "An article tells.", solution = "Restart it.", steps = new[] { "Restart it." }, confidence = 0.8, citations = new[] { citation },
    });
}
