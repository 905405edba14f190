using System.Collections.Concurrent;
using System.Globalization;
using StackExchange.Redis;
using SupportStateMcp.Records;

namespace SupportStateMcp.Storage.Redis;

/// <summary>Reads records as they are stored.</summary>
internal sealed partial class RedisRecordReader(RedisConnection connection, RedisRecordKeys keys, ILogger logger)
{
    /// <summary>The fields of a record's hash, in the order <see cref="Read"/> takes them.</summary>
    private static readonly RedisValue[] s_fields = ["version", "content", "updated_at", "updated_by", "lookup", "place"];

    private readonly ConcurrentDictionary<(string, string), bool> _logged = new();

    /// <summary>The stored fields of some records, in their order.</summary>
    public async ValueTask<RedisValue[][]> FieldsAsync(RedisConnection over, string kind, IReadOnlyCollection<string> ids, CancellationToken cancellationToken) =>
        await over.CallAsync(
            db => Task.WhenAll(ids.Select(id => db.HashGetAsync(keys.Record(kind, id), s_fields, RedisConnection.Master))), cancellationToken);

    /// <summary>The stored fields of some records, whose content may be long.</summary>
    public ValueTask<RedisValue[][]> FieldsAsync(string kind, IReadOnlyCollection<string> ids, CancellationToken cancellationToken) =>
        FieldsAsync(connection.Bulk, kind, ids, cancellationToken);

    /// <summary>The digest of the lookup key that a record has, and its place there; null where it has none.</summary>
    public static (string Digest, long Place)? LookupOf(RedisValue[] fields) =>
        (string?)fields[4] is { Length: > 0 } digest && Number(fields[5]) is { } place ? (digest, place) : null;

    /// <summary>A record from its stored fields; null where there is none.</summary>
    /// <exception cref="RecordDamagedException">A field is missing, or is not what it should be.</exception>
    public static StoredRecord? Read(string kind, string id, RedisValue[] fields)
    {
        if (fields[1].IsNull)
            return null;
        if (Number(fields[0]) is not { } version || Number(fields[2]) is not { } updatedAt || updatedAt > DateTimeOffset.MaxValue.UtcTicks
            || (string?)fields[3] is not { } updatedBy)
            throw new RecordDamagedException(kind, id, "its version, time or author is missing or cannot be read.", place: "Redis");
        return new StoredRecord
        {
            Kind = kind,
            Id = id,
            Version = version,
            UpdatedAt = new DateTimeOffset(updatedAt, TimeSpan.Zero),
            UpdatedBy = updatedBy,
            Content = (byte[])fields[1]!,
        };
    }

    /// <summary>The same for a page of many: one that is damaged is logged once, and hides no other.</summary>
    public (StoredRecord? Record, bool IsUnreadable) ReadListed(string kind, string id, RedisValue[] fields)
    {
        try
        {
            return (Read(kind, id, fields), false);
        }
        catch (RecordDamagedException e)
        {
            if (_logged.TryAdd((kind, id), true))
                LogDamaged(e.Message);
            return (null, true);
        }
    }

    /// <summary>A number that is not negative; null for anything else. The client takes a field that is not there for 0.</summary>
    private static long? Number(RedisValue field) =>
        long.TryParse((string?)field, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    [LoggerMessage(31, LogLevel.Error, "{Reason} Calls that need it are refused with store_damaged; everything else goes on. Write it again, or put a backup in its place. This is logged once.")]
    private partial void LogDamaged(string reason);
}
