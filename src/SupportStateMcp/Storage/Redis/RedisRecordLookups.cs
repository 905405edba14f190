using System.Globalization;
using StackExchange.Redis;
using SupportStateMcp.Conversations;
using SupportStateMcp.Records;

namespace SupportStateMcp.Storage.Redis;

/// <summary>A record's place among those of a lookup key.</summary>
/// <param name="Kind">The kind of the record.</param>
/// <param name="Id">The record.</param>
/// <param name="Digest">The digest of the lookup key; empty for none.</param>
/// <param name="Place">The place, a number as text.</param>
internal readonly record struct RedisLookupPlace(string Kind, string Id, string Digest, string Place);

/// <summary>
/// Which records were written under which lookup key. What is kept of a key lies in another slot than the records, so that it is a
/// hint: each attempt to write has a place of its own, taken before, and only the record itself says whether it has the key.
/// </summary>
internal sealed class RedisRecordLookups(RedisConnection connection, RedisRecordKeys keys, RedisRecordReader reader)
{
    /// <summary>How many places are looked at together. A key has one record nearly always.</summary>
    private const int Page = 32;

    /// <summary>How often it is looked again where the records found have left the key meanwhile.</summary>
    private const int Looks = 3;

    /// <summary>The record that was written last of those that have a key.</summary>
    public async ValueTask<StoredRecord?> FindAsync(string kind, string lookupKey, CancellationToken cancellationToken)
    {
        var digest = RedisRecordKeys.Digest(lookupKey);
        var seen = "";
        for (var look = 0; look < Looks; look++)
        {
            var (found, first) = await FindPlacedAsync(kind, digest, cancellationToken);
            // Nothing, or nothing new: there is no such record. Else the key may just have gone from one record to another.
            if (found is not null || first == seen)
                return found;
            seen = first;
        }

        return null;
    }

    /// <summary>Takes a place for each write that has a lookup key.</summary>
    public async ValueTask<RedisLookupPlace[]> EnterAsync(IReadOnlyList<RecordWrite> writes, CancellationToken cancellationToken) =>
        await connection.CallAsync(
            db => Task.WhenAll(writes.Select(async w =>
            {
                if (w.LookupKey is null)
                    return new RedisLookupPlace(w.Kind, w.Id, "", "");
                var digest = RedisRecordKeys.Digest(w.LookupKey);
                var place = await db.RunAsync(RedisScripts.RecordPlace, [keys.Lookup(w.Kind, digest)], [w.Id]);
                return new RedisLookupPlace(w.Kind, w.Id, digest, (string)place!);
            })),
            cancellationToken);

    /// <summary>Gives places up. Where that fails they stay: they are hints, and the write they belonged to is done.</summary>
    public async ValueTask LeaveAsync(IEnumerable<RedisLookupPlace> places, CancellationToken cancellationToken)
    {
        var left = places.Where(p => p.Digest.Length > 0).ToList();
        if (left.Count == 0)
            return;
        try
        {
            await connection.CallAsync(
                db => Task.WhenAll(left.Select(p => db.SortedSetRemoveAsync(keys.Lookup(p.Kind, p.Digest), $"{p.Place}:{p.Id}"))), cancellationToken);
        }
        catch (Exception e) when (e is StoreUnavailableException or OperationCanceledException)
        {
            // As said: who reads them finds out.
        }
    }

    /// <summary>The record, and the first place that was looked at.</summary>
    private async ValueTask<(StoredRecord? Record, string First)> FindPlacedAsync(string kind, string digest, CancellationToken cancellationToken)
    {
        var (best, bestPlace, first) = ((StoredRecord?)null, 0L, "");
        for (var from = 0; ; from += Page)
        {
            var start = from;
            var members = await connection.CallAsync(
                db => db.SortedSetRangeByRankAsync(keys.Lookup(kind, digest), start, start + Page - 1, Order.Descending, RedisConnection.Master), cancellationToken);
            var places = members.Select(m => ((string)m!).Split(':', 2)).Select(m => (Place: long.Parse(m[0], NumberStyles.None, CultureInfo.InvariantCulture), Id: m[1])).ToList();
            if (from == 0 && members.Length > 0)
                first = members[0]!;
            var ids = places.Select(p => p.Id).Distinct(StringComparer.Ordinal).ToList();
            var fields = await reader.FieldsAsync(connection, kind, ids, cancellationToken);
            for (var i = 0; i < ids.Count; i++)
            {
                if (RedisRecordReader.LookupOf(fields[i]) is { } lookup && lookup.Digest == digest && lookup.Place > bestPlace)
                    (best, bestPlace) = (RedisRecordReader.Read(kind, ids[i], fields[i]), lookup.Place);
            }

            // A record has its place in this set, or a later one: further down there is none that was written later than this.
            if (places.Count < Page || bestPlace >= places[^1].Place)
                return (best, first);
        }
    }
}
