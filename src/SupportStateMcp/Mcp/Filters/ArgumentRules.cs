using System.Text.Json;
using SupportStateMcp.Conversations;

namespace SupportStateMcp.Mcp.Filters;

/// <summary>
/// The rules a tool's input schema sets for its arguments. They are read off the schema that the published one is made of,
/// so that the two cannot differ; the keywords are those that schema uses (JSON Schema 2020-12, the validation vocabulary).
/// </summary>
internal sealed class ArgumentRules
{
    /// <summary>The most names that are read one by one, several times what any tool takes.</summary>
    public const int MaxNames = 100;

    /// <summary>The most faults of one call that are told at once.</summary>
    private const int MaxFaults = 10;

    private readonly Dictionary<string, ArgumentRule> _rules;
    private readonly Dictionary<string, string> _folded;
    private readonly string[] _required;

    /// <exception cref="InvalidOperationException">The schema has a type or a pattern that nobody has words for.</exception>
    public ArgumentRules(JsonElement inputSchema)
    {
        _rules = inputSchema.GetProperty("properties").EnumerateObject()
            .ToDictionary(p => p.Name, p => new ArgumentRule(p.Name, p.Value), StringComparer.Ordinal);
        _folded = _rules.Keys.ToDictionary(ArgumentNames.Fold, StringComparer.Ordinal);
        _required = inputSchema.TryGetProperty("required", out var required)
            ? [.. required.EnumerateArray().Select(r => r.GetString()!)]
            : [];
    }

    /// <summary>The names of the arguments.</summary>
    public IEnumerable<string> Names => _rules.Keys;

    /// <summary>
    /// The arguments as the tool takes them, or the error that tells all that is wrong with them. An explicit null counts
    /// as an argument left out; so does an empty value of an optional one.
    /// </summary>
    public (Dictionary<string, JsonElement> Arguments, Error? Error) Read(IDictionary<string, JsonElement>? sent)
    {
        var taken = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        sent ??= new Dictionary<string, JsonElement>();
        if (sent.Count > MaxNames)
            return (taken, new Errors.InvalidArgument(Shown(sent.Keys.ElementAt(MaxNames)), $"a call has at most {MaxNames} arguments") { Sent = $"{sent.Count}" });

        var spellings = sent.Keys.CountBy(ArgumentNames.Fold, StringComparer.Ordinal).ToDictionary(StringComparer.Ordinal);
        var named = new HashSet<string>(StringComparer.Ordinal);
        var faults = new List<Errors.InvalidArgument>();
        foreach (var (name, value) in sent)
        {
            if (NameOf(name, sent, spellings) is not { } known)
            {
                faults.Add(Unknown(name, value, sent, named));
                continue;
            }

            if (value.ValueKind == JsonValueKind.Null)
                continue;
            named.Add(known);
            var reading = _rules[known].Read(value, isOptional: !_required.Contains(known, StringComparer.Ordinal));
            if (reading.Rule is { } rule)
                faults.Add(new Errors.InvalidArgument(known, rule) { Sent = reading.Sent, Suggestion = reading.Guess });
            else if (reading.Value is { } read)
                taken[known] = read;
        }

        faults.AddRange(_required.Where(r => !named.Contains(r)).Select(r => new Errors.InvalidArgument(r, $"it is required; {_rules[r].Must}")));
        return (taken, faults.Count == 0 ? null : faults[0] with { Others = [.. faults.Skip(1).Take(MaxFaults - 1)] });
    }

    /// <summary>The argument that a name can only mean: itself, or the one that it is in another spelling (<c>conversationId</c>).</summary>
    /// <param name="name">The name.</param>
    /// <param name="sent">All arguments of the call.</param>
    /// <param name="spellings">How many of their names are the same but for the spelling, by the folded name.</param>
    private string? NameOf(string name, IDictionary<string, JsonElement> sent, Dictionary<string, int> spellings) =>
        _rules.ContainsKey(name) ? name
        : name.Length <= 64 && ArgumentNames.Fold(name) is var folded && _folded.TryGetValue(folded, out var known)
            && !sent.ContainsKey(known) && spellings[folded] == 1 ? known
        : null;

    private Errors.InvalidArgument Unknown(string name, JsonElement value, IDictionary<string, JsonElement> sent, HashSet<string> named)
    {
        const string NoSuch = "there is no such argument";
        var shown = Shown(name);
        if (ArgumentNames.GuessArgument([.. _rules.Keys.Where(k => !sent.ContainsKey(k))], name) is not { } meant)
            return new Errors.InvalidArgument(shown, $"{NoSuch}; there are: {string.Join(", ", _rules.Keys)}");

        // What is missing under its own name is told once, here.
        named.Add(meant);
        var reading = value.ValueKind == JsonValueKind.Null ? default : _rules[meant].Read(value, isOptional: true);
        return new Errors.InvalidArgument(shown, NoSuch)
        {
            SuggestedArgument = meant,
            Suggestion = reading.Guess ?? (reading.Value is { ValueKind: JsonValueKind.String } text && text.GetString() is { Length: <= 64 } given ? given : null),
        };
    }

    private static string Shown(string name) => name.Length <= 64 ? name : name[..64] + "…";
}
