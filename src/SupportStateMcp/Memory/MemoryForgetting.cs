using System.Collections.Concurrent;
using SupportStateMcp.Conversations;
using SupportStateMcp.Identity;
using SupportStateMcp.Records;

namespace SupportStateMcp.Memory;

/// <summary>
/// Forgets what is old, what nobody recalls, and what is too much, in the background and with each memory that is added. Several processes that do it
/// at once forget the same. The trail of the customer says what went, and why.
/// </summary>
internal sealed partial class MemoryForgetting(
    MemoryRecords memories, MemoryIndexing indexing, IMemoryIndex index, MemoryOptions options, TimeProvider time, ILogger<MemoryForgetting> logger, MemoryVectors? vectors = null)
{
    /// <summary>Who forgets by itself.</summary>
    private static readonly string s_clock = ServerActors.Memory.ToString();

    /// <summary>How many uses are noted at a time; more are not noted.</summary>
    private const int NotedUses = 10_000;

    private readonly ConcurrentDictionary<string, DateTimeOffset> _uses = new(StringComparer.Ordinal);

    /// <summary>Notes that a memory was recalled; written with the next <see cref="WriteUsesAsync"/>, once a day at most.</summary>
    public void NoteUse(string recordId, DateTimeOffset? usedAt)
    {
        var now = time.GetUtcNow();
        var day = new DateTimeOffset(now.Year, now.Month, now.Day, 0, 0, 0, TimeSpan.Zero);
        if (!(usedAt >= day) && _uses.Count < NotedUses)
            _uses.TryAdd(recordId, day);
    }

    /// <summary>Writes which memories were recalled. What a process that dies did not write is as if it had not been recalled.</summary>
    public async Task WriteUsesAsync(CancellationToken cancellationToken)
    {
        foreach (var recordId in _uses.Keys)
        {
            if (_uses.TryRemove(recordId, out var day))
                await memories.NoteUseAsync(recordId, day, cancellationToken);
        }
    }

    /// <summary>Makes sure that no word is left of what was forgotten.</summary>
    public Task PurgeAsync(CancellationToken cancellationToken) => index.PurgeAsync(cancellationToken);

    /// <summary>Forgets all that is old, unused or too much by now.</summary>
    /// <returns>How many memories went.</returns>
    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        // What was recalled a moment ago is in use.
        await WriteUsesAsync(cancellationToken);
        await indexing.CatchUpAsync(cancellationToken);
        var now = time.GetUtcNow();
        var count = 0;
        foreach (var marks in index.List(_ => true))
        {
            if (options.MaxAge is { } age && marks.OldestAt + age <= now)
                count += await ForgetAsync(marks.RecordId, (_, t) => t.At + age <= now, ForgottenBecause.Age, cancellationToken);
            // The record decides, not the index: it may have been recalled or superseded since.
            if (options.MaxIdle is { } idle && marks.LastAt + idle <= now)
                count += await ForgetAsync(marks.RecordId, (d, _) => d.LastAt + idle <= now, ForgottenBecause.Inactivity, cancellationToken);
        }

        await indexing.CatchUpAsync(cancellationToken);
        foreach (var scope in index.List(_ => true).GroupBy(m => m.Scope, StringComparer.Ordinal))
            count += await TrimAsync([.. scope], null, cancellationToken);
        if (count > 0)
            await indexing.CatchUpAsync(cancellationToken);
        return count;
    }

    /// <summary>Forgets what a customer, or the desk, has too much of.</summary>
    /// <param name="customerId">The customer; null for the desk.</param>
    /// <param name="added">The record that made it too much, which stays: where the clock is behind, it seems to be the oldest. Null for none.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public Task<int> TrimAsync(string? customerId, string? added, CancellationToken cancellationToken)
    {
        var scope = MemoryMarks.ScopeOf(customerId);
        return TrimAsync(index.List(m => m.Scope == scope), added, cancellationToken);
    }

    /// <summary>Forgets all that came from a conversation alone, of any customer. What another one said too stays, as that one's.</summary>
    public async Task<int> ForgetConversationAsync(string conversationId, string life, string by, CancellationToken cancellationToken)
    {
        await indexing.CatchUpAsync(cancellationToken);
        var count = 0;
        foreach (var marks in index.List(m => m.CameFrom(conversationId, life)))
        {
            count += await ForgetOrRemoveAsync(
                marks, () => memories.ForgetConversationAsync(marks.RecordId, conversationId, life, by, cancellationToken), by, cancellationToken);
        }

        await indexing.CatchUpAsync(cancellationToken);
        return count;
    }

    /// <summary>Forgets what is meant of a record. One that cannot be read goes as a whole: nobody can tell what of it is meant, and nothing of that may stay.</summary>
    /// <param name="marks">What the index knows of the record.</param>
    /// <param name="forget">Forgets what is meant, and says which.</param>
    /// <param name="by">Who forgets.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>How many memories went.</returns>
    public async Task<int> ForgetOrRemoveAsync(
        MemoryMarks marks, Func<ValueTask<IReadOnlyList<ForgottenMemory>>> forget, string by, CancellationToken cancellationToken)
    {
        var count = marks.Texts;
        try
        {
            var forgotten = await forget();
            LogForgotten(forgotten);
            count = forgotten.Count;
        }
        catch (RecordDamagedException e) when (e.Kind == MemoryDocument.RecordKind)
        {
            await memories.RemoveAsync(marks.RecordId, cancellationToken);
            LogRemoved(marks.RecordId, by, e.Message);
        }

        // Also where none was forgotten: a text that stays may have lost topics.
        if (vectors is not null)
            await vectors.RemoveAsync(marks.RecordId, cancellationToken);
        return count;
    }

    /// <summary>What follows when memories were forgotten: their vectors go, the log says it.</summary>
    public async Task<int> DoneAsync(IReadOnlyList<ForgottenMemory> forgotten, CancellationToken cancellationToken)
    {
        LogForgotten(forgotten);
        foreach (var recordId in forgotten.Select(m => MemoryDocument.RecordOf(m.MemoryId)).OfType<string>().Distinct(StringComparer.Ordinal))
        {
            if (vectors is not null)
                await vectors.RemoveAsync(recordId, cancellationToken);
        }

        return forgotten.Count;
    }

    private void LogForgotten(IReadOnlyList<ForgottenMemory> forgotten)
    {
        foreach (var memory in forgotten)
            LogForgotten(memory.MemoryId, memory.Because, memory.By);
    }

    private async Task<int> TrimAsync(IReadOnlyList<MemoryMarks> scope, string? added, CancellationToken cancellationToken)
    {
        var most = scope.Count > 0 && scope[0].IsDesk ? options.MostSolutions : options.MostPerCustomer;
        if (scope.Count <= most)
            return 0;
        var count = 0;
        // What is valid stays rather than what is not; then what was recalled or remembered last.
        foreach (var marks in scope.Where(m => m.RecordId != added).OrderBy(m => m.IsValid).ThenBy(m => m.LastAt).ThenBy(m => m.RecordId, StringComparer.Ordinal).Take(scope.Count - most))
            count += await ForgetAsync(marks.RecordId, (d, _) => d.LastAt == marks.LastAt, ForgottenBecause.Number, cancellationToken);
        return count;
    }

    private async Task<int> ForgetAsync(
        string recordId, Func<MemoryDocument, MemoryText, bool> isMeant, ForgottenBecause because, CancellationToken cancellationToken)
    {
        try
        {
            return await DoneAsync(await memories.ForgetAsync(recordId, isMeant, because, s_clock, null, cancellationToken), cancellationToken);
        }
        catch (RecordDamagedException e)
        {
            // The others are forgotten all the same.
            memories.NoteUnreadable(e);
            return 0;
        }
    }

    [LoggerMessage(LogLevel.Information, "The memory {MemoryId} is forgotten ({Because}), by {By}.")]
    private partial void LogForgotten(string memoryId, ForgottenBecause because, string by);

    [LoggerMessage(LogLevel.Warning, "All that was remembered in the record {RecordId} is removed, by {By}: {Reason}")]
    private partial void LogRemoved(string recordId, string by, string reason);
}
