using System.Globalization;
using SupportStateMcp.Context;
using SupportStateMcp.Workflow;

namespace SupportStateMcp.Hosting;

/// <content>The section <c>context</c>, and the words that hint at a state.</content>
public sealed partial class OptionsReader
{
    private ContextOptions Context() => new()
    {
        Strategy = Given(_settings.Context.Strategy) switch
        {
            null or "drop_oldest" => ContextStrategy.DropOldest,
            "summarise" => ContextStrategy.Summarise,
            var other => Violation(ContextStrategy.DropOldest, $"context.strategy: '{other}' is none of these; use drop_oldest or summarise."),
        },
        CountsExactly = Given(_settings.Context.Tokenizer) switch
        {
            null or "estimate" => false,
            "o200k_base" => true,
            var other => Violation(false, $"context.tokenizer: '{other}' is none of these; use estimate or o200k_base."),
        },
    };

    private IReadOnlyDictionary<string, IReadOnlyList<string>> Suggestions(WorkflowDefinition? workflow)
    {
        if (!_root.GetSection("stateMachine:suggestions").Exists())
            return StateSuggestions.DefaultWords;

        var words = new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal);
        foreach (var (state, given) in _settings.StateMachine.Suggestions ?? [])
        {
            List<string> list = [.. (given ?? []).Where(w => w.Length > 0)];
            if (workflow?.Knows(state) is false)
                _violations.Add($"stateMachine.suggestions.{state}: there is no such state; use one of {string.Join(", ", workflow.States)}.");
            if (list.Count is 0 or > StateSuggestions.Words || list.Exists(w => w.Length > StateSuggestions.WordLength))
            {
                _violations.Add(string.Create(
                    CultureInfo.InvariantCulture, $"stateMachine.suggestions.{state}: use 1 to {StateSuggestions.Words} words of at most {StateSuggestions.WordLength} characters."));
            }

            words[state] = list;
        }

        return words;
    }
}
