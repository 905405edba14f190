using StackExchange.Redis;
using SupportStateMcp.Conversations;

namespace SupportStateMcp.Storage.Redis;

/// <summary>
/// The archive of conversations in Redis: a table elsewhere, and what waits to be moved there. A closed conversation stays in Redis for
/// <see cref="Grace"/> after it has expired; to every reader of the store it is gone, and this finds it. Moving it writes it to the table
/// first and then removes it by its version and life: where a process dies in between, it is in both places, and the next one goes on.
/// </summary>
public sealed partial class RedisArchive : IConversationArchive
{
    /// <summary>
    /// How long a closed conversation stays in Redis after it has expired, at most: so long may the table be out of reach. What an archive that is
    /// switched off leaves behind goes then, too.
    /// </summary>
    public static readonly TimeSpan Grace = TimeSpan.FromDays(30);

    private const int Batch = 100;
    private const int Batches = 10;

    /// <summary>An entry younger than this may belong to a commit that is still on its way: it stays, whatever is behind it.</summary>
    private static readonly TimeSpan s_settled = TimeSpan.FromMinutes(1);

    /// <summary>When a conversation that cannot be read, or not be moved, is tried again.</summary>
    private static readonly TimeSpan s_again = TimeSpan.FromHours(1);

    /// <summary>
    /// How many that cannot be moved are put off for so long without one that is moved between them: where none can be, it is not for what is in
    /// them.
    /// </summary>
    private const int MostPutOff = 10;

    /// <summary>When one beyond these is tried again. It ends the call, and the next call begins behind it.</summary>
    private static readonly TimeSpan s_soon = TimeSpan.FromMinutes(1);

    private readonly RedisConnection _connection;
    private readonly RedisKeys _keys;
    private readonly RedisSnapshots _snapshots;
    private readonly RedisLists _lists;
    private readonly RedisIndex _index;
    private readonly IArchiveTable _table;
    private readonly StoredReader _reader;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;

    /// <summary>Those that were put off since one was moved; one call at a time works on it.</summary>
    private readonly HashSet<string> _putOff = new(StringComparer.Ordinal);

    /// <param name="connection">The Redis that holds the conversations; stays its owner's to dispose.</param>
    /// <param name="options">Key prefix and time to live.</param>
    /// <param name="table">Where they go.</param>
    /// <param name="schema">How to read what older versions wrote.</param>
    /// <param name="time">The clock that they expire by.</param>
    /// <param name="logger">Tells the operator what cannot be read, or not be moved.</param>
    public RedisArchive(
        RedisConnection connection, RedisOptions options, IArchiveTable table, StoredSchema schema, TimeProvider time, ILogger<RedisArchive> logger)
    {
        (_connection, _table, _time, _logger) = (connection, table, time, logger);
        _keys = new RedisKeys(options.KeyPrefix);
        _reader = new StoredReader(schema, "Redis", logger);
        _snapshots = new RedisSnapshots(connection, _keys, _reader, time);
        _lists = new RedisLists(connection, _keys, _reader);
        _index = new RedisIndex(connection, _keys, options.TimeToLive);
    }

    public async ValueTask<ArchivedConversation?> FindAsync(ConversationId id, CancellationToken cancellationToken) =>
        // In this order: what is moved in between is in the table by then.
        await WaitingAsync(id, cancellationToken) ?? await _table.FindAsync(id, cancellationToken);

    public async ValueTask<bool> EraseAsync(ConversationId id, CancellationToken cancellationToken)
    {
        // First what has expired and was not moved yet: it is the newest.
        while (await WaitingAsync(id, cancellationToken) is { Conversation: var waiting })
        {
            // What is removed is not found again: where the table could not be marked, a repeat would find nothing to erase.
            await _table.CheckAsync(cancellationToken);
            if (!await RemoveAsync(id, waiting, cancellationToken))
                continue;
            // A mover that has read it before may still write it: the mark keeps it out.
            await _table.EraseAsync(id, waiting.Life, cancellationToken);
            await LeaveIndexAsync(waiting, cancellationToken);
            return true;
        }

        if (await _table.FindAsync(id, cancellationToken) is not { Conversation: var kept })
            return false;
        await _table.EraseAsync(id, kept.Life, cancellationToken);
        return true;
    }

