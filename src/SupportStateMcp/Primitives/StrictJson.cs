using System.Text.Json;
using System.Text.Unicode;

namespace SupportStateMcp.Primitives;

/// <summary>Why a text from outside is not taken as JSON.</summary>
/// <param name="Sentence">What is wrong, and where.</param>
/// <param name="IsJson">True where it is JSON, with a text in it that is none.</param>
internal sealed record JsonFault(string Sentence, bool IsJson);

/// <summary>
/// Reads JSON from outside and refuses, before anything else sees it, what later stages would stumble over: bytes that are
/// no UTF-8, half surrogate pairs, repeated names, excessive depth.
/// </summary>
internal static class StrictJson
{
    /// <summary>How deep a value may be nested.</summary>
    public const int MaxDepth = 64;

    private static readonly JsonDocumentOptions s_options = new() { MaxDepth = MaxDepth, AllowDuplicateProperties = false };

    private static readonly byte[] s_byteOrderMark = [0xEF, 0xBB, 0xBF];

    /// <summary>The text behind the byte order mark that some programs begin what they write with.</summary>
    public static ReadOnlyMemory<byte> WithoutMark(ReadOnlyMemory<byte> utf8) =>
        utf8.Span.StartsWith(s_byteOrderMark) ? utf8[s_byteOrderMark.Length..] : utf8;

    /// <summary>Reads a value.</summary>
    /// <param name="utf8">The text, without a byte order mark.</param>
    /// <param name="subject">What it is, as a sentence begins: <c>The message</c>.</param>
    /// <param name="value">The value; nothing where there is a fault.</param>
    /// <returns>Why it is not taken; null where it is.</returns>
    public static JsonFault? Read(ReadOnlySpan<byte> utf8, string subject, out JsonElement value)
    {
        value = default;
        if (!Utf8.IsValid(utf8))
            return new JsonFault($"{subject} is not UTF-8, at byte {InvalidAt(utf8)}.", IsJson: false);
        try
        {
            if (HalfSurrogate(utf8) is { } half)
                return new JsonFault(half, IsJson: true);
            value = JsonElement.Parse(utf8, s_options);
            return null;
        }
        catch (JsonException e)
        {
            return new JsonFault(Unreadable(utf8, subject, e), IsJson: false);
        }
    }

    /// <summary>Why a text is not JSON that this server reads: the reason, and the place.</summary>
    private static string Unreadable(ReadOnlySpan<byte> utf8, string subject, JsonException reason)
    {
        if (reason.LineNumber is not { } line)
            return $"{subject} is not JSON this server reads: an object has the name {RepeatedName(utf8)} twice; keep one of them.";
        var where = $", at line {line}, byte {reason.BytePositionInLine}";
        return DepthOf(utf8) > MaxDepth
            ? $"{subject} is nested more than {MaxDepth} deep{where}: send values that are nested less."
            : $"{subject} is not JSON this server reads{where}.";
    }

    /// <summary>How deep a text is nested where it stops being readable.</summary>
    private static int DepthOf(ReadOnlySpan<byte> utf8)
    {
        var reader = new Utf8JsonReader(utf8, new JsonReaderOptions { MaxDepth = MaxDepth + 1 });
        var depth = 0;
        try
        {
            while (reader.Read())
                depth = Math.Max(depth, reader.CurrentDepth + (reader.TokenType is JsonTokenType.StartArray or JsonTokenType.StartObject ? 1 : 0));
        }
        catch (JsonException)
        {
            // As far as it can be read.
        }

        return depth;
    }

    /// <summary>The name that an object has twice, as JSON.</summary>
    private static string RepeatedName(ReadOnlySpan<byte> utf8)
    {
        var reader = new Utf8JsonReader(utf8, new JsonReaderOptions { MaxDepth = MaxDepth });
        var names = new Stack<HashSet<string>>();
        while (reader.Read())
        {
            if (reader.TokenType == JsonTokenType.StartObject)
                names.Push([]);
            else if (reader.TokenType == JsonTokenType.EndObject)
                names.Pop();
            else if (reader.TokenType == JsonTokenType.PropertyName && reader.GetString() is { } name && !names.Peek().Add(name))
                return Shown(name);
        }

        return "of a member";
    }

    /// <summary>
    /// An escape such as \ud800 alone is valid JSON, but no text: reading it later would throw anywhere, or put another
    /// character in its place. Says where it stands, or null.
    /// </summary>
    /// <exception cref="JsonException">The text is not JSON.</exception>
    private static string? HalfSurrogate(ReadOnlySpan<byte> utf8)
    {
        if (utf8.IndexOf("\\ud"u8) < 0 && utf8.IndexOf("\\uD"u8) < 0)
            return null;

        var reader = new Utf8JsonReader(utf8, new JsonReaderOptions { MaxDepth = MaxDepth });
        string? name = null;
        while (reader.Read())
        {
            if (reader.TokenType is not (JsonTokenType.String or JsonTokenType.PropertyName))
                continue;
            try
            {
                var text = reader.GetString();
                if (reader.TokenType == JsonTokenType.PropertyName)
                    name = text;
            }
            catch (InvalidOperationException)
            {
                var place = reader.TokenType == JsonTokenType.PropertyName ? "A name" : name is null ? "A text" : $"The text of {Shown(name)}";
                return $"{place} holds half of a surrogate pair (an escape such as \\ud83d without its other half), which is no character: "
                    + "send the whole character, or leave it out.";
            }
        }

        return null;
    }

    private static string Shown(string name) => name.Length <= 64 && !name.Any(char.IsControl) ? $"\"{name}\"" : "of a member";

    private static int InvalidAt(ReadOnlySpan<byte> utf8)
    {
        var at = 0;
        while (System.Text.Rune.DecodeFromUtf8(utf8[at..], out _, out var length) == System.Buffers.OperationStatus.Done)
            at += length;
        return at;
    }
}
