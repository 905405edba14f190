using System.Collections.Frozen;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using SupportStateMcp.Conversations;
using SupportStateMcp.Mcp.Tools;
using SupportStateMcp.Primitives;

namespace SupportStateMcp.Mcp.Filters;

/// <summary>
/// The rule for one argument, or for the items of one: lenient in form, strict in meaning. A value with exactly one reading
/// is taken (JSON text for an object, <c>"5"</c> for 5, 4711 for a text); one with two, or none, is refused.
/// </summary>
internal sealed partial class ArgumentRule
{
    /// <summary>Prose may have any character; names and keys are shown in one line.</summary>
    private static readonly FrozenSet<string> s_prose = FrozenSet.Create(
        StringComparer.Ordinal, "content", "customer_message", "description", "goal", "note", "notes", "open_question", "promises", "queries", "query", "reason", "steps", "summary", "text", "tried", "value");

    /// <summary>What says something where it is empty: that there are no arguments is not that they stay as they are, and a text of nothing is not that a value goes.</summary>
    private static readonly FrozenSet<string> s_saidByNothing = FrozenSet.Create(StringComparer.Ordinal, "final_arguments", "value");

    private readonly string _name;
    private readonly string? _type;
    private readonly int? _minLength;
    private readonly int? _maxLength;
    private readonly decimal? _minimum;
    private readonly decimal? _maximum;
    private readonly int? _minItems;
    private readonly int? _maxItems;
    private readonly string[]? _enum;
    private readonly ArgumentPattern? _pattern;
    private readonly ArgumentRule? _items;
    private readonly ArgumentRules? _members;

    /// <exception cref="InvalidOperationException">The schema has a type or a pattern that nobody has words for.</exception>
    public ArgumentRule(string name, JsonElement schema)
    {
        _name = name;
        _type = schema.TryGetProperty("type", out var type) ? type.GetString() : null;
        _minLength = Integer(schema, "minLength");
        _maxLength = Integer(schema, "maxLength");
        _minItems = Integer(schema, "minItems");
        _maxItems = Integer(schema, "maxItems");
        _minimum = schema.TryGetProperty("minimum", out var minimum) ? minimum.GetDecimal() : null;
        _maximum = schema.TryGetProperty("maximum", out var maximum) ? maximum.GetDecimal() : null;
        _enum = schema.TryGetProperty("enum", out var values) ? [.. values.EnumerateArray().Select(v => v.GetString()!)] : null;
        _pattern = schema.TryGetProperty("pattern", out var pattern) ? ArgumentPattern.Of(pattern.GetString()!) : null;
        _items = schema.TryGetProperty("items", out var items) ? new ArgumentRule(name, items) : null;
        // Custom facts have none that are known.
        _members = _type == "object" && schema.TryGetProperty("properties", out _) ? new ArgumentRules(schema) : null;
        // Throws where a type has no words, at start instead of at the first call.
        Must = "it must be " + Words();
    }

    /// <summary>What the argument must be, as a clause.</summary>
    public string Must { get; }

    /// <summary>Reads a value that is not null.</summary>
    /// <param name="value">What was sent.</param>
    /// <param name="isOptional">Whether an empty value can be one that was left out.</param>
    public ArgumentReading Read(JsonElement value, bool isOptional)
    {
        if (isOptional && IsEmpty(value))
            return ArgumentReading.LeftOut;
        return _type switch
        {
            "string" => ReadText(value),
            "integer" => ReadInteger(value),
            "number" => ReadNumber(value),
            "boolean" => ReadBoolean(value),
            "array" => ReadArray(value),
            _ => ReadObject(value),
        };
    }

