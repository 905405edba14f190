using System.Text.Json;

namespace SupportStateMcp.Tests.Support;

/// <summary>
/// Checks JSON against the part of JSON Schema 2020-12 that this server's schemas use. A keyword it does not know is a
/// violation, so that no schema can go further than this check.
/// </summary>
internal static class JsonSchemaCheck
{
    private static readonly HashSet<string> s_known =
        ["type", "properties", "required", "items", "enum", "anyOf", "additionalProperties", "description", "format", "title"];

    public static IEnumerable<string> Violations(JsonElement schema, JsonElement value, string path = "$")
    {
        // true: anything.
        if (schema.ValueKind == JsonValueKind.True)
            yield break;
        foreach (var keyword in schema.EnumerateObject().Where(k => !s_known.Contains(k.Name)))
            yield return $"{path}: unknown keyword {keyword.Name}";
        if (schema.TryGetProperty("type", out var type) && !Is(value, type.GetString()!))
            yield return $"{path}: {value.ValueKind} is no {type}";
        if (schema.TryGetProperty("enum", out var values) && !values.EnumerateArray().Any(v => JsonElement.DeepEquals(v, value)))
            yield return $"{path}: {value} is none of {values}";
        if (schema.TryGetProperty("anyOf", out var any) && any.EnumerateArray().All(s => Violations(s, value, path).Any()))
            yield return $"{path}: none of {any} holds";
        foreach (var violation in InObject(schema, value, path).Concat(InArray(schema, value, path)))
            yield return violation;
    }

    private static IEnumerable<string> InObject(JsonElement schema, JsonElement value, string path)
    {
        if (value.ValueKind != JsonValueKind.Object)
            yield break;
        if (schema.TryGetProperty("required", out var required))
        {
            foreach (var name in required.EnumerateArray().Where(r => !value.TryGetProperty(r.GetString()!, out _)))
                yield return $"{path}: {name} is missing";
        }

        var hasProperties = schema.TryGetProperty("properties", out var properties);
        foreach (var property in value.EnumerateObject())
        {
            var inner = hasProperties && properties.TryGetProperty(property.Name, out var known) ? known
                : schema.TryGetProperty("additionalProperties", out var others) ? others
                : default;
            if (inner.ValueKind == JsonValueKind.False)
                yield return $"{path}: {property.Name} may not be";
            else if (inner.ValueKind != JsonValueKind.Undefined)
            {
                foreach (var violation in Violations(inner, property.Value, $"{path}.{property.Name}"))
                    yield return violation;
            }
        }
    }

    private static IEnumerable<string> InArray(JsonElement schema, JsonElement value, string path) =>
        value.ValueKind == JsonValueKind.Array && schema.TryGetProperty("items", out var items)
            ? value.EnumerateArray().SelectMany((item, i) => Violations(items, item, $"{path}[{i}]"))
            : [];

    private static bool Is(JsonElement value, string type) => type switch
    {
        "object" => value.ValueKind == JsonValueKind.Object,
        "array" => value.ValueKind == JsonValueKind.Array,
        "string" => value.ValueKind == JsonValueKind.String,
        "boolean" => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
        "integer" => value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out _),
        "number" => value.ValueKind == JsonValueKind.Number,
        _ => false,
    };
}
