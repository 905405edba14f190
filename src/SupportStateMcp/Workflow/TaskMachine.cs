using System.Collections.Frozen;
using System.Text.Json.Serialization;
using Stateless;
using Stateless.Graph;
using SupportStateMcp.Primitives;

namespace SupportStateMcp.Workflow;

/// <summary>Where a task of an agent stands.</summary>
[JsonConverter(typeof(SnakeCaseEnumConverter<TaskState>))]
public enum TaskState
{
    /// <summary>It is there, and nobody has begun.</summary>
    Idle,

    /// <summary>It has no plan yet.</summary>
    Planning,

    /// <summary>Its steps are being done.</summary>
    Executing,

    /// <summary>It waits for the customer, or for an approval.</summary>
    WaitingFeedback,

    /// <summary>It is done. That is final.</summary>
    Done,
}

/// <summary>What moves a task on: these and no other.</summary>
[JsonConverter(typeof(SnakeCaseEnumConverter<TaskTrigger>))]
public enum TaskTrigger
{
    NewTask,
    PlanReady,
    StepComplete,
    NeedsInput,
    InputReceived,
    TaskComplete,
}

/// <summary>What the machine says of a trigger that a state has.</summary>
/// <param name="To">Where it leads.</param>
/// <param name="Unmet">The guard that refuses it now; null where it is permitted.</param>
public sealed record TaskAnswer(TaskState To, string? Unmet);

/// <summary>
/// The life of a task as machines of the library Stateless, as <see cref="WorkflowMachine"/> is made: one for each state, built when it is
/// first asked, never fired. What the guards look at, the number of open steps, comes with the question.
/// </summary>
public static class TaskMachine
{
    private const string StepIsOpen = "a step is open";
    private const string NoStepIsOpen = "no step is open";

    private static readonly (TaskState From, TaskTrigger Trigger, TaskState To, string? Guard)[] s_transitions =
    [
        (TaskState.Idle, TaskTrigger.NewTask, TaskState.Planning, null),
        (TaskState.Planning, TaskTrigger.PlanReady, TaskState.Executing, null),
        (TaskState.Executing, TaskTrigger.StepComplete, TaskState.Executing, StepIsOpen),
        (TaskState.Executing, TaskTrigger.NeedsInput, TaskState.WaitingFeedback, null),
        (TaskState.WaitingFeedback, TaskTrigger.InputReceived, TaskState.Executing, null),
        (TaskState.Executing, TaskTrigger.TaskComplete, TaskState.Done, NoStepIsOpen),
    ];

    private static readonly FrozenDictionary<TaskState, Lazy<AtState>> s_states = Enum.GetValues<TaskState>()
        .ToFrozenDictionary(s => s, s => new Lazy<AtState>(() => new AtState(s)));

    /// <summary>Where a trigger leads from a state, and the guard that refuses it; null where the state does not have it.</summary>
    public static TaskAnswer? Ask(TaskState state, TaskTrigger trigger, int openSteps) => s_states[state].Value.Ask(trigger, openSteps);

    /// <summary>The triggers that are permitted in a state now, in the order of the life of a task.</summary>
    public static IReadOnlyList<TaskTrigger> Permitted(TaskState state, int openSteps) =>
        [.. Enum.GetValues<TaskTrigger>().Where(t => Ask(state, t, openSteps) is { Unmet: null })];

    /// <summary>The life of a task as a Mermaid state diagram.</summary>
    public static string Diagram()
    {
        var whole = new StateMachine<string, string>(SnakeCaseEnum.Of(TaskState.Idle));
        foreach (var (from, trigger, to, _) in s_transitions)
        {
            if (from == to)
                whole.Configure(SnakeCaseEnum.Of(from)).PermitReentry(SnakeCaseEnum.Of(trigger));
            else
                whole.Configure(SnakeCaseEnum.Of(from)).Permit(SnakeCaseEnum.Of(trigger), SnakeCaseEnum.Of(to));
        }

        return MermaidGraph.Format(whole.GetInfo()).ReplaceLineEndings("\n").Replace("\t", "    ", StringComparison.Ordinal).TrimEnd() + "\n";
    }

    private static bool IsMet(string? guard, int openSteps) => guard switch
    {
        StepIsOpen => openSteps > 0,
        NoStepIsOpen => openSteps == 0,
        _ => true,
    };

    private sealed class AtState
    {
        private readonly StateMachine<TaskState, TaskTrigger> _machine;
        private readonly Dictionary<TaskTrigger, (StateMachine<TaskState, TaskTrigger>.TriggerWithParameters<int> Trigger, TaskState To)> _transitions = [];

        public AtState(TaskState state)
        {
            _machine = new StateMachine<TaskState, TaskTrigger>(
                () => state, _ => throw new InvalidOperationException("The machine of a state is asked, never fired."));
            // Also where nothing follows: the library adds a state that it does not know when it is asked.
            var configuration = _machine.Configure(state);
            foreach (var (_, name, to, guard) in s_transitions.Where(t => t.From == state))
            {
                var trigger = new StateMachine<TaskState, TaskTrigger>.TriggerWithParameters<int>(name);
                if (to == state)
                    configuration.PermitReentryIf(trigger, open => IsMet(guard, open), guard);
                else
                    configuration.PermitIf(trigger, to, open => IsMet(guard, open), guard);
                _transitions.Add(name, (trigger, to));
            }
        }

        public TaskAnswer? Ask(TaskTrigger trigger, int openSteps) => _transitions.TryGetValue(trigger, out var found)
            ? new TaskAnswer(found.To, _machine.CanFire(found.Trigger, openSteps, out var unmet) ? null : unmet.Single())
            : null;
    }
}
