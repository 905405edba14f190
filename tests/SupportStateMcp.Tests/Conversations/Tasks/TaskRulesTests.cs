using System.Text.Json;
using SupportStateMcp.Conversations;
using SupportStateMcp.Tests.Support;
using SupportStateMcp.Tests.Workflow;
using SupportStateMcp.Workflow;
using static SupportStateMcp.Tests.Conversations.Specification;
using static SupportStateMcp.Tests.Support.OneConversation;
using static SupportStateMcp.Tests.Support.OneTask;

namespace SupportStateMcp.Tests.Conversations.Tasks;

/// <summary>What happens to tasks, and what does not.</summary>
public class TaskRulesTests
{
    private static GivenConversation Opened => Given(Opened());

    private static string IdOf(GivenConversation given) => given.Conversation!.Tasks[^1].TaskId;

    private static string Shown(ConversationTask task) => $"{string.Join(',', task.Completed)} | {string.Join(',', task.Open)} | {task.CurrentStep}";

    private static ConversationTask TaskOf(GivenConversation given) => given.Conversation!.Tasks[^1];

    [Fact]
    public void A_task_without_steps_is_planning_and_one_with_steps_is_executing_its_first()
    {
        var bare = Opened.And(Take());
        var planned = Opened.And(Take(steps: ["Check the lock", "Send a link"]));

        Assert.Equal((TaskState.Planning, (string?)null), (TaskOf(bare).State, TaskOf(bare).CurrentStep));
        Assert.Equal((TaskState.Executing, "Check the lock"), (TaskOf(planned).State, TaskOf(planned).CurrentStep));
        Assert.Equal(TaskOf(Opened.And(Take()).And(Plan(IdOf(bare), "Check the lock", "Send a link"))).Open, TaskOf(planned).Open);
        Opened.When(Take(steps: "A step")).Then(typeof(ConversationEvent.TaskCreated), typeof(ConversationEvent.TaskAdvanced), typeof(ConversationEvent.TaskPlanned));
        Assert.StartsWith("task-", IdOf(bare), StringComparison.Ordinal);
        Assert.Equal(Id, ConversationTask.ConversationOf(IdOf(bare)));
    }

    [Fact]
    public void Steps_are_completed_in_order_and_the_task_is_done_only_after_the_last()
    {
        var given = Opened.And(Take(steps: ["a", "b"]));
        var id = IdOf(given);

        given = given.And(Advance(id, TaskTrigger.StepComplete));
        Assert.Equal("a | b | b", Shown(TaskOf(given)));
        given.When(Advance(id, TaskTrigger.TaskComplete)).ThenItIsRefused(
            "invalid_task_event",
            $"Task {id} is not done: 1 step is open. Complete each with step_complete, or plan again with what is really left, also with no steps; then task_complete.",
            $$"""{"task_id":"{{id}}","status":"executing","event":"task_complete","allowed":["step_complete","needs_input"],"open_steps":1}""");

        given = given.And(Advance(id, TaskTrigger.StepComplete));
        given.When(Advance(id, TaskTrigger.StepComplete)).ThenItIsRefused("invalid_task_event");
        given = given.And(Advance(id, TaskTrigger.TaskComplete));
        Assert.Equal(TaskState.Done, TaskOf(given).State);
        Assert.Empty(given.Conversation!.OpenTasks);
    }

    /// <summary>The thirty pairs once more, over the commands: a task in each state, made by its events.</summary>
    [Theory]
    [MemberData(nameof(TaskMachineTests.Pairs), MemberType = typeof(TaskMachineTests))]
    public void Each_pair_is_accepted_or_refused_as_the_machine_says(TaskState state, TaskTrigger trigger)
    {
        string[] steps = trigger == TaskTrigger.StepComplete ? ["a step"] : [];
        ConversationEvent[] events =
        [
            Opened(),
            new ConversationEvent.TaskCreated { Version = 2, At = Now, Actor = Agent, TaskId = "task-00000001-TKT-001", Goal = "g" },
            new ConversationEvent.TaskPlanned { Version = 3, At = Now, Actor = Agent, TaskId = "task-00000001-TKT-001", Steps = steps, State = state },
        ];

        var decision = Given(events).When(Advance("task-00000001-TKT-001", trigger));

        if (TaskMachine.Ask(state, trigger, steps.Length) is { } answer)
            Assert.Equal(answer.To, Assert.IsType<Decision.Accepted>(decision).After.Tasks[0].State);
        else
            decision.ThenItIsRefused("invalid_task_event");
    }