    /// <summary>Many clients send an empty value for every optional argument that their model left out. A list that may be empty is said by one that is.</summary>
    private bool IsEmpty(JsonElement value) => !s_saidByNothing.Contains(_name) && value.ValueKind switch
    {
        JsonValueKind.String when value.GetString()!.Trim() is var text => text.Length == 0
            || ((_type != "string" || _enum is not null) && text.ToLowerInvariant() is "null" or "none" or "undefined"),
        JsonValueKind.Array => value.GetArrayLength() == 0 && (_type == "object" || (_type == "array" && _minItems > 0)),
        JsonValueKind.Object => !value.EnumerateObject().Any() && _type is "object",
        _ => false,
    };

    private ArgumentReading ReadText(JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.String:
                return ReadText(value.GetString()!, value, value);
            case JsonValueKind.Number when _enum is null:
                var digits = value.GetRawText();
                if (!PlainNumber().IsMatch(digits))
                    return Refused(value);
                return decimal.TryParse(digits, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && Math.Abs(number) <= Limits.Number
                    ? ReadText(digits, ToJson(digits), value)
                    : ArgumentReading.Refused($"{Must}, and a number this large may have been rounded on its way: send it as text", SentValue.Of(value));
            case JsonValueKind.Array when value.GetArrayLength() == 1 && value[0].ValueKind is JsonValueKind.String or JsonValueKind.Object:
                return ReadText(value[0]);
            // A block of content, as messages of chat models have it.
            case JsonValueKind.Object when value.TryGetProperty("type", out var type) && type.ValueKind == JsonValueKind.String && type.ValueEquals("text")
                && value.TryGetProperty("text", out var text) && text.ValueKind == JsonValueKind.String:
                return ReadText(text);
            default:
                return Refused(value);
        }
    }

    private ArgumentReading ReadText(string text, JsonElement taken, JsonElement sent)
    {
        if (!s_prose.Contains(_name) && text.Trim() is { } trimmed && trimmed.Length < text.Length)
            (text, taken) = (trimmed, ToJson(trimmed));
        if (_enum is not null)
            return ReadName(_enum, text, taken, sent);
        if (_pattern is not null)
            return _pattern.Takes(text) ? ArgumentReading.Taken(taken)
                : _pattern.Folded(text) is { } folded ? ArgumentReading.Taken(ToJson(folded))
                : ArgumentReading.Refused(Must, SentValue.Of(sent), _pattern.Guess(text));
        if (text.Length < _minLength || text.Length > _maxLength)
            return ArgumentReading.Refused(Must, text.Length == 0 ? "an empty text" : string.Create(CultureInfo.InvariantCulture, $"{text.Length} characters"));
        return !s_prose.Contains(_name) && text.Any(char.IsControl)
            ? ArgumentReading.Refused($"{Must}, without control characters", SentValue.Of(sent))
            : ArgumentReading.Taken(taken);
    }

    private ArgumentReading ReadName(string[] values, string text, JsonElement taken, JsonElement sent)
    {
        if (values.Contains(text, StringComparer.Ordinal))
            return ArgumentReading.Taken(taken);
        var meant = ArgumentNames.Fold(text);
        if (Array.Find(values, v => ArgumentNames.Fold(v) == meant || ArgumentNames.IsSynonym(values, meant, v)) is { } value)
            return ArgumentReading.Taken(ToJson(value));
        return ArgumentReading.Refused(Must, SentValue.Of(sent), ArgumentNames.GuessValue(values, meant));
    }

