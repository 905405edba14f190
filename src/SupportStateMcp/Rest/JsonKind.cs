using System.Text.Json;
using System.Text.Json.Nodes;

namespace SupportStateMcp.Rest;

/// <summary>What a member of a body must be, by the type that it becomes. A text is no number, and no boolean.</summary>
/// <param name="Rule">The rule, as a clause.</param>
/// <param name="Fits">Whether a value follows it.</param>
internal sealed record JsonKind(string Rule, Func<JsonElement, bool> Fits)
{
    private static readonly JsonKind s_text = new("it must be a text", v => v.ValueKind == JsonValueKind.String);
    private static readonly JsonKind s_boolean = new("it must be true or false", v => v.ValueKind is JsonValueKind.True or JsonValueKind.False);
    private static readonly JsonKind s_int = new("it must be a whole number", v => v.ValueKind == JsonValueKind.Number && v.TryGetInt32(out _));
    private static readonly JsonKind s_long = new("it must be a whole number", v => v.ValueKind == JsonValueKind.Number && v.TryGetInt64(out _));
    private static readonly JsonKind s_number = new("it must be a number", v => v.ValueKind == JsonValueKind.Number && v.TryGetDecimal(out _));
    private static readonly JsonKind s_object = new("it must be an object", v => v.ValueKind == JsonValueKind.Object);
    private static readonly JsonKind s_texts = new(
        "it must be a list of texts", v => v.ValueKind == JsonValueKind.Array && v.EnumerateArray().All(i => i.ValueKind == JsonValueKind.String));

    /// <summary>The kind for a type; null where only the type itself can tell.</summary>
    public static JsonKind? Of(Type type)
    {
        var value = Nullable.GetUnderlyingType(type) ?? type;
        return value == typeof(string) ? s_text
            : value == typeof(bool) ? s_boolean
            : value == typeof(int) ? s_int
            : value == typeof(long) ? s_long
            : value == typeof(decimal) ? s_number
            : value == typeof(JsonObject) ? s_object
            : value == typeof(string[]) || value == typeof(IReadOnlyList<string>) ? s_texts
            : null;
    }
}
