using SupportStateMcp.Conversations;
using SupportStateMcp.Tests.Support;
using SupportStateMcp.Workflow;
using static SupportStateMcp.Tests.Support.OneConversation;
using static SupportStateMcp.Tests.Support.OneTask;

namespace SupportStateMcp.Tests.Conversations.Tasks;

/// <summary>Tasks over a store.</summary>
public sealed class TaskServiceTests : IAsyncDisposable
{
    private readonly TestCommandHandler _desk = new();
    private readonly TaskService _tasks;

    public TaskServiceTests() => _tasks = new TaskService(_desk.Desk, _desk.Reader);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Two_agents_that_advance_at_once_advance_one_step_each()
    {
        await _desk.DoAsync(Open());
        var task = (await _tasks.ExecuteAsync(Take(steps: ["a", "b", "c"]), Stop)).Value.Task;
        // As over two instances: each with a handler of its own.
        var others = new[] { _desk.Desk, _desk.Another() };

        var done = await Task.WhenAll(others.Select(o => Task.Run(async () => await o.ExecuteAsync(Advance(task.TaskId, TaskTrigger.StepComplete), Stop), Stop)));

        Assert.All(done, d => Assert.True(d.Value.Changed));
        var after = (await _tasks.GetAsync(task.TaskId, Stop)).Value.Task;
        Assert.Equal(["a", "b"], after.Completed);
        Assert.Equal(["c"], after.Open);
        Assert.Equal(2, (await _desk.TrailAsync(Id)).OfType<ConversationEvent.TaskAdvanced>().Count(e => e.Trigger == TaskTrigger.StepComplete));
    }

    [Fact]
    public async Task A_repeat_under_its_key_advances_no_second_step_and_finds_the_task_it_created()
    {
        await _desk.DoAsync(Open());
        var created = (await _tasks.ExecuteAsync(Take(steps: ["a", "b"]) with { IdempotencyKey = "k-1" }, Stop)).Value;
        await _tasks.ExecuteAsync(Take("Another one"), Stop);
        var again = (await _tasks.ExecuteAsync(Take(steps: ["a", "b"]) with { IdempotencyKey = "k-1" }, Stop)).Value;
        Assert.Equal((created.Task.TaskId, true), (again.Task.TaskId, again.Outcome!.Replayed));

        var step = Advance(created.Task.TaskId, TaskTrigger.StepComplete) with { IdempotencyKey = "k-2" };
        await _tasks.ExecuteAsync(step, Stop);
        var repeated = (await _tasks.ExecuteAsync(step, Stop)).Value;

        Assert.True(repeated.Outcome!.Replayed);
        Assert.Equal(["a"], repeated.Task.Completed);
        Assert.Equal("idempotency_mismatch", (await _tasks.ExecuteAsync(step with { Trigger = TaskTrigger.NeedsInput }, Stop)).Error!.Code);
        Assert.Equal("version_conflict", (await _tasks.ExecuteAsync(step with { IdempotencyKey = null, ExpectedVersion = 1 }, Stop)).Error!.Code);
    }

    [Fact]
    public async Task Tasks_are_there_after_a_restart_and_gone_after_an_erasure()
    {
        await _desk.DoAsync(Open());
        var task = (await _tasks.ExecuteAsync(Take(steps: ["a", "b"]), Stop)).Value.Task;
        await _tasks.ExecuteAsync(Advance(task.TaskId, TaskTrigger.StepComplete), Stop);
        var stored = (await _desk.LoadAsync(Id)).Conversation!;
        TrailChecks.TellsTheWholeStory(await _desk.TrailAsync(Id), stored);

        await _desk.DoAsync(Erase());

        Assert.Equal("not_found", (await _tasks.GetAsync(task.TaskId, Stop)).Error!.Code);
        Assert.Equal("not_found", (await _tasks.GetAsync("task-x", Stop)).Error!.Code);
        Assert.Empty((await _desk.LoadAsync(Id)).Conversation!.Tasks);
        Assert.DoesNotContain("Restore the login", Json(await _desk.TrailAsync(Id)), StringComparison.Ordinal);
    }

    public ValueTask DisposeAsync() => _desk.DisposeAsync();
}
