using Microsoft.Extensions.Caching.Memory;
using StackExchange.Redis;
using SupportStateMcp.Conversations;

namespace SupportStateMcp.Storage;

/// <summary>
/// The snapshots this process saw last. They may be stale: a commit made of one compares the version. None outlives its
/// conversation: another one of the same ticket counts its versions from 1 as well.
/// </summary>
/// <param name="maxBytes">How much to keep at most, in bytes of stored JSON.</param>
/// <param name="time">The clock that expires conversations.</param>
internal sealed class SnapshotCache(long maxBytes, TimeProvider time) : IDisposable
{
    // What is full makes room for a fifth at a time: finding out what was not asked for longest looks at all of it.
    private readonly MemoryCache _snapshots = new(new MemoryCacheOptions { SizeLimit = maxBytes, CompactionPercentage = 0.2 });

    public Conversation? Find(ConversationId id) => FindEntry(id) is { } entry && entry.ExpiresAt > time.GetUtcNow() ? entry.Snapshot : null;

    /// <summary>The snapshot that was made of exactly this, so that it need not be made again; null where that is not known.</summary>
    public Conversation? FindMadeOf(ConversationId id, RedisValue[] stored) =>
        FindEntry(id) is { MadeOf: { } before } entry && before.AsSpan().SequenceEqual(stored) ? entry.Snapshot : null;

    public void Forget(ConversationId id) => _snapshots.Remove(id.Value);

    /// <summary>Keeps a snapshot in the place of an earlier one.</summary>
    /// <param name="id">The conversation.</param>
    /// <param name="snapshot">Its snapshot.</param>
    /// <param name="coreBytes">How large its core is as it is stored.</param>
    /// <param name="partBytes">How large its parts are; null where they are those of the snapshot that is kept already.</param>
    /// <param name="expiresAt">When the conversation will be gone unless it changes.</param>
    /// <param name="madeOf">What was read, where it was read: it is kept as well.</param>
    public void Keep(
        ConversationId id, Conversation snapshot, int coreBytes, int? partBytes, DateTimeOffset expiresAt, RedisValue[]? madeOf = null)
    {
        var parts = partBytes ?? FindEntry(id)?.PartBytes ?? 0;
        using var entry = _snapshots.CreateEntry(id.Value);
        entry.Value = new Entry(snapshot, parts, expiresAt, madeOf);
        entry.Size = (coreBytes + parts) * (madeOf is null ? 1 : 2);
    }

    public void Dispose() => _snapshots.Dispose();

    private Entry? FindEntry(ConversationId id) => _snapshots.TryGetValue(id.Value, out var found) ? (Entry)found! : null;

    private sealed record Entry(Conversation Snapshot, int PartBytes, DateTimeOffset ExpiresAt, RedisValue[]? MadeOf);
}
