using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using SupportStateMcp.Primitives;

namespace SupportStateMcp.Memory;

/// <summary>What the index knows of a memory beside its words: enough to leave out what is not asked for, and to say what is old.</summary>
/// <param name="RecordId">The record.</param>
/// <param name="Marks">Scope, kind, times of its texts, time of its last use, then the conversations that its texts came from.</param>
public readonly record struct MemoryMarks(string RecordId, IReadOnlyList<string> Marks)
{
    private const string Desk = "desk";
    private const int Conversations = 4;

    public string Scope => Marks[0];

    public MemoryKind Kind => SnakeCaseEnum.Parse<MemoryKind>(Marks[1])!.Value;

    /// <summary>When it was last recalled; null where it has not been.</summary>
    public DateTimeOffset? UsedAt => Marks[3].Length == 0 ? null : Time(Marks[3]);

    /// <summary>When its newest text was remembered.</summary>
    public DateTimeOffset NewestAt => Spans().Max(s => s.From);

    /// <summary>When its oldest text was remembered.</summary>
    public DateTimeOffset OldestAt => Spans().Min(s => s.From);

    /// <summary>How many texts it has, also those that are no longer valid.</summary>
    public int Texts => Spans().Count();

    /// <summary>True where it has a valid text.</summary>
    public bool IsValid => Spans().Any(s => s.To is null);

    /// <summary>When somebody last had to do with it.</summary>
    public DateTimeOffset LastAt => UsedAt is { } used && used > NewestAt ? used : NewestAt;

    /// <summary>The scope of a customer's memories; null for the desk's. A customer's id stands in no index.</summary>
    public static string ScopeOf(string? customerId) => customerId is null
        ? Desk
        : Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(customerId)).AsSpan(0, 16));

    public bool IsDesk => Marks[0] == Desk;

    /// <summary>True where a text of it was valid at a time, null: where one is that no other has superseded.</summary>
    public bool IsValidAt(DateTimeOffset? time) => time is null ? IsValid : Spans().Any(s => s.From <= time && !(s.To <= time));

    public bool CameFrom(string conversationId, string life) => Marks.Skip(Conversations).Contains(Source(conversationId, life), StringComparer.Ordinal);

    internal static MemoryMarks Of(string recordId, MemoryDocument document) => new(
        recordId,
        [
            ScopeOf(document.CustomerId),
            SnakeCaseEnum.Of(document.Kind),
            string.Join(',', document.Texts.Select(t => $"{Ticks(t.At)}-{(t.InvalidAt is { } end ? Ticks(end) : "")}")),
            document.UsedAt is { } used ? Ticks(used) : "",
            .. document.Texts.SelectMany(t => t.Also.Select(s => (s.ConversationId, s.Life)).Prepend((t.ConversationId, t.Life)))
                .Where(s => s is { ConversationId: not null, Life: not null }).Select(s => Source(s.ConversationId!, s.Life!)).Distinct(StringComparer.Ordinal),
        ]);

    private IEnumerable<(DateTimeOffset From, DateTimeOffset? To)> Spans() => Marks[2].Split(',').Select(span =>
    {
        var dash = span.IndexOf('-', StringComparison.Ordinal);
        return (Time(span[..dash]), dash == span.Length - 1 ? null : (DateTimeOffset?)Time(span[(dash + 1)..]));
    });

    private static string Source(string conversationId, string life) => conversationId + "/" + life;

    private static string Ticks(DateTimeOffset time) => time.UtcTicks.ToString(CultureInfo.InvariantCulture);

    private static DateTimeOffset Time(string ticks) => new(long.Parse(ticks, NumberStyles.None, CultureInfo.InvariantCulture), TimeSpan.Zero);
}
