using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Serialization;
using SupportStateMcp.Conversations;
using SupportStateMcp.Primitives;
using SupportStateMcp.Records;

namespace SupportStateMcp.Memory;

/// <summary>
/// What the record of a memory holds: all texts of one key, or one text without a key. Superseding a text is therefore one write of one
/// record: no process that dies leaves two valid texts, or none.
/// </summary>
internal sealed record MemoryDocument
{
    /// <summary>The kind of these records.</summary>
    public const string RecordKind = "memory";

    private const string Prefix = "mem-";

    /// <summary>How much of a digest is in the id of a record, and of one text of it, in bytes.</summary>
    private const int RecordBytes = 10;
    private const int TextBytes = 4;

    private const int RecordIdLength = 4 + (2 * RecordBytes);

    /// <summary>Whose it is; null for the desk's.</summary>
    public string? CustomerId { get; init; }

    public required MemoryKind Kind { get; init; }

    public string? Key { get; init; }

    /// <summary>The oldest first; at most the last one is valid.</summary>
    public required IReadOnlyList<MemoryText> Texts { get; init; }

    /// <summary>When it was last recalled, to the day.</summary>
    public DateTimeOffset? UsedAt { get; init; }

    /// <summary>When somebody last had to do with it: when its newest text was remembered, or it was recalled.</summary>
    [JsonIgnore]
    public DateTimeOffset LastAt => Texts.Select(t => t.At).Append(UsedAt ?? default).Max();

    /// <summary>The id of the record: the same for the same key, or for the same text without one.</summary>
    public static string IdOf(string? customerId, MemoryKind kind, string? key, string text) =>
        Prefix + Hex(RecordBytes, customerId is null ? "desk" : "customer:" + customerId, SnakeCaseEnum.Of(kind), key is null ? "text:" + text : "key:" + key);

    /// <summary>The id of one of its texts.</summary>
    public static string IdOf(string recordId, MemoryText text) =>
        recordId + "-" + Hex(TextBytes, text.At.UtcTicks.ToString(CultureInfo.InvariantCulture), text.Text);

    /// <summary>The record that a memory's id names; null where it is not the id of a memory.</summary>
    public static string? RecordOf(string memoryId) =>
        memoryId.Length == RecordIdLength + 1 + (2 * TextBytes) && memoryId.StartsWith(Prefix, StringComparison.Ordinal) && memoryId[RecordIdLength] == '-'
            ? memoryId[..RecordIdLength]
            : null;

    /// <summary>The text that was valid at a time, null for the one that no other has superseded; null where there is none.</summary>
    public MemoryText? ValidAt(DateTimeOffset? time) => Texts.LastOrDefault(t => t.IsValidAt(time));

    /// <summary>The document with a text that supersedes the one that is valid; of too many the oldest are left out.</summary>
    public MemoryDocument With(MemoryText text) => this with
    {
        Texts = [.. Texts.Select(t => t.InvalidAt is null ? t with { InvalidAt = text.At } : t).Append(text).TakeLast(MemoryLimits.TextsOfKey)],
    };

    /// <summary>One of its texts as it is shown.</summary>
    public MemoryItem Item(string recordId, MemoryText text) => new()
    {
        MemoryId = IdOf(recordId, text),
        CustomerId = CustomerId,
        Kind = Kind,
        Text = text.Text,
        // What an episode is kept under is the server's own.
        Key = Kind == MemoryKind.Episode ? null : Key,
        Topics = text.Topics,
        Confidence = text.Confidence,
        Source = text.Source,
        ConversationId = CustomerId is null ? null : text.ConversationId,
        By = text.By,
        At = text.At,
        InvalidAt = text.InvalidAt,
        UsedAt = UsedAt,
    };

    public byte[] Write() => Utf8Json.Write(this, MemoryJson.Default.MemoryDocument);

    /// <exception cref="RecordDamagedException">It is none.</exception>
    public static MemoryDocument Read(StoredRecord record) => record.As(MemoryJson.Default.MemoryDocument).Value;

