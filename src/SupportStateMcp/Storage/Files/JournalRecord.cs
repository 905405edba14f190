using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using SupportStateMcp.Conversations;

namespace SupportStateMcp.Storage.Files;

/// <summary>
/// One line of a journal: one commit. Events, messages and receipt stay JSON until somebody asks for them, so that a
/// long journal is read quickly, and so that older schema versions can be brought up first.
/// </summary>
internal sealed record JournalRecord
{
    /// <summary>The identity of the journal, random; in its first record only.</summary>
    public string? Journal { get; init; }

    /// <summary>The schema version of what this record holds.</summary>
    public required int Schema { get; init; }

    /// <summary>When the conversation will be gone unless a later record says otherwise.</summary>
    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>True in a journal that was rewritten after an erasure: its events are redacted already.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Redacted { get; init; }

    public IReadOnlyList<JsonElement> Events { get; init; } = [];

    public IReadOnlyList<JsonElement>? Messages { get; init; }

    public string? Key { get; init; }

    public JsonElement? IdempotencyRecord { get; init; }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(JournalRecord))]
internal sealed partial class JournalJson : JsonSerializerContext
{
    /// <summary>The generated context, with text left readable.</summary>
    public static JournalJson Readable => Holder.Readable;

    // Apart, so that the generated defaults are there before it.
    private static class Holder
    {
        public static readonly JournalJson Readable = new(new JsonSerializerOptions(Default.Options)
        {
            Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        });
    }
}
