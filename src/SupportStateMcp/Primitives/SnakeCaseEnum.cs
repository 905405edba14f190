using System.Text.Json;
using System.Text.Json.Serialization;

namespace SupportStateMcp.Primitives;

/// <summary>The names of enumeration values on the wire and in the stores: snake_case.</summary>
public static class SnakeCaseEnum
{
    /// <summary>The wire name of a value, for example <c>Medium</c> → <c>medium</c>.</summary>
    public static string Of<T>(T value) where T : struct, Enum => Table<T>.ByValue[value];

    /// <summary>The value with that wire name, or null.</summary>
    public static T? Parse<T>(string? name) where T : struct, Enum =>
        name is not null && Table<T>.ByName.TryGetValue(name, out var value) ? value : null;

    private static class Table<T> where T : struct, Enum
    {
        public static readonly Dictionary<T, string> ByValue =
            Enum.GetValues<T>().ToDictionary(v => v, v => JsonNamingPolicy.SnakeCaseLower.ConvertName(v.ToString()));

        public static readonly Dictionary<string, T> ByName =
            ByValue.ToDictionary(p => p.Value, p => p.Key, StringComparer.Ordinal);
    }
}

/// <summary>Enumeration values by their snake_case names, and only those: no numbers, no other case.</summary>
public sealed class SnakeCaseEnumConverter<T> : JsonConverter<T> where T : struct, Enum
{
    public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String && SnakeCaseEnum.Parse<T>(reader.GetString()) is { } value
            ? value
            : throw new JsonException($"Expected one of: {string.Join(", ", Enum.GetValues<T>().Select(SnakeCaseEnum.Of))}.");

    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) =>
        writer.WriteStringValue(SnakeCaseEnum.Of(value));
}
