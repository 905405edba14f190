using StackExchange.Redis;
using SupportStateMcp.Conversations;

namespace SupportStateMcp.Storage.Redis;

/// <summary>
/// Conversations in Redis, for any number of processes on any number of machines. A write is one script and one round
/// trip; what lies where is at the top of <c>RedisKeys.cs</c>.
/// </summary>
public sealed partial class RedisConversationStore : IConversationStore, IAsyncDisposable
{
    private const long SnapshotCacheBytes = 32 << 20;

    /// <summary>How long the mark of a check stays, in milliseconds.</summary>
    private const long CheckedFor = 60_000;

    private readonly RedisConnection _connection;
    private readonly StoredSchema _schema;
    private readonly long _timeToLive;
    private readonly RedisValue _schemaVersion;
    private readonly RedisKeys _keys;
    private readonly StoredReader _reader;
    private readonly RedisSnapshots _snapshots;
    private readonly RedisLists _lists;
    private readonly RedisArchive? _archive;
    private readonly RedisOutbox? _outbox;
    private readonly RedisValue _sinks;
    private readonly RedisIndex _index;
    private readonly RedisIndexQueue _queue;
    private readonly RedisListing _listing;
    private readonly RedisQueueListing _queueListing;
    private readonly RedisApprovalListing _approvalListing;
    private readonly RedisWorkListing _workListing;
    private readonly RedisSweep _sweep;
    private readonly RedisSubscriptions _subscriptions;
    private readonly SnapshotCache _snapshotCache;

    /// <param name="connection">The Redis that holds the conversations; stays its owner's to dispose.</param>
    /// <param name="options">Key prefix and time to live.</param>
    /// <param name="schema">What to write, and how to read what is older.</param>
    /// <param name="time">Tells which index entries are old enough to be swept, and which snapshots are over.</param>
    /// <param name="logger">Hears of what nobody waits for.</param>
    /// <param name="archive">Where closed conversations go that have expired; null for nowhere.</param>
    /// <param name="outbox">Where it is noted that there is something to tell; null where nobody is told.</param>
    public RedisConversationStore(
        RedisConnection connection, RedisOptions options, StoredSchema schema, TimeProvider time, ILogger<RedisConversationStore> logger, RedisArchive? archive = null,
        RedisOutbox? outbox = null)
    {
        (_connection, _schema, _archive, _outbox) = (connection, schema, archive, outbox);
        _sinks = outbox?.Sinks ?? "";
        _timeToLive = (long)options.TimeToLive.TotalMilliseconds;
        _schemaVersion = schema.Version;
        _snapshotCache = new SnapshotCache(SnapshotCacheBytes, time);
        _keys = new RedisKeys(options.KeyPrefix);
        _reader = new StoredReader(schema, "Redis", logger);
        _snapshots = new RedisSnapshots(connection, _keys, _reader, archive is null ? null : time);
        _lists = new RedisLists(connection, _keys, _reader);
        _index = new RedisIndex(connection, _keys, options.TimeToLive);
        _queue = new RedisIndexQueue(_index, logger);
        _listing = new RedisListing(connection, _keys, _index, _snapshots, time);
        _queueListing = new RedisQueueListing(connection, _keys, _index, _snapshots, time);
        _approvalListing = new RedisApprovalListing(connection, _keys, _index, _snapshots, time);
        _workListing = new RedisWorkListing(connection, _keys, _index, _snapshots, time);
        _sweep = new RedisSweep(connection, _keys, _index, options.TimeToLive, time);
        _subscriptions = new RedisSubscriptions(connection, logger);
    }

    public TimeSpan ListingLag => RedisIndexQueue.Lag;

    public Conversation? Remembered(ConversationId id) => _snapshotCache.Find(id);

    public async ValueTask<Loaded> LoadAsync(ConversationId id, string? key, CancellationToken cancellationToken)
    {
        var (state, record) = await _connection.CallAsync(
            async db =>
            {
                // The idempotency record first: one that is found has its conversation behind it.
                var kept = key is null ? Task.FromResult(RedisValue.Null) : db.HashGetAsync(_keys.Seen(id), key, RedisConnection.Master);
                var state = db.HashGetAsync(_keys.State(id), RedisSnapshots.Fields, RedisConnection.Master);
                return (await state, await kept);
            },
            cancellationToken);
        return Keep(id, state, record);
    }

    public ValueTask<IReadOnlyList<Message>> ReadMessagesAsync(
        ConversationId id, long before, int limit, long maxBytes, CancellationToken cancellationToken) =>
        _lists.MessagesAsync(id, before, limit, maxBytes, cancellationToken);

    public ValueTask<IReadOnlyList<ConversationEvent>> ReadEventsAsync(
        ConversationId id, long after, int limit, long maxBytes, CancellationToken cancellationToken) =>
        _lists.EventsAsync(id, after, limit, maxBytes, cancellationToken);

    public async ValueTask<ConversationPage> ListAsync(
        ConversationFilter filter, ConversationCursor? after, int limit, CancellationToken cancellationToken)
    {
        await _queue.FlushAsync(cancellationToken);
        return await _listing.ReadAsync(filter, after, limit, cancellationToken);
    }

