namespace SupportStateMcp.Workflow;

/// <summary>
/// Which state the words of an answer hint at: it tells who answers that the conversation may have moved on. It moves nothing.
/// </summary>
/// <param name="workflow">The states and transitions.</param>
/// <param name="words">Words and phrases by state, in any case; each counts as a whole.</param>
public sealed class StateSuggestions(WorkflowDefinition workflow, IReadOnlyDictionary<string, IReadOnlyList<string>> words)
{
    /// <summary>The most words of one state.</summary>
    public const int Words = 50;

    /// <summary>The longest word or phrase, in characters.</summary>
    public const int WordLength = 100;

    /// <summary>What is looked for where nothing is configured; states that a workflow does not have are never suggested.</summary>
    public static IReadOnlyDictionary<string, IReadOnlyList<string>> DefaultWords { get; } = new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal)
    {
        ["processing"] = ["solution", "try"],
        ["awaiting_confirmation"] = ["confirm", "does this"],
    };

    /// <summary>The state that an answer hints at, of those that may follow; of several the last in the order of the workflow. Null where it hints at none.</summary>
    /// <param name="state">Where the conversation stands.</param>
    /// <param name="answer">What the customer is told.</param>
    public string? For(string state, string answer) => workflow.States.LastOrDefault(
        s => s != state && words.TryGetValue(s, out var hints) && workflow.Allows(state, s) && hints.Any(h => Holds(answer, h)));

    private static bool Holds(string text, string word)
    {
        for (var at = 0; (at = text.IndexOf(word, at, StringComparison.OrdinalIgnoreCase)) >= 0; at++)
        {
            if ((at == 0 || !char.IsLetterOrDigit(text[at - 1])) && (at + word.Length == text.Length || !char.IsLetterOrDigit(text[at + word.Length])))
                return true;
        }

        return false;
    }
}
