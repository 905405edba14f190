using SupportStateMcp.Primitives;
using SupportStateMcp.Tests.Support;
using SupportStateMcp.Workflow;

namespace SupportStateMcp.Tests.Workflow;

/// <summary>The life of a task: five states, six triggers, thirty pairs, and six of them lead anywhere.</summary>
public class TaskMachineTests
{
    /// <summary>Where the six lead; every pair that is not here leads nowhere.</summary>
    private static readonly Dictionary<(TaskState, TaskTrigger), TaskState> s_transitions = new()
    {
        [(TaskState.Idle, TaskTrigger.NewTask)] = TaskState.Planning,
        [(TaskState.Planning, TaskTrigger.PlanReady)] = TaskState.Executing,
        [(TaskState.Executing, TaskTrigger.StepComplete)] = TaskState.Executing,
        [(TaskState.Executing, TaskTrigger.NeedsInput)] = TaskState.WaitingFeedback,
        [(TaskState.WaitingFeedback, TaskTrigger.InputReceived)] = TaskState.Executing,
        [(TaskState.Executing, TaskTrigger.TaskComplete)] = TaskState.Done,
    };

    public static TheoryData<TaskState, TaskTrigger> Pairs() =>
        [.. Enum.GetValues<TaskState>().SelectMany(s => Enum.GetValues<TaskTrigger>().Select(t => (s, t)))];

    [Fact]
    public void There_are_thirty_pairs() => Assert.Equal(30, Pairs().Count);

    [Theory]
    [MemberData(nameof(Pairs))]
    public void Each_pair_leads_where_the_table_says_or_nowhere(TaskState state, TaskTrigger trigger)
    {
        // With as many open steps as the trigger wants.
        var open = trigger == TaskTrigger.StepComplete ? 1 : 0;

        var answer = TaskMachine.Ask(state, trigger, open);

        Assert.Equal(s_transitions.TryGetValue((state, trigger), out var to) ? new TaskAnswer(to, null) : null, answer);
        Assert.Equal(answer is not null, TaskMachine.Permitted(state, open).Contains(trigger));
    }

    [Fact]
    public void A_step_is_completed_only_where_one_is_open_and_a_task_only_where_none_is()
    {
        Assert.Equal(new TaskAnswer(TaskState.Executing, "a step is open"), TaskMachine.Ask(TaskState.Executing, TaskTrigger.StepComplete, 0));
        Assert.Equal(new TaskAnswer(TaskState.Done, "no step is open"), TaskMachine.Ask(TaskState.Executing, TaskTrigger.TaskComplete, 2));
        Assert.Equal([TaskTrigger.NeedsInput, TaskTrigger.TaskComplete], TaskMachine.Permitted(TaskState.Executing, 0));
        Assert.Equal([TaskTrigger.StepComplete, TaskTrigger.NeedsInput], TaskMachine.Permitted(TaskState.Executing, 2));
    }

    [Fact]
    public void The_names_are_those_of_the_wire()
    {
        Assert.Equal(["idle", "planning", "executing", "waiting_feedback", "done"], Enum.GetValues<TaskState>().Select(SnakeCaseEnum.Of));
        Assert.Equal(["new_task", "plan_ready", "step_complete", "needs_input", "input_received", "task_complete"], Enum.GetValues<TaskTrigger>().Select(SnakeCaseEnum.Of));
    }

    [Fact]
    public void The_diagram_of_the_page_is_that_of_the_machine() =>
        Assert.True(File.ReadAllText(Repository.File("docs", "tasks.md")).ReplaceLineEndings("\n").Contains(TaskMachine.Diagram(), StringComparison.Ordinal), TaskMachine.Diagram());
}