    public async ValueTask<int> MoveAsync(CancellationToken cancellationToken)
    {
        var moved = 0;
        for (var batch = 0; batch < Batches; batch++)
        {
            var now = _time.GetUtcNow().ToUnixTimeMilliseconds();
            var due = await _connection.CallAsync(
                db => db.SortedSetRangeByScoreWithScoresAsync(_keys.ByArchive, double.NegativeInfinity, now, Exclude.None, Order.Ascending, 0, Batch, RedisConnection.Master),
                cancellationToken);
            var done = 0;
            foreach (var entry in due)
            {
                var outcome = await MoveAsync((string)entry.Element!, (long)entry.Score, cancellationToken);
                moved += outcome == Moving.Moved ? 1 : 0;
                done += outcome == Moving.Waits ? 0 : 1;
            }

            // What waits would be met again at once.
            if (due.Length < Batch || done == 0)
                break;
        }

        await _table.SweepAsync(cancellationToken);
        return moved;
    }

    public ValueTask CheckAsync(CancellationToken cancellationToken) => _table.CheckAsync(cancellationToken);

    /// <summary>
    /// Notes that a conversation is to be moved once it has expired. It is noted before the commit that closes it: one that is closed and not
    /// noted would be gone for good.
    /// </summary>
    internal async ValueTask NoteAsync(ConversationId id, long expiresAt, CancellationToken cancellationToken) =>
        await _connection.CallAsync(db => db.SortedSetAddAsync(_keys.ByArchive, id.Value, expiresAt), cancellationToken);

    /// <summary>Keeps what has expired, so that a new conversation of its ticket can take its place. What cannot be read is lost, which the reader has logged.</summary>
    internal async ValueTask KeepAsync(ConversationId id, Conversation expired, CancellationToken cancellationToken)
    {
        try
        {
            // Null: it has been moved meanwhile.
            if (await WholeAsync(id, expired, cancellationToken) is { } whole)
                await _table.KeepAsync(whole, cancellationToken);
        }
        catch (StoreDamagedException)
        {
            // The ticket can be opened all the same.
        }
    }

    private async ValueTask<Moving> MoveAsync(string member, long noted, CancellationToken cancellationToken)
    {
        var isSettled = noted < (_time.GetUtcNow() - s_settled).ToUnixTimeMilliseconds();
        try
        {
            if (ConversationId.TryParse(member) is not { } id)
                return await ForgetAsync(member, noted, cancellationToken);
            var (conversation, expiresAt) = await StandingAsync(id, cancellationToken);
            if (conversation is { ErasedAt: not null })
            {
                // A mover that died may have written it before it was erased.
                await _table.EraseAsync(id, conversation.Life, cancellationToken);
                return await ForgetAsync(member, noted, cancellationToken);
            }

            if (conversation is null || !ArchivedConversation.IsKept(conversation))
                return isSettled ? await ForgetAsync(member, noted, cancellationToken) : Moving.Waits;
            if (expiresAt > _time.GetUtcNow())
                return await PutOffAsync(member, noted, expiresAt, cancellationToken);
            if (await WholeAsync(id, conversation, cancellationToken) is not { } whole)
                return Moving.Waits;
            await _table.KeepAsync(whole, cancellationToken);
            if (!await RemoveAsync(id, conversation, cancellationToken))
                return Moving.Waits;
            await LeaveIndexAsync(conversation, cancellationToken);
            await ForgetAsync(member, noted, cancellationToken);
            _putOff.Clear();
            return Moving.Moved;
        }
        catch (StoreDamagedException)
        {
            // The reader has logged it. It must not stand before the others.
            return await PutOffAsync(member, noted, _time.GetUtcNow() + s_again, cancellationToken);
        }
        catch (StoreUnavailableException e)
        {
            // Where the table or Redis does not serve at all, one of these calls fails too, and everything waits.
            await _table.CheckAsync(cancellationToken);
            if (_putOff.Count >= MostPutOff && !_putOff.Contains(member))
            {
                await PutOffAsync(member, noted, _time.GetUtcNow() + s_soon, cancellationToken);
                throw;
            }

            var outcome = await PutOffAsync(member, noted, _time.GetUtcNow() + s_again, cancellationToken);
            _putOff.Add(member);
            LogPutOff(_logger, member, e.Message);
            return outcome;
        }
    }

