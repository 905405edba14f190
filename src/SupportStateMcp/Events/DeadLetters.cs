using System.Text.Json.Serialization;
using Microsoft.Extensions.Logging;
using SupportStateMcp.Conversations;
using SupportStateMcp.Primitives;
using SupportStateMcp.Records;
using SupportStateMcp.Views;

namespace SupportStateMcp.Events;

/// <summary>An event that a sink has not taken, however often it was tried. It names the event and holds nothing of it, so that nothing outlives an erasure.</summary>
public sealed record DeadLetter
{
    /// <summary>The name of the sink.</summary>
    public required string Sink { get; init; }

    /// <summary>The id of the event: <c>{conversation_id}:{version}</c>.</summary>
    public required string EventId { get; init; }

    /// <summary>
    /// When the event happened: another conversation of the same ticket, opened after the first was gone, has the same ids. Null where it was kept
    /// before this was.
    /// </summary>
    [JsonConverter(typeof(ExactTimeConverter))]
    public DateTimeOffset? EventTime { get; init; }

    public required int Attempts { get; init; }

    /// <summary>Why the last attempt failed.</summary>
    public required string Reason { get; init; }

    /// <summary>When the last attempt failed.</summary>
    [JsonConverter(typeof(SecondsConverter))]
    public required DateTimeOffset FailedAt { get; init; }

    /// <summary>True where it stands for this event.</summary>
    public bool Names(CloudEvent e) => e.Id == EventId && (EventTime is null || EventTime == e.Time);
}

/// <summary>The dead letters of all sinks. They are kept for <see cref="Kept"/>, and shown no longer. One that cannot be read hides no other.</summary>
public sealed partial class DeadLetters
{
    private const string Kind = "dead_letter";

    /// <summary>How long a dead letter is kept.</summary>
    public static readonly TimeSpan Kept = TimeSpan.FromDays(30);

    /// <summary>How often those go that are kept no longer.</summary>
    public static readonly TimeSpan SweepInterval = TimeSpan.FromMinutes(10);

    private readonly IRecordStore _records;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly FollowedRecords<DeadLetter> _letters;

    /// <param name="records">Holds them.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Hears of one that cannot be read.</param>
    public DeadLetters(IRecordStore records, TimeProvider time, ILogger<DeadLetters> logger)
    {
        (_records, _time, _logger) = (records, time, logger);
        _letters = new FollowedRecords<DeadLetter>(records, Kind, Read);
    }

    /// <summary>Keeps one.</summary>
    /// <exception cref="StoreException">The store does not answer.</exception>
    public async ValueTask AddAsync(DeadLetter letter, CancellationToken cancellationToken)
    {
        // One that is there already stays as it is, or becomes this one: nobody else writes it.
        var known = await _records.GetAsync(Kind, IdOf(letter.Sink, letter.EventId), cancellationToken);
        await _records.WriteAsync(
            [
                new RecordWrite
                {
                    Kind = Kind,
                    Id = IdOf(letter.Sink, letter.EventId),
                    ExpectedVersion = known?.Version ?? 0,
                    By = Conversation.Clock.ToString(),
                    Now = _time.GetUtcNow(),
                    Content = Utf8Json.Write(letter, EventsJson.Default.DeadLetter),
                },
            ],
            cancellationToken);
    }

    /// <summary>Those that are kept, the oldest first.</summary>
    /// <param name="sink">Only of this sink; null for all.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="StoreException">The store does not answer.</exception>
    public async ValueTask<IReadOnlyList<DeadLetter>> ListAsync(string? sink, CancellationToken cancellationToken) =>
    [
        .. (await _letters.ReadAsync(cancellationToken))
            .Where(l => !IsOver(l) && (sink is null || l.Sink == sink))
            .OrderBy(l => l.FailedAt).ThenBy(l => l.EventId, StringComparer.Ordinal),
    ];

    /// <summary>Takes away those that are kept no longer.</summary>
    /// <exception cref="StoreException">The store does not answer.</exception>
    public async Task SweepAsync(CancellationToken cancellationToken)
    {
        foreach (var letter in (await _letters.ReadAsync(cancellationToken)).Where(IsOver))
            await RemoveAsync(letter, cancellationToken);
    }

    /// <summary>Takes one away; false where it is gone.</summary>
    /// <exception cref="StoreException">The store does not answer.</exception>
    public ValueTask<bool> RemoveAsync(DeadLetter letter, CancellationToken cancellationToken) =>
        _records.DeleteAsync(Kind, IdOf(letter.Sink, letter.EventId), cancellationToken);

    private bool IsOver(DeadLetter letter) => letter.FailedAt < _time.GetUtcNow() - Kept;

    private DeadLetter? Read(StoredRecord record)
    {
        try
        {
            return record.As(EventsJson.Default.DeadLetter).Value;
        }
        catch (RecordDamagedException e)
        {
            LogUnreadable(record.Id, e.Message);
            return null;
        }
    }

    private static string IdOf(string sink, string eventId) => $"{sink}:{eventId}";

    [LoggerMessage(LogLevel.Error, "The dead letter {Id} is left out: {Reason}")]
    private partial void LogUnreadable(string id, string reason);
}
