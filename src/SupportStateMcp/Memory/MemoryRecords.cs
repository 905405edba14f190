using System.Collections.Concurrent;
using SupportStateMcp.Conversations;
using SupportStateMcp.Records;

namespace SupportStateMcp.Memory;

/// <summary>What is to be remembered, checked already.</summary>
internal sealed record MemoryDraft
{
    /// <summary>Whose it is; null for the desk's.</summary>
    public required string? CustomerId { get; init; }

    public required MemoryKind Kind { get; init; }

    public required string Text { get; init; }

    public string? Key { get; init; }

    public IReadOnlyList<string> Topics { get; init; } = [];

    public double? Confidence { get; init; }

    public string? Source { get; init; }

    public string? ConversationId { get; init; }

    public string? Life { get; init; }

    public required string By { get; init; }

    /// <summary>From when it is valid, where what it tells of says so: a second draft of this time is the first one again. Null: from now on.</summary>
    public DateTimeOffset? At { get; init; }

    /// <summary>Where it was said, and what was said of it.</summary>
    public MemorySource AsSource() => new() { ConversationId = ConversationId, Life = Life, By = By, Source = Source, Topics = Topics, Confidence = Confidence };
}

/// <summary>What came of remembering.</summary>
/// <param name="Memory">The memory as it is now.</param>
/// <param name="Replayed">True where it was remembered before.</param>
/// <param name="Supersedes">The memory that is no longer valid since; null where there is none.</param>
public sealed record Remembered(MemoryItem Memory, bool Replayed, string? Supersedes);

/// <summary>Writes and removes the records of memories, each change one write of one record.</summary>
internal sealed partial class MemoryRecords(IRecordStore records, MemoryTrail trail, TimeProvider time, ILogger<MemoryRecords> logger)
{
    /// <summary>How often a change that met another is made again on top of it.</summary>
    private const int Attempts = 20;

    /// <summary>The records that cannot be read, of which the operator was told, by their kinds and ids.</summary>
    private readonly ConcurrentDictionary<(string Kind, string Id), bool> _unreadable = new();

    public async ValueTask<(MemoryDocument Document, long Version)?> FindAsync(string recordId, CancellationToken cancellationToken) =>
        await records.GetAsync(MemoryDocument.RecordKind, recordId, cancellationToken) is { } record ? (MemoryDocument.Read(record), record.Version) : null;

    /// <summary>The same; null also where it cannot be read: one such record keeps nobody from the others.</summary>
    public async ValueTask<(MemoryDocument Document, long Version)?> FindReadableAsync(string recordId, CancellationToken cancellationToken)
    {
        try
        {
            return await FindAsync(recordId, cancellationToken);
        }
        catch (RecordDamagedException e)
        {
            NoteUnreadable(e);
            return null;
        }
    }

    /// <summary>Tells the operator, once, of a record that cannot be read and is left out.</summary>
    public void NoteUnreadable(RecordDamagedException e)
    {
        if (_unreadable.TryAdd((e.Kind, e.Id), true))
            LogUnreadable(e.Message);
    }

    /// <summary>Removes a record, whatever it holds.</summary>
    public async ValueTask RemoveAsync(string recordId, CancellationToken cancellationToken) =>
        await records.DeleteAsync(MemoryDocument.RecordKind, recordId, cancellationToken);

    public async ValueTask<Result<Remembered>> RememberAsync(MemoryDraft draft, CancellationToken cancellationToken)
    {
        var id = MemoryDocument.IdOf(draft.CustomerId, draft.Kind, draft.Key, draft.Text);
        for (var attempt = 1; ; attempt++)
        {
            var found = await FindAsync(id, cancellationToken);
            var before = found?.Document ?? new MemoryDocument { CustomerId = draft.CustomerId, Kind = draft.Kind, Key = draft.Key, Texts = [] };
            if (before.CustomerId != draft.CustomerId || before.Kind != draft.Kind || before.Key != draft.Key)
                throw new RecordDamagedException(MemoryDocument.RecordKind, id, "it is another memory's.");

            var current = before.Texts.LastOrDefault(t => t.InvalidAt is null);
            if ((draft.At is { } at ? before.Texts.FirstOrDefault(t => t.At == at) : current?.Text == draft.Text ? current : null) is { } same)
            {
                // An erasure of the conversation that said it first must not take what this one said too.
                var more = same.And(draft.AsSource());
                if (ReferenceEquals(more, same)
                    || await WriteAsync(id, before with { Texts = [.. before.Texts.Select(t => ReferenceEquals(t, same) ? more : t)] }, found!.Value.Version, draft.By, time.GetUtcNow(), cancellationToken))
                {
                    return new Remembered(before.Item(id, same), Replayed: true, null);
                }

                if (attempt == Attempts)
                    return Error.RecordConflict(MemoryDocument.RecordKind, id, found.Value.Version, (await FindAsync(id, cancellationToken))?.Version ?? 0);
                continue;
            }

            var now = time.GetUtcNow();
            var text = new MemoryText
            {
                Text = draft.Text,
                Topics = draft.Topics,
                Confidence = draft.Confidence,
                Source = draft.Source,
                ConversationId = draft.ConversationId,
                Life = draft.Life,
                By = draft.By,
                At = After(draft.At ?? now, before.Texts),
            };
            var after = before.With(text);
            if (await WriteAsync(id, after, found?.Version ?? 0, draft.By, now, cancellationToken))
                return new Remembered(after.Item(id, text), Replayed: false, current is null ? null : MemoryDocument.IdOf(id, current));
            if (attempt == Attempts)
                return Error.RecordConflict(MemoryDocument.RecordKind, id, found?.Version ?? 0, (await FindAsync(id, cancellationToken))?.Version ?? 0);
        }
    }

