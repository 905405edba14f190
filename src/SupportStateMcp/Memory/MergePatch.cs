using System.Buffers;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using SupportStateMcp.Conversations;

namespace SupportStateMcp.Memory;

/// <summary>JSON merge patches (RFC 7396) of objects.</summary>
internal static class MergePatch
{
    private static readonly JsonWriterOptions s_options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static JsonElement Empty { get; } = JsonElement.Parse("{}"u8);

    /// <summary>The bound that a patch breaks; null where it breaks none.</summary>
    public static Error? Violation(string argument, IReadOnlyDictionary<string, JsonElement>? patch)
    {
        if (patch is null)
            return null;
        var bytes = patch.Sum(p => (long)p.Key.Length + p.Value.GetRawText().Length + 4);
        if (bytes > MemoryLimits.ProfileBytes)
            return Error.InvalidArgument(argument, string.Create(CultureInfo.InvariantCulture, $"it has at most {MemoryLimits.ProfileBytes} characters of JSON, this has {bytes}"));
        if (patch.Keys.Any(k => Bounds.HalfCharacterAt(k) is not null) || patch.Values.Any(v => !IsReadable(v, 1)))
            return Error.InvalidArgument(argument, string.Create(
                CultureInfo.InvariantCulture, $"its values are nested at most {MemoryLimits.ProfileDepth} deep, and its texts have whole characters only"));
        return null;
    }

    /// <summary>An object after a patch: a JSON null removes a name, an object is merged into the one that is there, all else replaces.</summary>
    public static JsonElement Apply(JsonElement target, IReadOnlyDictionary<string, JsonElement> patch)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, s_options))
            Write(writer, target, patch.Select(p => (p.Key, p.Value)).ToList());
        return JsonElement.Parse(buffer.WrittenSpan);
    }

    private static void Write(Utf8JsonWriter writer, JsonElement target, IReadOnlyList<(string Name, JsonElement Value)> patch)
    {
        var changes = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        foreach (var (name, value) in patch)
            changes[name] = value;
        writer.WriteStartObject();
        var known = new HashSet<string>(StringComparer.Ordinal);
        if (target.ValueKind == JsonValueKind.Object)
        {
            foreach (var member in target.EnumerateObject())
            {
                known.Add(member.Name);
                if (!changes.TryGetValue(member.Name, out var change))
                    member.WriteTo(writer);
                else if (change.ValueKind != JsonValueKind.Null)
                    Write(writer, member.Name, member.Value, change);
            }
        }

        foreach (var (name, value) in changes)
        {
            if (!known.Contains(name) && value.ValueKind != JsonValueKind.Null)
                Write(writer, name, default, value);
        }

        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, string name, JsonElement target, JsonElement value)
    {
        writer.WritePropertyName(name);
        // Also where nothing was there: what is null in a patch is in no result.
        if (value.ValueKind == JsonValueKind.Object)
            Write(writer, target, value.EnumerateObject().Select(m => (m.Name, m.Value)).ToList());
        else
            value.WriteTo(writer);
    }

    private static bool IsReadable(JsonElement value, int depth)
    {
        if (depth > MemoryLimits.ProfileDepth)
            return false;
        try
        {
            return value.ValueKind switch
            {
                JsonValueKind.Object => value.EnumerateObject().All(m => Bounds.HalfCharacterAt(m.Name) is null && IsReadable(m.Value, depth + 1)),
                JsonValueKind.Array => value.EnumerateArray().All(v => IsReadable(v, depth + 1)),
                JsonValueKind.String => value.GetString() is not null,
                _ => true,
            };
        }
        catch (InvalidOperationException)
        {
            // Half of a surrogate pair, as an escape.
            return false;
        }
    }
}