    public async ValueTask<long> CountAsync(CancellationToken cancellationToken)
    {
        await _queue.FlushAsync(cancellationToken);
        return await _connection.CallAsync(db => db.SortedSetLengthAsync(_keys.ByUpdate, flags: RedisConnection.Master), cancellationToken);
    }

    public async ValueTask<QueuePage> ListQueueAsync(string? queue, QueueCursor? after, int limit, CancellationToken cancellationToken)
    {
        await _queue.FlushAsync(cancellationToken);
        return await _queueListing.ReadAsync(queue, after, limit, cancellationToken);
    }

    public async ValueTask<PendingApprovals> ListPendingApprovalsAsync(
        string? queue, ApprovalCursor? after, int limit, CancellationToken cancellationToken)
    {
        await _queue.FlushAsync(cancellationToken);
        return await _approvalListing.ReadAsync(queue, after, limit, cancellationToken);
    }

    public async ValueTask<ReadySteps> ListReadyStepsAsync(IReadOnlyList<string> roles, int limit, bool verified, CancellationToken cancellationToken)
    {
        await _queue.FlushAsync(cancellationToken);
        return await _workListing.ReadAsync(roles, limit, verified, cancellationToken);
    }

    public ValueTask<IAsyncDisposable> SubscribeAsync(ConversationId id, Action changed, CancellationToken cancellationToken) =>
        _subscriptions.AddAsync(_keys.Changed(id), changed, cancellationToken);

    public ValueTask<IAsyncDisposable> SubscribeToAllAsync(Action<ConversationChange?> changed, CancellationToken cancellationToken) =>
        RedisChangeSubscription.StartAsync(_connection, _keys, changed, cancellationToken);

    /// <summary>Writes, since a Redis that is full, or a replica, still answers.</summary>
    public async ValueTask CheckAsync(CancellationToken cancellationToken) => await _connection.CallAsync(
        db => db.RunAsync(RedisScripts.Check, [_keys.Checked], [CheckedFor]), cancellationToken);

    public async ValueTask<IReadOnlyList<ConversationId>> FindOverdueAsync(DateTimeOffset now, int limit, CancellationToken cancellationToken)
    {
        var (overdue, unreadable) = (new List<ConversationId>(), 0);
        while (true)
        {
            // Those that were named, and those that cannot be read, stay where they are.
            var due = await _index.FindOverdueAsync(now.ToUnixTimeMilliseconds(), overdue.Count + unreadable, limit, cancellationToken);
            var read = await _snapshots.ReadAsync([.. due.Select(d => d.Id)], cancellationToken);
            var conversations = read.Select(r => r.Conversation).ToList();
            // What has been recorded or is gone. A commit that is on its way notes its time again.
            await _index.ForgetDueAsync(due.Where((_, i) => conversations[i]?.DueAt is null && !read[i].IsUnreadable), cancellationToken);
            await _index.RescoreAsync(
                _keys.ByDue,
                [.. due.Select((d, i) => (d.Id, d.At, Due: RedisIndexPlaces.DueScore(conversations[i]?.DueAt) ?? d.At)).Where(d => d.Due > d.At)],
                cancellationToken);
            overdue.AddRange(conversations.OfType<Conversation>().Where(c => c.DueAt <= now).Select(c => ConversationId.TryParse(c.ConversationId)!.Value).Except(overdue));
            // One that cannot be read keeps nobody behind it waiting.
            var damaged = read.Count(r => r.IsUnreadable);
            if (damaged == 0 || due.Count < limit || overdue.Count >= limit)
                return [.. overdue.Take(limit)];
            unreadable += damaged;
        }
    }

    /// <summary>
    /// Takes expired conversations out of the indexes, some hundred at a call. Listings are right without it; it keeps the
    /// indexes from growing. The host of the store calls it now and then.
    /// </summary>
    /// <returns>How many were removed.</returns>
    public ValueTask<int> SweepAsync(CancellationToken cancellationToken) => _sweep.RunAsync(cancellationToken);

    public async ValueTask DisposeAsync()
    {
        _subscriptions.Dispose();
        await _queue.DisposeAsync();
        _snapshotCache.Dispose();
    }

    /// <param name="id">The conversation.</param>
    /// <param name="state">What <see cref="RedisSnapshots.Fields"/> hold.</param>
    /// <param name="record">What is kept under the key that was asked for.</param>
    private Loaded Keep(ConversationId id, RedisValue[] state, byte[]? record)
    {
        // Most reads find what the last one found.
        var known = _snapshotCache.FindMadeOf(id, state);
        if ((known ?? _snapshots.Read(id, state)) is not { } conversation)
        {
            _snapshotCache.Forget(id);
            return default;
        }

        var expiresAt = _snapshots.ExpiresAt(id, state);
        if (_snapshots.IsOver(conversation, expiresAt))
        {
            _snapshotCache.Forget(id);
            return default;
        }

        if (known is null)
            _snapshotCache.Keep(id, conversation, RedisSnapshots.CoreBytes(state), RedisSnapshots.PartBytes(state), expiresAt, state);
        return new Loaded(
            conversation,
            record is { Length: > 0 } ? _reader.IdempotencyRecord(id, record) : null,
            expiresAt);
    }
}
