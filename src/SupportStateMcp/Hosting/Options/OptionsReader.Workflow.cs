using System.Text.RegularExpressions;
using SupportStateMcp.Workflow;

namespace SupportStateMcp.Hosting;

/// <content>The section <c>stateMachine</c>: a profile by name, and what goes over it.</content>
public sealed partial class OptionsReader
{
    private const string Machine = "stateMachine";
    private const string Profiles = Machine + ":profiles";

    private WorkflowDefinition? Workflow()
    {
        var enabled = Given(_settings.StateMachine.Enabled) switch
        {
            null => true,
            var text when bool.TryParse(text, out var value) => value,
            var text => Violation(true, $"stateMachine.enabled: '{text}' is neither true nor false."),
        };
        var window = TimeSpan.FromSeconds(Number(
            "stateMachine.reopenWindow", _settings.StateMachine.ReopenWindow, (int)WorkflowDefinition.DefaultReopenWindow.TotalSeconds, 0, 315_360_000, "seconds"));
        var configured = ConfiguredProfiles();
        var chosen = Chosen(configured);
        foreach (var other in configured.Where(p => p != chosen))
            Create(other, part => InProfile(other, part));
        return chosen is null ? null : Create(
            Changes(Machine, _settings.StateMachine).Over(chosen),
            part => configured.Contains(chosen) && !_root.GetSection($"{Machine}:{part}").Exists() ? InProfile(chosen, part) : $"{Machine}.{part}");

        WorkflowDefinition? Create(WorkflowProfile profile, Func<string, string> path)
        {
            var (workflow, violations) = WorkflowDefinition.Create(profile, enabled, window, path);
            _violations.AddRange(violations);
            return workflow;
        }
    }

    /// <summary>The profile that <c>stateMachine.profile</c> names, the configured ones before the built-in; null with a violation where there is none.</summary>
    private WorkflowProfile? Chosen(List<WorkflowProfile> configured)
    {
        var name = Given(_settings.StateMachine.Profile) ?? WorkflowProfile.BuiltIn[0].Name;
        // The keys of a configuration ignore the case of letters, so that the environment can name them.
        var all = configured.Concat(WorkflowProfile.BuiltIn).DistinctBy(p => p.Name, StringComparer.OrdinalIgnoreCase).ToList();
        return all.Find(p => p.Name.Equals(name, StringComparison.OrdinalIgnoreCase)) ?? Violation<WorkflowProfile?>(null,
            $"stateMachine.profile: '{name}' is not valid; use one of {string.Join(", ", all.Select(p => p.Name).Order(StringComparer.Ordinal))}, or describe it in {Dotted(Profiles)}.");
    }

    private List<WorkflowProfile> ConfiguredProfiles()
    {
        var names = _root.GetSection(Profiles).GetChildren().Select(s => s.Key).ToList();
        _violations.AddRange(names.Where(n => !ProfileName().IsMatch(n)).Select(n =>
            $"{Dotted(Profiles)}: '{n}' is no profile name; use 1 to 50 letters, digits, underscores and hyphens, a letter first."));
        return names.ConvertAll(n => Changes($"{Profiles}:{n}", _settings.StateMachine.Profiles?.GetValueOrDefault(n) ?? new WorkflowSettings()).AsProfile(n));
    }

    private WorkflowChanges Changes(string at, WorkflowSettings given) => new()
    {
        States = IfGiven($"{at}:states", given.States),
        Transitions = given.Transitions?.ToDictionary(t => t.Key, IReadOnlyList<string> (t) => t.Value ?? [], StringComparer.Ordinal),
        Initial = Given(given.Initial),
        OpensTo = Given(given.OpensTo),
        Closed = IfGiven($"{at}:closed", given.Closed),
        ReopensTo = given.ReopensTo,
        EscalationState = Given(given.EscalationState),
        HandBackTo = Given(given.HandBackTo),
        Guidance = given.Guidance,
    };

    /// <summary>The binder makes no difference between an empty list and none.</summary>
    private List<string>? IfGiven(string key, List<string>? list) => _root.GetSection(key).Exists() ? list ?? [] : null;

    private static string InProfile(WorkflowProfile profile, string part) => $"{Dotted(Profiles)}.{profile.Name}.{part}";

    [GeneratedRegex(@"^[A-Za-z][A-Za-z0-9_-]{0,49}\z", RegexOptions.CultureInvariant)]
    private static partial Regex ProfileName();
}
