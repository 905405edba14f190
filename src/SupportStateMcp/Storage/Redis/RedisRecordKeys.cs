using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using StackExchange.Redis;

namespace SupportStateMcp.Storage.Redis;

// {prefix}record:{customer:3}:CUST001        hash    version, content (JSON), updated_at (UTC, in units of 100 ns since the year 1),
//                                                    updated_by, lookup (digest of the lookup key), place (in the set of that key);
//                                                    of a record that was removed: version alone
// {prefix}records:{customer:3}:changes       sorted set of ids, score = the number of the record's last change
// {prefix}records:{customer:3}:feed          hash    life (a token, made with the first change), sequence (how many changes), count
//                                                    (how many records there are)
// {prefix}records:{customer:lookup:X}        sorted set of place:id, score = place: which records were written under a lookup key, in this
//                                                    order; X is the digest of the key
// {prefix}records:customer:changed           channel the id, on each change
//
// The records of a kind are spread over shards by their ids; the braces around kind and shard are a hash tag: all keys of a
// shard are in one slot of a Redis Cluster, so that one script writes a record and its place among the changes. The lookup keys
// lie in other slots: they are hints. None of these keys expires.

/// <summary>The names of what this server keeps of records in Redis.</summary>
internal sealed class RedisRecordKeys(string prefix)
{
    /// <summary>How many shards a kind has; part of what is stored.</summary>
    public const int Shards = 16;

    /// <summary>The shard of a record.</summary>
    public static int Shard(string id) => SHA256.HashData(Encoding.UTF8.GetBytes(id))[0] % Shards;

    /// <summary>What stands for a lookup key, which may say something about a customer.</summary>
    public static string Digest(string lookupKey) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(lookupKey)).AsSpan(0, 16));

    public RedisKey Record(string kind, string id) => string.Concat(prefix, "record:", Tag(kind, Shard(id)), ":", id);

    public RedisKey Changes(string kind, int shard) => string.Concat(prefix, "records:", Tag(kind, shard), ":changes");

    public RedisKey Feed(string kind, int shard) => string.Concat(prefix, "records:", Tag(kind, shard), ":feed");

    public RedisKey Lookup(string kind, string digest) => string.Concat(prefix, "records:{", kind, ":lookup:", digest, "}");

    public string Changed(string kind) => string.Concat(prefix, "records:", kind, ":changed");

    private static string Tag(string kind, int shard) => string.Create(CultureInfo.InvariantCulture, $"{{{kind}:{shard}}}");
}