    private static string Hex(int bytes, params ReadOnlySpan<string> parts) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\0', parts))).AsSpan(0, bytes));
}

/// <summary>One text that is or was valid.</summary>
internal sealed record MemoryText
{
    public required string Text { get; init; }

    // What is absent in stored JSON arrives here as null.
    public IReadOnlyList<string> Topics { get; init => field = value ?? []; } = [];

    public double? Confidence { get; init; }

    public string? Source { get; init; }

    /// <summary>The conversation that it came from, and which of that ticket's (<see cref="Conversation.Life"/>): with its erasure the text goes.</summary>
    public string? ConversationId { get; init; }

    public string? Life { get; init; }

    public required string By { get; init; }

    /// <summary>Where the same was remembered since: in other conversations, or in none. While one of these is left, the text stays.</summary>
    public IReadOnlyList<MemorySource> Also { get; init => field = value ?? []; } = [];

    public required DateTimeOffset At { get; init; }

    public DateTimeOffset? InvalidAt { get; init; }

    /// <summary>
    /// True where it was valid at a time, null: where no other text has superseded it. What is valid now is not asked of the clock, which
    /// may be behind that of the server where it was remembered.
    /// </summary>
    public bool IsValidAt(DateTimeOffset? time) => time is null ? InvalidAt is null : At <= time && !(InvalidAt <= time);

    public bool CameFrom(string conversationId, string life) => IsFirst(conversationId, life) || Also.Any(s => s.Is(conversationId, life));

    /// <summary>
    /// The text as one more source of it is known; the same object where nothing is to be written: it is known already, or the text came from no
    /// conversation and goes with none.
    /// </summary>
    public MemoryText And(MemorySource source) =>
        ConversationId is null || Also.Any(s => s.ConversationId is null) || (source.ConversationId is not null && Also.Count >= MemoryLimits.OtherSources)
        || (source.ConversationId == ConversationId && source.Life == Life) || Also.Any(s => (s.ConversationId, s.Life) == (source.ConversationId, source.Life))
            ? this
            : this with { Also = [.. Also, source] };

    /// <summary>What is left of the text without what one conversation said: the same object where it did not come from there, null where it came from nowhere else.</summary>
    public MemoryText? Without(string conversationId, string life)
    {
        if (!CameFrom(conversationId, life))
            return this;
        var others = Also.Where(s => !s.Is(conversationId, life)).ToList();
        if (!IsFirst(conversationId, life))
            return this with { Also = others };
        return others is not [var next, .. var more] ? null : this with
        {
            ConversationId = next.ConversationId, Life = next.Life, By = next.By, Source = next.Source, Topics = next.Topics, Confidence = next.Confidence, Also = more,
        };
    }

    private bool IsFirst(string conversationId, string life) => ConversationId == conversationId && Life == life;
}

/// <summary>Where a text was remembered once more, with what was said of it there.</summary>
internal sealed record MemorySource
{
    /// <summary>The conversation, and which of that ticket's; null for none.</summary>
    public string? ConversationId { get; init; }

    public string? Life { get; init; }

    public required string By { get; init; }

    public string? Source { get; init; }

    public IReadOnlyList<string> Topics { get; init => field = value ?? []; } = [];

    public double? Confidence { get; init; }

    public bool Is(string conversationId, string life) => ConversationId == conversationId && Life == life;
}

/// <summary>What the record of a profile holds.</summary>
internal sealed record ProfileDocument
{
    public const string RecordKind = "customer_profile";

    public System.Text.Json.JsonElement Preferences { get; init; }

    public System.Text.Json.JsonElement History { get; init; }
}

/// <summary>What is remembered, as JSON in the stores.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(MemoryDocument))]
[JsonSerializable(typeof(ProfileDocument))]
[JsonSerializable(typeof(MemoryTrailDocument))]
[JsonSerializable(typeof(ResolutionWorkDocument))]
[JsonSerializable(typeof(SessionValue))]
internal sealed partial class MemoryJson : JsonSerializerContext;