    /// <summary>Forgets those texts of a record that are meant, and says which; the trail says so first.</summary>
    public ValueTask<IReadOnlyList<ForgottenMemory>> ForgetAsync(
        string recordId, Func<MemoryDocument, MemoryText, bool> isMeant, ForgottenBecause because, string by, string? reason, CancellationToken cancellationToken) =>
        ForgetPartsAsync(recordId, (d, t) => isMeant(d, t) ? null : t, because, by, reason, cancellationToken);

    /// <summary>Forgets what a conversation said of the texts of a record; those texts go that came from nowhere else.</summary>
    /// <returns>The texts that are gone.</returns>
    public ValueTask<IReadOnlyList<ForgottenMemory>> ForgetConversationAsync(string recordId, string conversationId, string life, string by, CancellationToken cancellationToken) =>
        ForgetPartsAsync(recordId, (_, t) => t.Without(conversationId, life), ForgottenBecause.Erasure, by, null, cancellationToken);

    /// <summary>Forgets texts of a record, or something of them, in one write.</summary>
    /// <param name="recordId">The record.</param>
    /// <param name="left">What is left of a text: the same object for all of it, null for nothing.</param>
    /// <param name="because">Why.</param>
    /// <param name="by">Who forgets.</param>
    /// <param name="reason">Why, in words.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    private async ValueTask<IReadOnlyList<ForgottenMemory>> ForgetPartsAsync(
        string recordId, Func<MemoryDocument, MemoryText, MemoryText?> left, ForgottenBecause because, string by, string? reason, CancellationToken cancellationToken)
    {
        var told = new List<ForgottenMemory>();
        for (var attempt = 1; ; attempt++)
        {
            if (await FindAsync(recordId, cancellationToken) is not var (document, version))
                return [];
            // The memory was changed after the trail had told of it: what is there and no longer meant stays.
            var kept = told.Where(f => document.Texts.Any(t => MemoryDocument.IdOf(recordId, t) == f.MemoryId && left(document, t) is not null)).ToList();
            if (kept.Count > 0)
                await trail.RemoveAsync(document.CustomerId, kept, cancellationToken);
            told.RemoveAll(kept.Contains);

            var now = time.GetUtcNow();
            IReadOnlyList<ForgottenMemory> forgotten = [.. document.Texts.Where(t => left(document, t) is null).Select(t => new ForgottenMemory
            {
                MemoryId = MemoryDocument.IdOf(recordId, t), Kind = document.Kind, At = now, By = by, Because = because, Reason = reason,
            })];
            IReadOnlyList<MemoryText> texts = [.. document.Texts.Select(t => left(document, t)).OfType<MemoryText>()];
            if (texts.SequenceEqual(document.Texts, ReferenceEqualityComparer.Instance))
                return [];
            if (forgotten.Count > 0)
                await trail.AddAsync(document.CustomerId, forgotten, cancellationToken);
            told.AddRange(forgotten);

            if (texts.Count == 0
                ? await records.DeleteVersionAsync(MemoryDocument.RecordKind, recordId, version, cancellationToken)
                : await WriteAsync(recordId, document with { Texts = texts }, version, by, now, cancellationToken, erases: true))
            {
                return forgotten;
            }

            if (attempt == Attempts)
                throw new StoreUnavailableException("Too many change one memory at once.");
        }
    }

    /// <summary>Notes that a memory was recalled, to the day. Where somebody changes it at the same time, the note is dropped.</summary>
    public async ValueTask NoteUseAsync(string recordId, DateTimeOffset day, CancellationToken cancellationToken)
    {
        if (await FindReadableAsync(recordId, cancellationToken) is var (document, version) && !(document.UsedAt >= day))
            await WriteAsync(recordId, document with { UsedAt = day }, version, document.Texts[^1].By, time.GetUtcNow(), cancellationToken);
    }

    private async ValueTask<bool> WriteAsync(
        string id, MemoryDocument document, long expectedVersion, string by, DateTimeOffset now, CancellationToken cancellationToken, bool erases = false)
    {
        var write = new RecordWrite
        {
            Kind = MemoryDocument.RecordKind, Id = id, ExpectedVersion = expectedVersion, By = by, Now = now, Content = document.Write(), Erases = erases,
        };
        return (await records.WriteAsync([write], cancellationToken))[0] is RecordWriteResult.Written;
    }

    [LoggerMessage(LogLevel.Error, "What is remembered there is left out: {Reason}")]
    private partial void LogUnreadable(string reason);

    /// <summary>Times of the texts of one key never run backwards, and no two are the same.</summary>
    private static DateTimeOffset After(DateTimeOffset at, IReadOnlyList<MemoryText> texts) =>
        texts.Count > 0 && texts[^1].At >= at ? texts[^1].At.AddTicks(1) : at;
}
