using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;
using SupportStateMcp.Conversations;

namespace SupportStateMcp.Storage.Redis;

/// <summary>
/// What other systems have yet to be told of, in Redis: the cursors in the slot of the conversation, written by the script of the commit; and for
/// each sink a sorted set of notes <c>id:version</c>, written ahead of it. A note is fulfilled once the sink has been told of its version, so that
/// taking it away can never hide a later commit.
/// </summary>
public sealed partial class RedisOutbox : IConversationOutbox
{
    private static readonly long s_horizon = (long)OutboxSinks.Horizon.TotalMilliseconds;

    private readonly RedisConnection _connection;
    private readonly OutboxSinks _sinks;
    private readonly RedisKeys _keys;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;

    /// <summary>How many notes for a sink wait in this process to be written; where there are more, the event of a note may be told with the next change of its conversation only.</summary>
    private const int MostUnwritten = 50_000;

    /// <summary>How many of them are written at a time.</summary>
    private const int WrittenTogether = 1_000;

    /// <summary>How many batches of notes one look takes that lead to nothing.</summary>
    private const int MostBatches = 100;

    /// <summary>Of each sink the notes that could not be written yet, with their scores.</summary>
    private readonly ConcurrentDictionary<string, Dictionary<string, long>> _unwritten = new(StringComparer.Ordinal);

    /// <param name="connection">The Redis that holds the conversations; stays its owner's to dispose.</param>
    /// <param name="options">The key prefix.</param>
    /// <param name="sinks">The sinks that commits are noted for.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Hears of notes that could not be written.</param>
    public RedisOutbox(RedisConnection connection, RedisOptions options, OutboxSinks sinks, TimeProvider time, ILogger<RedisOutbox> logger)
    {
        (_connection, _sinks, _time, _logger) = (connection, sinks, time, logger);
        _keys = new RedisKeys(options.KeyPrefix);
    }

    /// <summary>The names, as the script of the commit takes them.</summary>
    internal string Sinks => string.Join(',', _sinks.Names);

    private long Now => _time.GetUtcNow().ToUnixTimeMilliseconds();

    public async ValueTask<IReadOnlyList<OutboxCursor>> TakeDueAsync(string sink, DateTimeOffset now, int limit, CancellationToken cancellationToken)
    {
        await WriteUnwrittenAsync(sink, cancellationToken);
        // Notes that lead to nothing now keep nobody from what stands behind them.
        for (var batch = 0; batch < MostBatches; batch++)
        {
            var due = await TakeBatchAsync(sink, now, limit, cancellationToken);
            if (due is not { Count: 0 })
                return due ?? [];
        }

        return [];
    }

    /// <summary>Where so many notes lead that are due; null where none is.</summary>
    private async ValueTask<IReadOnlyList<OutboxCursor>?> TakeBatchAsync(string sink, DateTimeOffset now, int limit, CancellationToken cancellationToken)
    {
        var at = now.ToUnixTimeMilliseconds();
        // No commit notes half a millisecond: a note with this score is one that was taken here and not renewed since.
        var until = at + OutboxSinks.Grace.TotalMilliseconds - 0.5;
        var taken = (string[])(await _connection.CallAsync(
            db => db.RunAsync(RedisScripts.OutboxTake, [_keys.Pending(sink)], [at, until, limit, at + s_horizon]),
            cancellationToken))!;
        if (taken.Length == 0)
            return null;

        var notes = taken.Select(Stay.TryParse).OfType<Stay>().ToList();
        var ids = notes.Select(n => n.Id).Distinct(StringComparer.Ordinal).Select(i => ConversationId.TryParse(i)!.Value).ToList();
        var found = (await _connection.CallAsync(db => Task.WhenAll(ids.Select(id => PlaceAsync(db, sink, id))), cancellationToken))
            .ToDictionary(p => p.Id.Value, StringComparer.Ordinal);
        await TidyAsync(sink, notes, found, at, until, cancellationToken);
        return [.. found.Values.Where(p => p.IsDue(at)).Select(p => new OutboxCursor(sink, p.Id, p.Told!.Value, p.Failed + 1))];
    }

    public async ValueTask<OutboxCursor?> FindAsync(string sink, ConversationId id, CancellationToken cancellationToken)
    {
        var place = await _connection.CallAsync(db => PlaceAsync(db, sink, id), cancellationToken);
        return place.IsDue(Now) ? new OutboxCursor(sink, id, place.Told!.Value, place.Failed + 1) : null;
    }

