namespace SupportStateMcp.Workflow;

/// <summary>One transition of the workflow, as the machine is built from it.</summary>
/// <param name="From">The state it leaves.</param>
/// <param name="To">The state it enters.</param>
/// <param name="Trigger">What fires it; no two transitions from one state share a trigger.</param>
/// <param name="Guards">What it also demands.</param>
public sealed record WorkflowTransition(string From, string To, WorkflowTrigger Trigger, IReadOnlyList<WorkflowGuard> Guards)
{
    /// <summary>What is special about it: <c>reopen, within 7 days</c> or <c>hand back</c>; null for any other.</summary>
    public string? Label =>
        Guards.FirstOrDefault(g => g.Kind == WorkflowGuardKind.ReopenWindow) is { } window ? $"reopen, {window.Description}"
        : Trigger == WorkflowTrigger.HandBack ? "hand back"
        : null;

    /// <summary>All transitions of a sound profile, from state to state in the order of the configuration.</summary>
    internal static IReadOnlyList<WorkflowTransition> Of(WorkflowTable table, TimeSpan reopenWindow)
    {
        var window = WorkflowGuard.ReopenWindow(reopenWindow);
        return [.. table.States.SelectMany(from => table.Allowed(from).Select(to => new WorkflowTransition(
            from, to, TriggerOf(table, from, to), table.Reopens(from, to) ? [WorkflowGuard.NotLockedByHuman, window] : [WorkflowGuard.NotLockedByHuman])))];
    }

    private static WorkflowTrigger TriggerOf(WorkflowTable table, string from, string to) =>
        to == table.ReopensTo(from) ? WorkflowTrigger.Reopen
        : to == table.EscalationState ? WorkflowTrigger.Escalate
        : from == table.EscalationState && to == table.HandBackTo ? WorkflowTrigger.HandBack
        : !table.IsClosed(from) && WorkflowTable.Only(table.Allowed(from).Where(table.IsClosed)) == to ? WorkflowTrigger.Resolve
        : WorkflowTrigger.To(to);
}
