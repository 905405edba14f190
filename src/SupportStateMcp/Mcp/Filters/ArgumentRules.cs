using System.Collections.Frozen;
using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using SupportStateMcp.Conversations;
using SupportStateMcp.Primitives;

namespace SupportStateMcp.Mcp.Filters;

/// <summary>
/// The rules a tool's input schema sets for its arguments. They are read off the very schema that clients see, so that
/// the two cannot differ; the keywords are those that schema uses (JSON Schema 2020-12, the validation vocabulary).
/// </summary>
internal sealed class ArgumentRules
{
    /// <summary>Prose may have any character; names and keys are shown in one line.</summary>
    private static readonly FrozenSet<string> s_prose = FrozenSet.Create(
        StringComparer.Ordinal, "content", "customer_message", "description", "note", "notes", "open_question", "promises", "reason", "summary", "tried");

    private readonly Dictionary<string, Rule> _rules;
    private readonly string[] _required;

    public ArgumentRules(JsonElement inputSchema)
    {
        _rules = inputSchema.GetProperty("properties").EnumerateObject()
            .ToDictionary(p => p.Name, p => new Rule(p.Value), StringComparer.Ordinal);
        _required = inputSchema.TryGetProperty("required", out var required)
            ? [.. required.EnumerateArray().Select(r => r.GetString()!)]
            : [];
    }

    /// <summary>The first rule these arguments break, or null. An explicit null counts as an argument left out.</summary>
    public Error? Check(IDictionary<string, JsonElement>? arguments)
    {
        foreach (var name in _required)
        {
            if (arguments is null || !arguments.TryGetValue(name, out var value) || value.ValueKind == JsonValueKind.Null)
                return Error.InvalidArgument(name, "it is required");
        }

        foreach (var (name, value) in arguments ?? new Dictionary<string, JsonElement>())
        {
            if (!_rules.TryGetValue(name, out var rule))
                return Error.InvalidArgument(Shown(name), $"there is no such argument; there are: {string.Join(", ", _rules.Keys)}");
            if (value.ValueKind != JsonValueKind.Null && rule.Violation(name, value) is { } violation)
                return Error.InvalidArgument(name, violation);
        }

        return null;
    }

    private static string Shown(string name) => name.Length <= 64 ? name : name[..64] + "…";

    /// <summary>The rule for one argument, or for the items of one.</summary>
    private sealed class Rule
    {
        private readonly string? _type;
        private readonly int? _minLength;
        private readonly int? _maxLength;
        private readonly decimal? _minimum;
        private readonly decimal? _maximum;
        private readonly int? _minItems;
        private readonly int? _maxItems;
        private readonly string[]? _enum;
        private readonly Regex? _pattern;
        private readonly Rule? _items;

        public Rule(JsonElement schema)
        {
            _type = schema.TryGetProperty("type", out var type) ? type.GetString() : null;
            _minLength = Integer(schema, "minLength");
            _maxLength = Integer(schema, "maxLength");
            _minItems = Integer(schema, "minItems");
            _maxItems = Integer(schema, "maxItems");
            _minimum = schema.TryGetProperty("minimum", out var minimum) ? minimum.GetDecimal() : null;
            _maximum = schema.TryGetProperty("maximum", out var maximum) ? maximum.GetDecimal() : null;
            _enum = schema.TryGetProperty("enum", out var values) ? [.. values.EnumerateArray().Select(v => v.GetString()!)] : null;
            _pattern = schema.TryGetProperty("pattern", out var pattern)
                ? new Regex(pattern.GetString()!, RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)
                : null;
            _items = schema.TryGetProperty("items", out var items) ? new Rule(items) : null;
        }

        public string? Violation(string name, JsonElement value) => _type switch
        {
            "string" => value.ValueKind == JsonValueKind.String ? TextViolation(name, value.GetString()!) : "it is a string",
            "integer" => IntegerViolation(value),
            "number" => NumberViolation(value),
            "boolean" => value.ValueKind is JsonValueKind.True or JsonValueKind.False ? null : "it is true or false",
            "array" => value.ValueKind == JsonValueKind.Array ? ArrayViolation(name, value) : "it is an array",
            "object" => value.ValueKind == JsonValueKind.Object ? ObjectViolation(value) : "it is an object",
            _ => throw new InvalidOperationException($"No rule for arguments of type {_type}."),
        };

        private string? TextViolation(string name, string text)
        {
            if (_enum is not null && !_enum.Contains(text, StringComparer.Ordinal))
                return $"it is one of: {string.Join(", ", _enum)}";
            if (text.Length < _minLength || text.Length > _maxLength)
                return string.Create(CultureInfo.InvariantCulture, $"it has {_minLength ?? 0} to {_maxLength} characters, this one has {text.Length}");
            // $ also matches before a final newline, which belongs to no id.
            if (_pattern is not null && (!_pattern.IsMatch(text) || text.EndsWith('\n')))
                return $"it matches {_pattern}";
            return !s_prose.Contains(name) && text.Any(char.IsControl) ? "it has no control characters" : null;
        }

        private string? IntegerViolation(JsonElement value) =>
            value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var number) && !(number < _minimum) && !(number > _maximum)
                ? null
                : string.Create(CultureInfo.InvariantCulture, $"it is a whole number from {_minimum} to {_maximum}");

        private string? NumberViolation(JsonElement value)
        {
            if (value.ValueKind != JsonValueKind.Number || !value.TryGetDecimal(out var number) || number < _minimum || number > _maximum)
                return string.Create(CultureInfo.InvariantCulture, $"it is a number from {_minimum} to {_maximum}");
            // 500 and a trace more would be rounded to 500 on its way.
            return CanonicalNumber.TryReadExactly(value.GetRawText(), out _) ? null : "it has at most 28 digits";
        }

        private string? ArrayViolation(string name, JsonElement array)
        {
            var count = array.GetArrayLength();
            if (count < _minItems || count > _maxItems)
                return string.Create(CultureInfo.InvariantCulture, $"it has {_minItems ?? 0} to {_maxItems} items, this one has {count}");
            foreach (var item in array.EnumerateArray())
            {
                if (_items?.Violation(name, item) is { } violation)
                    return "of each item: " + violation;
            }

            return null;
        }

        private static string? ObjectViolation(JsonElement value)
        {
            var facts = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
            foreach (var property in value.EnumerateObject())
                facts[property.Name] = property.Value;
            return MetadataRules.Violation(facts);
        }

        private static int? Integer(JsonElement schema, string keyword) =>
            schema.TryGetProperty(keyword, out var value) ? value.GetInt32() : null;
    }
}