    public async ValueTask<OutboxCursor?> AdvanceAsync(OutboxCursor cursor, long told, CancellationToken cancellationToken)
    {
        var events = await _connection.CallAsync(
            async db =>
            {
                var length = (long)await db.RunAsync(
                    RedisScripts.OutboxAdvance, [_keys.Published(cursor.Id), _keys.Events(cursor.Id)], [cursor.Sink, cursor.Told, told]);
                var pending = _keys.Pending(cursor.Sink);
                // Nobody waits for that: where it fails, whoever takes the notes next finds them fulfilled.
                if (length >= told)
                    await db.SortedSetRemoveAsync(pending, [.. Notes(cursor.Told + 1, told)], RedisConnection.Master | CommandFlags.FireAndForget);
                // Who goes on has the time of a commit for that.
                if (length > told)
                    await db.SortedSetUpdateAsync(pending, [.. Notes(told + 1, length).Select(n => new SortedSetEntry(n, Now + OutboxSinks.Grace.TotalMilliseconds))], SortedSetWhen.Exists);
                return length;

                IEnumerable<RedisValue> Notes(long from, long to) => Numbers(from, to).Select(v => (RedisValue)new Stay(cursor.Id.Value, v).ToString());
            },
            cancellationToken);
        return events > told ? new OutboxCursor(cursor.Sink, cursor.Id, told, 1) : null;
    }

    public async ValueTask PostponeAsync(OutboxCursor cursor, DateTimeOffset at, CancellationToken cancellationToken)
    {
        var (note, due) = (new Stay(cursor.Id.Value, cursor.Told + 1).ToString(), at.ToUnixTimeMilliseconds());
        try
        {
            await _connection.CallAsync(
                async db =>
                {
                    var counted = (long)await db.RunAsync(
                        RedisScripts.OutboxPostpone, [_keys.Published(cursor.Id)], [cursor.Sink, cursor.Told, cursor.Attempt, due]);
                    // Where this process dies in between, a note of the commit leads here all the same.
                    return counted == 1 && await db.SortedSetAddAsync(_keys.Pending(cursor.Sink), note, due);
                },
                cancellationToken);
        }
        catch (StoreUnavailableException)
        {
            // Where the commit could not be noted either, nothing would lead here.
            Keep(cursor.Sink, note, due);
            throw;
        }
    }

    public async ValueTask<OutboxBacklog> BacklogAsync(string sink, CancellationToken cancellationToken)
    {
        var (count, first) = await _connection.CallAsync(
            async db =>
            {
                var count = db.SortedSetLengthAsync(_keys.Pending(sink), flags: RedisConnection.Master);
                var first = db.SortedSetRangeByRankWithScoresAsync(_keys.Pending(sink), 0, 0, Order.Ascending, RedisConnection.Master);
                return (await count, await first);
            },
            cancellationToken);
        return new OutboxBacklog(count, first is [var entry] ? DateTimeOffset.FromUnixTimeMilliseconds((long)entry.Score) : null);
    }

    /// <summary>
    /// Notes, ahead of a commit, that there will be something to tell. Where that fails and the commit does not, this process tells it all the
    /// same; the note is tried once more, and from then on before each look at what is due.
    /// </summary>
    internal async Task NoteAsync(ConversationId id, long version, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var (note, due) = (new Stay(id.Value, version).ToString(), (now + OutboxSinks.Grace).ToUnixTimeMilliseconds());
        try
        {
            await AddAsync();
        }
        catch (StoreUnavailableException)
        {
            try
            {
                await AddAsync();
            }
            catch (StoreUnavailableException e)
            {
                LogNotNoted(id.Value, version, e.Message);
                foreach (var sink in _sinks.Names)
                    Keep(sink, note, due);
            }
        }

        async Task AddAsync() => await _connection.CallAsync(
            db => Task.WhenAll(_sinks.Names.Select(s => db.SortedSetAddAsync(_keys.Pending(s), note, due))), cancellationToken);
    }

    private Dictionary<string, long> Unwritten(string sink) => _unwritten.GetOrAdd(sink, _ => new Dictionary<string, long>(StringComparer.Ordinal));