    private ArgumentReading ReadInteger(JsonElement value)
    {
        decimal number;
        if (!TryRead(value, out number))
            return Refused(value);
        return decimal.IsInteger(number) && !(number < _minimum) && !(number > _maximum)
            ? ArgumentReading.Taken(value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out _)
                ? value
                : JsonElement.Parse(decimal.Truncate(number).ToString("0", CultureInfo.InvariantCulture)))
            : Refused(value);
    }

    private ArgumentReading ReadNumber(JsonElement value)
    {
        decimal number;
        if (!TryRead(value, out number))
            return Refused(value);
        return !(number < _minimum) && !(number > _maximum)
            ? ArgumentReading.Taken(value.ValueKind == JsonValueKind.Number ? value : JsonElement.Parse(number.ToString(CultureInfo.InvariantCulture)))
            : Refused(value);
    }

    /// <summary>A number to its last digit: 500 and a trace more would be rounded to 500 on its way.</summary>
    private static bool TryRead(JsonElement value, out decimal number)
    {
        number = 0;
        if (value.ValueKind == JsonValueKind.Number)
            return CanonicalNumber.TryReadExactly(value.GetRawText(), out number);
        return value.ValueKind == JsonValueKind.String
            && value.GetString()!.Trim() is var text
            && NumberText().IsMatch(text)
            // To half of the world 1.200 is a thousand and two hundred.
            && !Grouped().IsMatch(text)
            && CanonicalNumber.TryReadExactly(text.TrimStart('+'), out number);
    }

    private ArgumentReading ReadBoolean(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.True or JsonValueKind.False => ArgumentReading.Taken(value),
        JsonValueKind.Number when value.GetRawText() is "0" or "1" => ArgumentReading.Taken(JsonElement.Parse(value.GetRawText() == "1" ? "true" : "false")),
        JsonValueKind.String => value.GetString()!.Trim().ToLowerInvariant() switch
        {
            "true" or "yes" => ArgumentReading.Taken(JsonElement.Parse("true")),
            "false" or "no" => ArgumentReading.Taken(JsonElement.Parse("false")),
            _ => Refused(value),
        },
        _ => Refused(value),
    };

    private ArgumentReading ReadArray(JsonElement value)
    {
        JsonElement[] items;
        if (Written(value, '[', out var written) is { } fault)
            return fault;
        if (value.ValueKind == JsonValueKind.Array)
            items = [.. value.EnumerateArray()];
        else if (written is { } array)
            items = [.. array.EnumerateArray()];
        else if (value.ValueKind == JsonValueKind.String && _items?._enum is not null)
            items = [.. value.GetString()!.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(ToJson)];
        else if (value.ValueKind == JsonValueKind.String && _items?._type == "string")
            items = [value];
        else
            return Refused(value);

        if (items.Length < _minItems || items.Length > _maxItems)
            return ArgumentReading.Refused(Must, string.Create(CultureInfo.InvariantCulture, $"{items.Length} items"));
        for (var i = 0; i < items.Length; i++)
        {
            if (items[i].ValueKind == JsonValueKind.Null)
                return ArgumentReading.Refused(Must, "null as one of them");
            var item = _items!.Read(items[i], isOptional: false);
            if (item.Rule is not null)
                return item with { Rule = "of each item: " + item.Rule };
            items[i] = item.Value!.Value;
        }

        return ArgumentReading.Taken(JsonSerializer.SerializeToElement(items, ToolJson.TypeInfo<JsonElement[]>()));
    }

    private ArgumentReading ReadObject(JsonElement value)
    {
        if (Written(value, '{', out var written) is { } fault)
            return fault;
        value = written ?? value;
        if (value.ValueKind != JsonValueKind.Object)
            return Refused(value);
        if (_members is not null)
            return ReadMembers(_members, value);
        var facts = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        foreach (var property in value.EnumerateObject())
            facts[property.Name] = property.Value;
        return MetadataRules.Violation(facts) is { } violation ? ArgumentReading.Refused(violation, null) : ArgumentReading.Taken(value);
    }

    private ArgumentReading ReadMembers(ArgumentRules members, JsonElement value)
    {
        var sent = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        foreach (var property in value.EnumerateObject())
            sent[property.Name] = property.Value;
        if (sent.Count > ArgumentRules.MaxNames)
            return Refused(value);
        var (taken, error) = members.Read(sent);
        return error is Errors.InvalidArgument fault
            ? ArgumentReading.Refused($"{fault.Argument}: {fault.Rule}", fault.Sent)
            : ArgumentReading.Taken(JsonSerializer.SerializeToElement(taken, ToolJson.TypeInfo<Dictionary<string, JsonElement>>()));
    }

    private ArgumentReading Refused(JsonElement sent) => ArgumentReading.Refused(Must, SentValue.Of(sent));

    private string Words() => (_type, _enum, _pattern) switch
    {
        ("string", { } values, _) => "one of: " + string.Join(", ", values),
        ("string", _, { } pattern) => pattern.Words,
        ("string", _, _) => string.Create(CultureInfo.InvariantCulture, $"a text of {_minLength ?? 0} to {_maxLength} characters"),
        ("integer", _, _) => string.Create(CultureInfo.InvariantCulture, $"a whole number from {_minimum} to {_maximum}"),
        ("number", _, _) => string.Create(CultureInfo.InvariantCulture, $"a number from {_minimum} to {_maximum}, of at most 28 digits, without a unit or a currency"),
        ("boolean", _, _) => "true or false",
        ("array", _, _) => string.Create(CultureInfo.InvariantCulture, $"an array of {_minItems ?? 0} to {_maxItems} items, each {_items!.Words()}"),
        ("object", _, _) => _members is null ? "an object" : $"an object with {string.Join(" and ", _members.Names)}",
        _ => throw new InvalidOperationException($"No words for {_name}, an argument of type {_type}."),
    };

    /// <summary>Reads a value that was written as text, as strictly as the message that it came in.</summary>
    /// <param name="value">What was sent.</param>
    /// <param name="opens">What the JSON in it begins with.</param>
    /// <param name="written">The value; null where the text holds none.</param>
    /// <returns>The refusal of JSON that holds a text that is none; null where there is none.</returns>
    private static ArgumentReading? Written(JsonElement value, char opens, out JsonElement? written)
    {
        written = null;
        if (value.ValueKind != JsonValueKind.String || value.GetString()!.Trim() is not { Length: > 0 } text || text[0] != opens)
            return null;
        switch (StrictJson.Read(Encoding.UTF8.GetBytes(text), "The text", out var read))
        {
            case null:
                written = read;
                return null;
            case { IsJson: true, Sentence: var sentence }:
                return ArgumentReading.Refused(char.ToLowerInvariant(sentence[0]) + sentence[1..].TrimEnd('.'), null);
            default:
                return null;
        }
    }

    private static JsonElement ToJson(string text) => JsonSerializer.SerializeToElement(text, ToolJson.TypeInfo<string>());

    private static int? Integer(JsonElement schema, string keyword) =>
        schema.TryGetProperty(keyword, out var value) ? value.GetInt32() : null;

    /// <summary>A number that is written in one way only: no exponent, no zeros that could be left out.</summary>
    [GeneratedRegex(@"^(-?[1-9]\d*|0|-?(0|[1-9]\d*)\.\d*[1-9])\z", RegexOptions.CultureInvariant)]
    private static partial Regex PlainNumber();

    [GeneratedRegex(@"^[+-]?[0-9]{1,28}(\.[0-9]{1,28})?\z", RegexOptions.CultureInvariant)]
    private static partial Regex NumberText();

    [GeneratedRegex(@"^[+-]?[1-9][0-9]{0,2}\.[0-9]{3}\z", RegexOptions.CultureInvariant)]
    private static partial Regex Grouped();
}

/// <summary>What became of one argument.</summary>
/// <param name="Value">The value as the tool takes it; null where it counts as left out, or is refused.</param>
/// <param name="Rule">The rule that it breaks; null where it breaks none.</param>
/// <param name="Sent">What was sent, in words; null where the rule says it.</param>
/// <param name="Guess">The value that was probably meant.</param>
internal readonly record struct ArgumentReading(JsonElement? Value, string? Rule, string? Sent, string? Guess)
{
    public static ArgumentReading LeftOut => default;

    public static ArgumentReading Taken(JsonElement value) => new(value, null, null, null);

    public static ArgumentReading Refused(string rule, string? sent, string? guess = null) => new(null, rule, sent, guess);
}
