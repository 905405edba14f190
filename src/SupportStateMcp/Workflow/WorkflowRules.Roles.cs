using SupportStateMcp.Primitives;

namespace SupportStateMcp.Workflow;

/// <content>The states with a meaning: initial, closed, escalation, and where a conversation goes on from there.</content>
internal sealed partial class WorkflowRules
{
    /// <summary>That each state named is one, and fits its role.</summary>
    private IEnumerable<string> OfRoles()
    {
        if (InitialViolation() is { } initial)
            yield return initial;

        foreach (var state in (profile.Closed ?? []).Distinct())
        {
            if (Unknown(state))
                yield return $"{_atClosed}: '{state}' is not among the states; add it to {_atStates} or remove it.";
            else if (state == table.Initial)
                yield return $"{_atClosed}: '{state}' is the initial state, and no conversation begins finished; remove it.";
        }

        if (profile.EscalationState is { } escalation && Unknown(escalation))
            yield return NotAState(_atEscalation, escalation);
        if (profile.OpensTo is { } opensTo && Unknown(opensTo))
            yield return NotAState(_atOpensTo, opensTo);

        if (profile.HandBackTo is { } back)
        {
            if (profile.EscalationState is null)
                yield return $"{_atHandBackTo}: there is no escalation state to hand back from; name it in {_atEscalation} or remove '{back}'.";
            else if (table.IsClosed(profile.EscalationState))
                yield return $"{_atHandBackTo}: the escalation state '{profile.EscalationState}' is closed, so nobody hands back from it; remove '{back}'.";
            if (WorkViolation(_atHandBackTo, back) is { } violation)
                yield return violation;
        }

        foreach (var (from, to) in profile.ReopensTo)
        {
            if (!table.IsClosed(from))
                yield return $"{_atReopensTo}: '{from}' is no closed state, so nothing reopens it; add it to {_atClosed} or remove it.";
            if (WorkViolation($"{_atReopensTo}.{from}", to) is { } violation)
                yield return violation;
        }
    }

    /// <summary>That a transition leads to each state named, and that one is named where several could be meant.</summary>
    private IEnumerable<string> OfTargets()
    {
        if (table.Initial is { } initial && !Unknown(initial))
        {
            if (profile.OpensTo is not { } opensTo)
            {
                if (table.Listed(initial) is { Count: > 1 } several)
                    yield return $"{_atOpensTo}: several states may follow the initial state '{initial}': {SnakeCaseEnum(several)}; name the one that a new conversation moves on to, or '{initial}' if it stays there.";
            }
            else if (opensTo != initial && NoTransition(_atOpensTo, initial, opensTo) is { } violation)
            {
                yield return violation;
            }
        }

        if (profile.EscalationState is { } escalation && !table.IsClosed(escalation)
            && TargetViolation(_atHandBackTo, escalation, profile.HandBackTo, "a person hands back to") is { } handBack)
        {
            yield return handBack;
        }

        foreach (var closed in table.States.Where(table.IsClosed))
        {
            if (TargetViolation($"{_atReopensTo}.{closed}", closed, profile.ReopensTo.GetValueOrDefault(closed), "it is reopened to") is { } reopen)
                yield return reopen;
        }
    }

    private string? InitialViolation()
    {
        if (profile.Initial is { } named)
            return Unknown(named) ? NotAState(_atInitial, named) : null;
        return table.Roots switch
        {
            [_] => null,
            [] => $"{_atInitial}: a transition leads to every state, so the table does not say where a conversation begins; name the initial state.",
            var roots => $"{_atInitial}: no transition leads to {SnakeCaseEnum(roots)}, so the table does not say where a conversation begins; name the initial state.",
        };
    }

    private string? TargetViolation(string at, string from, string? named, string role) => named is not null
        ? NoTransition(at, from, named)
        : table.WorkAfter(from) is { Count: > 1 } several
            ? $"{at}: several states may follow '{from}': {SnakeCaseEnum(several)}; name the one that {role}."
            : null;

    private string? NoTransition(string at, string from, string to) => Unknown(to) || table.Listed(from).Contains(to)
        ? null
        : $"{at}: no transition leads from '{from}' to '{to}'; add it to {_atTransitions}.{from} or name another.";

    private string? WorkViolation(string at, string to) =>
        Unknown(to) ? NotAState(at, to)
        : table.IsClosed(to) ? $"{at}: '{to}' is a closed state, and the work goes on from here; name another."
        : null;

    private string NotAState(string at, string state) => $"{at}: '{state}' is not among the states; add it to {_atStates} or name another.";

    private static string SnakeCaseEnum(IReadOnlyList<string> states) => string.Join(", ", states);
}
