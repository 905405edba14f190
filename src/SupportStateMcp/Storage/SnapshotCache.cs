using System.Collections.Concurrent;
using SupportStateMcp.Conversations;

namespace SupportStateMcp.Storage;

/// <summary>
/// The snapshots this process saw last, at most a given size of them. Two generations: what was not asked for while the
/// younger one filled up is forgotten.
/// </summary>
/// <param name="maxBytes">How much to remember at most, in bytes of stored JSON.</param>
internal sealed class SnapshotCache(long maxBytes)
{
    private Generation _young = new();
    private Generation _old = new();

    public Conversation? Find(ConversationId id)
    {
        var young = Volatile.Read(ref _young);
        if (young.Snapshots.TryGetValue(id.Value, out var found))
            return found.Snapshot;
        if (!Volatile.Read(ref _old).Snapshots.TryRemove(id.Value, out found))
            return null;
        Remember(id, found.Snapshot, found.Bytes);
        return found.Snapshot;
    }

    public void Remember(ConversationId id, Conversation? snapshot, int bytes)
    {
        var young = Volatile.Read(ref _young);
        if (snapshot is null)
        {
            young.Snapshots.TryRemove(id.Value, out _);
            Volatile.Read(ref _old).Snapshots.TryRemove(id.Value, out _);
            return;
        }

        young.Snapshots[id.Value] = (snapshot, bytes);
        // A snapshot that is replaced counts again: that only turns the generations earlier.
        if (Interlocked.Add(ref young.Bytes, bytes) > maxBytes / 2
            && Interlocked.CompareExchange(ref _young, new Generation(), young) == young)
            Volatile.Write(ref _old, young);
    }

    private sealed class Generation
    {
        public long Bytes;

        public ConcurrentDictionary<string, (Conversation Snapshot, int Bytes)> Snapshots { get; } = new(StringComparer.Ordinal);
    }
}