    /// <summary>The conversation that waits to be moved; null where none does.</summary>
    private async ValueTask<ArchivedConversation?> WaitingAsync(ConversationId id, CancellationToken cancellationToken)
    {
        while (true)
        {
            var (conversation, expiresAt) = await StandingAsync(id, cancellationToken);
            if (conversation is null || !_snapshots.IsOver(conversation, expiresAt))
                return null;
            if (await WholeAsync(id, conversation, cancellationToken) is { } whole)
                return whole;
        }
    }

    private async ValueTask<(Conversation? Conversation, DateTimeOffset ExpiresAt)> StandingAsync(ConversationId id, CancellationToken cancellationToken)
    {
        var fields = await _connection.CallAsync(db => db.HashGetAsync(_keys.State(id), RedisSnapshots.Fields, RedisConnection.Master), cancellationToken);
        return _snapshots.Read(id, fields) is { } conversation ? (conversation, _snapshots.ExpiresAt(id, fields)) : default;
    }

    /// <summary>A conversation with its trail and its history; null where it is no longer as it was read.</summary>
    /// <exception cref="StoreDamagedException">Something of it is missing, or cannot be read.</exception>
    private async ValueTask<ArchivedConversation?> WholeAsync(ConversationId id, Conversation conversation, CancellationToken cancellationToken)
    {
        var events = await _lists.AllEventsAsync(id, cancellationToken);
        var messages = await _lists.AllMessagesAsync(id, cancellationToken);
        // Read behind them: they are of this version where it still stands.
        var (after, _) = await StandingAsync(id, cancellationToken);
        if (after?.Life != conversation.Life || after.Version != conversation.Version)
            return null;
        return _reader.Whole(id, conversation, events, messages);
    }

    private async ValueTask<bool> RemoveAsync(ConversationId id, Conversation conversation, CancellationToken cancellationToken) =>
        (long)await _connection.CallAsync(
            db => db.RunAsync(
                RedisScripts.ArchiveRemove, [_keys.State(id), _keys.History(id), _keys.Events(id), _keys.Seen(id)], [conversation.Version, conversation.Life]),
            cancellationToken) == 1;

    /// <summary>Takes the names of the customer and of those who worked for them out of the indexes; the sweep finds what is left.</summary>
    private ValueTask LeaveIndexAsync(Conversation conversation, CancellationToken cancellationToken)
    {
        var entry = ConversationIndexEntry.Of(conversation);
        return _index.RemoveAsync([entry], entry.UpdateScore() + 1, cancellationToken, leavesToSweep: true);
    }

    /// <summary>Takes the note away, unless it has been renewed.</summary>
    private async ValueTask<Moving> ForgetAsync(string member, long noted, CancellationToken cancellationToken)
    {
        await _index.DropAsync([new IndexDrop(_keys.ByArchive, member, noted + 1)], cancellationToken);
        return Moving.Over;
    }

    private async ValueTask<Moving> PutOffAsync(string member, long noted, DateTimeOffset until, CancellationToken cancellationToken)
    {
        await _index.RescoreAsync(_keys.ByArchive, [(member, noted, until.ToUnixTimeMilliseconds())], cancellationToken);
        return Moving.Over;
    }

    [LoggerMessage(LogLevel.Warning, "{ConversationId} cannot be moved to the archive, though the archive serves: {Reason} It waits in Redis, and is tried again in an hour.")]
    private static partial void LogPutOff(ILogger logger, string conversationId, string reason);

    /// <summary>What became of a note.</summary>
    private enum Moving
    {
        /// <summary>It is not due any more.</summary>
        Over,

        /// <summary>It is looked at again with the next call.</summary>
        Waits,

        /// <summary>Its conversation is in the table.</summary>
        Moved,
    }
}
