namespace SupportStateMcp.Workflow;

/// <summary>
/// What takes a conversation out of a state. A transition with one of four meanings has the trigger of that name; any
/// other has the state that it leads to as its trigger. A state may be called like a named trigger: they stay two.
/// </summary>
public sealed record WorkflowTrigger
{
    private readonly bool _named;
    private readonly string _name;

    private WorkflowTrigger(string name, bool named) => (_name, _named) = (name, named);

    /// <summary>Into the state in which a person takes care of the conversation.</summary>
    public static WorkflowTrigger Escalate { get; } = new("escalate", named: true);

    /// <summary>Out of the escalation state, to where the AI goes on.</summary>
    public static WorkflowTrigger HandBack { get; } = new("hand_back", named: true);

    /// <summary>Out of a closed state, to where the work goes on.</summary>
    public static WorkflowTrigger Reopen { get; } = new("reopen", named: true);

    /// <summary>Into the closed state, where only one may follow.</summary>
    public static WorkflowTrigger Resolve { get; } = new("resolve", named: true);

    /// <summary>The trigger of a transition that means no more than the state it leads to.</summary>
    public static WorkflowTrigger To(string state) => new(state, named: false);

    /// <summary>The name of the trigger, or of the state.</summary>
    public override string ToString() => _name;
}