    /// <summary>Keeps a note that could not be written.</summary>
    private void Keep(string sink, string note, long due)
    {
        var notes = Unwritten(sink);
        lock (notes)
        {
            var isNew = !notes.ContainsKey(note);
            if (isNew && notes.Count == MostUnwritten)
                return;
            notes[note] = due;
            if (!isNew || notes.Count < MostUnwritten)
                return;
        }

        LogTooManyUnwritten(sink, MostUnwritten);
    }

    /// <summary>Writes the notes of a sink that could not be written before.</summary>
    private async ValueTask WriteUnwrittenAsync(string sink, CancellationToken cancellationToken)
    {
        var notes = Unwritten(sink);
        while (true)
        {
            KeyValuePair<string, long>[] some;
            lock (notes)
                some = [.. notes.Take(WrittenTogether)];
            if (some.Length == 0)
                return;
            // One that is there leads to its conversation, which somebody may have to themselves by now. One that is fulfilled goes when it is due.
            await _connection.CallAsync(
                db => db.SortedSetAddAsync(_keys.Pending(sink), [.. some.Select(n => new SortedSetEntry(n.Key, n.Value))], SortedSetWhen.NotExists), cancellationToken);
            lock (notes)
            {
                // One that was kept once more since then has another score, and is written with that.
                foreach (var (note, _) in some.Where(n => notes.TryGetValue(n.Key, out var due) && due == n.Value))
                    notes.Remove(note);
            }
        }
    }

    private static IEnumerable<long> Numbers(long from, long to)
    {
        for (var n = from; n <= to; n++)
            yield return n;
    }

    private async Task<Place> PlaceAsync(IDatabase db, string sink, ConversationId id)
    {
        var state = db.HashGetAsync(_keys.State(id), ["version", "expires_at"], RedisConnection.Master);
        var fields = await db.HashGetAsync(_keys.Published(id), [sink, sink + ":failed", sink + ":due"], RedisConnection.Master);
        var (version, expiresAt) = await state is [var stored, var expires] ? ((long?)stored, (long?)expires) : default;
        return new Place(id, version, expiresAt <= Now, (long?)fields[0], (int?)fields[1] ?? 0, (long?)fields[2] ?? 0);
    }

    /// <summary>
    /// Takes away notes that are fulfilled, or name what was never committed or is gone; those that are postponed come back when they are due. What
    /// has expired by this clock alone keeps its notes: the clock may be ahead.
    /// </summary>
    private async ValueTask TidyAsync(
        string sink, List<Stay> notes, Dictionary<string, Place> found, long now, double until, CancellationToken cancellationToken)
    {
        var done = notes.Where(n => !found[n.Id].IsBehind || found[n.Id].Told >= n.Epoch).Select(n => (RedisValue)n.ToString()).ToArray();
        var later = notes.Where(n => found[n.Id] is { IsBehind: true, IsOver: false } p && !p.IsDue(now)).Select(n => new SortedSetEntry(n.ToString(), found[n.Id].Due)).ToArray();
        if (done.Length + later.Length == 0)
            return;
        await _connection.CallAsync(
            async db =>
            {
                var removed = done.Length == 0
                    ? Task.FromResult(RedisResult.Create(0))
                    : db.RunAsync(RedisScripts.OutboxRemove, [_keys.Pending(sink)], [until, .. done]);
                var moved = later.Length == 0 ? Task.FromResult(0L) : db.SortedSetUpdateAsync(_keys.Pending(sink), later, SortedSetWhen.Exists);
                await removed;
                return await moved;
            },
            cancellationToken);
    }

    [LoggerMessage(LogLevel.Error, "{Most} notes for the sink {Sink} wait to be written: what is changed from now on it may hear of with the next change of the same conversation only.")]
    private partial void LogTooManyUnwritten(string sink, int most);

    [LoggerMessage(LogLevel.Warning, "That {ConversationId} has version {Version} could not be noted yet: where this process dies before it is, other systems hear of it with the next change only. {Reason}")]
    private partial void LogNotNoted(string conversationId, long version, string reason);

    /// <summary>How far a sink has been told, and the conversation stands. One that is over and still there waits for the archive; nobody is told of it.</summary>
    private readonly record struct Place(ConversationId Id, long? Version, bool IsOver, long? Told, int Failed, long Due)
    {
        public bool IsBehind => Told < Version;

        /// <summary>True where there is something to tell, and its time has come.</summary>
        public bool IsDue(long now) => IsBehind && !IsOver && (Due <= now || Due > now + s_horizon);
    }
}