    [Fact]
    public void A_new_plan_takes_the_place_of_what_is_open_and_leaves_what_is_done()
    {
        var given = Opened.And(Take(steps: ["a", "b", "c"]));
        var id = IdOf(given);
        given = given.And(Advance(id, TaskTrigger.StepComplete)).And(Plan(id, "d") with { Reason = "b was wrong" });

        Assert.Equal("a | d | d", Shown(TaskOf(given)));
        given.When(Plan(id, "d")).ThenNothingHappens();
        Assert.Equal(TaskState.Done, TaskOf(given.And(Plan(id)).And(Advance(id, TaskTrigger.TaskComplete))).State);
        given.When(Plan(id, [.. Enumerable.Repeat("x", 50)])).ThenItIsRefused("invalid_argument");
        Opened.And(Take()).When(Plan(IdOf(Opened.And(Take())))).ThenItIsRefused("invalid_argument");
    }

    [Fact]
    public void A_task_that_waits_goes_on_when_the_customer_writes_and_not_when_somebody_else_does()
    {
        var given = Opened.And(Take(steps: "a"));
        var id = IdOf(given);
        given = given.And(Advance(id, TaskTrigger.NeedsInput) with { Reason = "the order number" });
        Assert.Equal((TaskState.WaitingFeedback, "the order number", (string?)null), (TaskOf(given).State, TaskOf(given).WaitsFor, TaskOf(given).CurrentStep));

        var told = given.And(TwoOwners.Tell(Agent)).And(Say("out of office", "m-2") with { Automated = true });
        Assert.Equal(TaskState.WaitingFeedback, TaskOf(told).State);

        var events = told.When(Say("A-17", "m-3")).Then(typeof(ConversationEvent.MessageAdded), typeof(ConversationEvent.TaskAdvanced));
        Assert.Equal("the customer wrote message 3", events[1].Reason);
        var resumed = TaskOf(told.And(Say("A-17", "m-3")));
        Assert.Equal((TaskState.Executing, (string?)null, "a"), (resumed.State, resumed.WaitsFor, resumed.CurrentStep));
        Assert.Equal(TaskState.Executing, TaskOf(told.And(TwoOwners.Begin(Agent))).State);
        // The same over the tool.
        Assert.Equal(TaskState.Executing, TaskOf(told.And(Advance(id, TaskTrigger.InputReceived))).State);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_task_that_waits_goes_on_when_an_approval_is_decided(bool yes)
    {
        var given = Opened.And(TwoOwners.Ask(quorum: yes ? 2 : 1)).And(Take(steps: "refund"));
        var approval = given.Conversation!.Approvals[0].ApprovalId;
        given = given.And(Advance(IdOf(given), TaskTrigger.NeedsInput));
        if (yes)
        {
            // Half of a decision is none.
            given = given.And(TwoOwners.Decide(approval, TwoOwners.Alice));
            Assert.Equal(TaskState.WaitingFeedback, TaskOf(given).State);
        }

        var events = given.When(TwoOwners.Decide(approval, TwoOwners.Bob, yes)).Then(typeof(ConversationEvent.ApprovalDecided), typeof(ConversationEvent.TaskAdvanced));

        Assert.Equal($"approval {approval} was {(yes ? "granted" : "refused")}", events[1].Reason);
    }

    [Fact]
    public void An_approval_that_expires_ends_the_wait_and_one_that_expired_before_does_not()
    {
        var given = Opened.And(TwoOwners.Ask()).And(Take(steps: "refund"));
        var id = IdOf(given);
        var waiting = given.And(Advance(id, TaskTrigger.NeedsInput));

        waiting.When(TwoOwners.Settle(), TwoOwners.Day).Then(typeof(ConversationEvent.ApprovalExpired), typeof(ConversationEvent.TaskAdvanced));

        // The expiry is recorded in the same commit, before the task began to wait.
        var late = given.When(Advance(id, TaskTrigger.NeedsInput), TwoOwners.Day).Then(typeof(ConversationEvent.ApprovalExpired), typeof(ConversationEvent.TaskAdvanced));
        Assert.Equal(TaskState.WaitingFeedback, Assert.IsType<ConversationEvent.TaskAdvanced>(late[1]).State);
    }

    [Fact]
    public void A_closed_conversation_keeps_its_tasks_as_they_are()
    {
        var given = Opened.And(Take(steps: "a"));
        var id = IdOf(given);
        given = given.And(Advance(id, TaskTrigger.NeedsInput)).And(MoveTo("gathering_info")).And(MoveTo("escalated")).And(MoveTo("resolved"));

        Assert.Equal(TaskState.WaitingFeedback, TaskOf(given).State);
        given.When(Take()).ThenItIsRefused("terminal_state");
        given.When(Advance(id, TaskTrigger.InputReceived)).ThenItIsRefused("terminal_state");
        // The customer is heard all the same, and nothing goes on behind a closed door.
        given.When(Say("And another thing", "late")).Then(typeof(ConversationEvent.MessageAdded));
    }

    [Fact]
    public void While_a_person_has_the_conversation_an_AI_leaves_tasks_alone()
    {
        var given = Opened.And(Take(steps: "a")).And(TwoOwners.Claim(TwoOwners.Alice));
        var id = IdOf(given);

        given.When(Take()).ThenItIsRefused("not_owner");
        given.When(Plan(id, "b")).ThenItIsRefused("not_owner");
        given.When(Advance(id, TaskTrigger.StepComplete)).ThenItIsRefused("not_owner");
        Assert.Equal(["a"], TaskOf(given.And(Advance(id, TaskTrigger.StepComplete) with { Actor = TwoOwners.Alice })).Completed);
    }

    [Fact]
    public void A_conversation_has_at_most_twenty_open_tasks_and_forgets_the_oldest_that_is_done()
    {
        var given = Opened;
        for (var n = 1; n <= TaskLimits.Tasks; n++)
            given = given.And(Take($"Goal {n}"));
        given.When(Take("One more")).ThenItIsRefused("limit_reached", "The conversation has 20 open tasks, and takes no more until one of them is done.", """{"limit":20}""");

        var third = given.Conversation!.Tasks[2].TaskId;
        given = given.And(Advance(third, TaskTrigger.PlanReady)).And(Advance(third, TaskTrigger.TaskComplete)).And(Take("One more"));

        Assert.Equal(TaskLimits.Tasks, given.Conversation!.Tasks.Count);
        Assert.Equal("One more", TaskOf(given).Goal);
        given.When(Advance(third, TaskTrigger.StepComplete)).ThenItIsRefused("not_found");
    }

    [Fact]
    public void Data_is_merged_and_bounded_together()
    {
        var given = Opened.And(Take() with { Data = Facts("""{"order":"A-17","tries":1}""") });
        var id = IdOf(given);
        given = given.And(Advance(id, TaskTrigger.PlanReady) with { Data = Facts("""{"tries":2,"order":null}""") });

        Assert.Equal("""{"tries":2}""", JsonSerializer.Serialize(TaskOf(given).Data));
        var large = Facts($$"""{"a":"{{new string('x', TaskLimits.Data - 10)}}"}""");
        Assert.Null((Take() with { Data = large }).Violation());
        Assert.Equal("invalid_argument", (Take() with { Data = Facts($$"""{"a":"{{new string('x', TaskLimits.Data)}}"}""") }).Violation()!.Code);
        given.When(Advance(id, TaskTrigger.NeedsInput) with { Data = large }).ThenItIsRefused("invalid_argument");
    }

    [Fact]
    public void What_breaks_a_bound_is_refused_by_name()
    {
        static string? Argument(ConversationCommand command) => (string?)command.Violation()?.Facts["argument"];

        Assert.Equal("goal", Argument(Take(" ")));
        Assert.Equal("goal", Argument(Take(new string('x', TaskLimits.Goal + 1))));
        Assert.Equal("steps", Argument(Take(steps: "")));
        Assert.Equal("steps", Argument(Take(steps: new string('x', TaskLimits.Step + 1))));
        Assert.Equal("steps", Argument(Take(steps: [.. Enumerable.Repeat("x", TaskLimits.Steps + 1)])));
        Assert.Equal("reason", Argument(Advance("task-00000001-TKT-001", TaskTrigger.NeedsInput) with { Reason = new string('x', Limits.Reason + 1) }));
        Assert.Null(Argument(Take(new string('x', TaskLimits.Goal), [.. Enumerable.Repeat(new string('x', TaskLimits.Step), TaskLimits.Steps)])));
    }

    [Fact]
    public void A_task_of_another_conversation_or_life_is_not_found()
    {
        var given = Opened.And(Take(steps: "a"));
        var id = IdOf(given);

        given.When(Advance("task-00000001-TKT-001", TaskTrigger.StepComplete)).ThenItIsRefused("not_found");
        Given().When(Advance(id, TaskTrigger.StepComplete)).ThenItIsRefused("not_found");
        given.And(Erase()).When(Advance(id, TaskTrigger.StepComplete)).ThenItIsRefused("not_found");
        // The same goal, taken on at the same version of the next conversation of the ticket, is another task.
        var next = given.And(Erase()).And(Open(), TimeSpan.FromSeconds(1)).And(Take(steps: "a"), TimeSpan.FromSeconds(1));
        next.When(Advance(id, TaskTrigger.StepComplete)).ThenItIsRefused("not_found");
    }

    [Fact]
    public void After_an_erasure_the_trail_tells_what_happened_and_not_what_it_was_about()
    {
        var given = Opened.And(Take("Call Maria Meier", "Dial 555-1234") with { Data = Facts("""{"phone":"555-1234"}""") });
        given = given.And(Advance(IdOf(given), TaskTrigger.StepComplete) with { Reason = "Maria said yes", Data = Facts("""{"maria":1}""") });

        var redacted = given.Events.Select(e => e.Redacted()).ToList();

        Assert.DoesNotMatch("Maria|maria|555", Json(redacted));
        Assert.Equal(3, redacted.OfType<ConversationEvent.TaskAdvanced>().Count() + redacted.OfType<ConversationEvent.TaskPlanned>().Count());
        // It still folds.
        Assert.Equal(["(erased)"], Conversation.Fold(null, redacted)!.Tasks[0].Completed);
    }
}
