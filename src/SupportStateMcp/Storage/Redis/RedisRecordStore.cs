using System.Globalization;
using StackExchange.Redis;
using SupportStateMcp.Conversations;
using SupportStateMcp.Records;

namespace SupportStateMcp.Storage.Redis;

/// <summary>
/// Records in Redis, for any number of processes on any number of machines. A write is one script; what lies where is at the top
/// of <c>RedisRecordKeys.cs</c>.
/// </summary>
public sealed class RedisRecordStore : IRecordStore, IAsyncDisposable
{
    /// <summary>How much content is sent at a time, in bytes: a call has a time-out.</summary>
    private const long SentTogether = 1 << 20;

    /// <summary>How many records are written at a time.</summary>
    private const int WrittenTogether = 64;

    private readonly RedisConnection _connection;
    private readonly RedisRecordKeys _keys;
    private readonly RedisRecordReader _reader;
    private readonly RedisRecordLookups _lookups;
    private readonly RedisRecordFeed _feed;
    private readonly RedisSubscriptions _subscriptions;

    /// <param name="connection">The Redis that holds the records; stays its owner's to dispose.</param>
    /// <param name="options">The key prefix.</param>
    /// <param name="logger">Hears of what nobody waits for.</param>
    public RedisRecordStore(RedisConnection connection, RedisOptions options, ILogger<RedisRecordStore> logger)
    {
        _connection = connection;
        _keys = new RedisRecordKeys(options.KeyPrefix);
        _reader = new RedisRecordReader(connection, _keys, logger);
        _lookups = new RedisRecordLookups(connection, _keys, _reader);
        _feed = new RedisRecordFeed(connection, _keys, _reader);
        _subscriptions = new RedisSubscriptions(connection, logger);
    }

    public async ValueTask<StoredRecord?> GetAsync(string kind, string id, CancellationToken cancellationToken) =>
        RedisRecordReader.Read(kind, id, (await _reader.FieldsAsync(_connection, kind, [id], cancellationToken))[0]);

    public ValueTask<StoredRecord?> FindAsync(string kind, string lookupKey, CancellationToken cancellationToken) =>
        _lookups.FindAsync(kind, lookupKey, cancellationToken);

    public async ValueTask<IReadOnlyList<RecordWriteResult>> WriteAsync(IReadOnlyList<RecordWrite> writes, CancellationToken cancellationToken)
    {
        RecordWrites.Check(writes);
        var results = new List<RecordWriteResult>(writes.Count);
        while (results.Count < writes.Count)
        {
            var (together, bytes) = (new List<RecordWrite>(), 0L);
            while (results.Count + together.Count is var next && next < writes.Count && together.Count < WrittenTogether
                && (together.Count == 0 || bytes + writes[next].Content.Length <= SentTogether))
            {
                bytes += writes[next].Content.Length;
                together.Add(writes[next]);
            }

            results.AddRange(await WriteTogetherAsync(together, cancellationToken));
        }

        return results;
    }

    public ValueTask<bool> DeleteAsync(string kind, string id, CancellationToken cancellationToken) => DeleteAsync(kind, id, null, cancellationToken);

    public ValueTask<bool> DeleteVersionAsync(string kind, string id, long version, CancellationToken cancellationToken) => DeleteAsync(kind, id, version, cancellationToken);

    private async ValueTask<bool> DeleteAsync(string kind, string id, long? expected, CancellationToken cancellationToken)
    {
        var answer = (RedisValue[])(await _connection.CallAsync(
            db => db.RunAsync(RedisScripts.RecordRemove, Keys(kind, id), [id, _keys.Changed(kind), expected is { } version ? (RedisValue)version : RedisValue.EmptyString]),
            cancellationToken))!;
        if (answer[0] != "removed")
            return false;
        await _lookups.LeaveAsync([new RedisLookupPlace(kind, id, answer[1]!, answer[2]!)], cancellationToken);
        return true;
    }

    public async ValueTask<long> CountAsync(string kind, CancellationToken cancellationToken)
    {
        var counts = await _connection.CallAsync(
            db => Task.WhenAll(Enumerable.Range(0, RedisRecordKeys.Shards).Select(shard => db.HashGetAsync(_keys.Feed(kind, shard), "count", RedisConnection.Master))),
            cancellationToken);
        return counts.Sum(c => (long)c);
    }

    public ValueTask<RecordChanges> ReadChangesAsync(string kind, string? position, int limit, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        return _feed.ReadAsync(kind, position, limit, cancellationToken);
    }

    public ValueTask<IAsyncDisposable> SubscribeAsync(string kind, Action changed, CancellationToken cancellationToken) =>
        _subscriptions.AddAsync(_keys.Changed(kind), changed, cancellationToken);

    public ValueTask DisposeAsync()
    {
        _subscriptions.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>
    /// A lookup key leads to a record before the record is written under it, and no longer after the record has left it: one place too
    /// many is found out by who reads it, one too few would hide the record.
    /// </summary>
    private async ValueTask<IEnumerable<RecordWriteResult>> WriteTogetherAsync(List<RecordWrite> writes, CancellationToken cancellationToken)
    {
        var places = await _lookups.EnterAsync(writes, cancellationToken);
        var answers = await _connection.CallAsync(
            db => Task.WhenAll(writes.Select((w, i) => db.RunAsync(
                RedisScripts.RecordWrite, Keys(w.Kind, w.Id), Arguments(w, places[i])))),
            cancellationToken);

        var (results, left) = (new List<RecordWriteResult>(), new List<RedisLookupPlace>());
        for (var i = 0; i < writes.Count; i++)
        {
            var answer = (RedisValue[])answers[i]!;
            var version = long.Parse((string)answer[1]!, NumberStyles.None, CultureInfo.InvariantCulture);
            results.Add((string)answer[0]! switch
            {
                "written" => new RecordWriteResult.Written(version, Changed: true),
                "same" => new RecordWriteResult.Written(version, Changed: false),
                _ => new RecordWriteResult.Conflict(version),
            });
            left.Add(answer[0] == "written" ? new RedisLookupPlace(writes[i].Kind, writes[i].Id, answer[2]!, answer[3]!) : places[i]);
        }

        await _lookups.LeaveAsync(left, cancellationToken);
        return results;
    }

    private RedisKey[] Keys(string kind, string id)
    {
        var shard = RedisRecordKeys.Shard(id);
        return [_keys.Record(kind, id), _keys.Changes(kind, shard), _keys.Feed(kind, shard)];
    }

    private RedisValue[] Arguments(RecordWrite write, RedisLookupPlace place) =>
    [
        write.Id,
        write.ExpectedVersion is { } expected ? (RedisValue)expected : RedisValue.EmptyString,
        write.Content,
        write.Now.UtcTicks,
        write.By,
        place.Digest,
        place.Place,
        _keys.Changed(write.Kind),
        Guid.NewGuid().ToString("N"),
    ];
}
