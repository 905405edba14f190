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
        var enabled = Text("stateMachine:enabled") switch
        {
            null => true,
            var text when bool.TryParse(text, out var value) => value,
            var text => Violation(true, $"stateMachine.enabled: '{text}' is neither true nor false."),
        };
        var window = TimeSpan.FromSeconds(Number(
            "stateMachine:reopenWindow", (int)WorkflowDefinition.DefaultReopenWindow.TotalSeconds, 0, 315_360_000, "seconds"));
        var configured = ConfiguredProfiles();
        var chosen = Chosen(configured);
        foreach (var other in configured.Where(p => p != chosen))
            Create(other, part => InProfile(other, part));
        return chosen is null ? null : Create(
            Changes(Machine).Over(chosen),
            part => configured.Contains(chosen) && Section($"{Machine}:{part}") is null ? InProfile(chosen, part) : $"{Machine}.{part}");

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
        var name = Text("stateMachine:profile") ?? WorkflowProfile.BuiltIn[0].Name;
        // The keys of a configuration know no conversation, so that the environment can name them.
        var all = configured.Concat(WorkflowProfile.BuiltIn).DistinctBy(p => p.Name, StringComparer.OrdinalIgnoreCase).ToList();
        return all.Find(p => p.Name.Equals(name, StringComparison.OrdinalIgnoreCase)) ?? Violation<WorkflowProfile?>(null,
            $"stateMachine.profile: '{name}' is none; use one of {string.Join(", ", all.Select(p => p.Name).Order(StringComparer.Ordinal))}, or describe it in {Dotted(Profiles)}.");
    }

    private List<WorkflowProfile> ConfiguredProfiles()
    {
        var names = Section(Profiles)?.GetChildren().Select(s => s.Key).ToList() ?? [];
        _violations.AddRange(names.Where(n => !ProfileName().IsMatch(n)).Select(n =>
            $"{Dotted(Profiles)}: '{n}' is no profile name; use 1 to 50 letters, digits, underscores and hyphens, a letter first."));
        return names.ConvertAll(n => Changes($"{Profiles}:{n}").AsProfile(n));
    }

    private WorkflowChanges Changes(string at) => new()
    {
        States = List($"{at}:states"),
        Transitions = Section($"{at}:transitions")?.GetChildren().ToDictionary(s => s.Key, IReadOnlyList<string> (s) => Items(s), StringComparer.Ordinal),
        Initial = Text($"{at}:initial"),
        OpensTo = Text($"{at}:opensTo"),
        Closed = List($"{at}:closed"),
        ReopensTo = Texts($"{at}:reopensTo"),
        EscalationState = Text($"{at}:escalationState"),
        HandBackTo = Text($"{at}:handBackTo"),
        Guidance = Texts($"{at}:guidance"),
    };

    /// <summary>One text per state; null where the section is missing.</summary>
    private Dictionary<string, string>? Texts(string at) =>
        Section(at)?.GetChildren().ToDictionary(s => s.Key, s => s.Value ?? "", StringComparer.Ordinal);

    private static string InProfile(WorkflowProfile profile, string part) => $"{Dotted(Profiles)}.{profile.Name}.{part}";

    // A profile without anything in it is known too, so that it is told what it lacks.
    [GeneratedRegex(@"^stateMachine:(profile|reopenWindow|profiles:[^:]+|(profiles:[^:]+:)?(initial|opensTo|escalationState|handBackTo|(states|closed)(:\d+)?|transitions:[^:]+(:\d+)?|(reopensTo|guidance):[^:]+))\z", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex KnownWorkflow();

    [GeneratedRegex(@"^[A-Za-z][A-Za-z0-9_-]{0,49}\z", RegexOptions.CultureInvariant)]
    private static partial Regex ProfileName();
}
