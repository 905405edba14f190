using Microsoft.Extensions.Caching.Memory;
using SupportStateMcp.Conversations;

namespace SupportStateMcp.Storage;

/// <summary>The snapshots this process saw last. They may be stale: a commit made of one compares the version.</summary>
/// <param name="maxBytes">How much to keep at most, in bytes of stored JSON.</param>
internal sealed class SnapshotCache(long maxBytes) : IDisposable
{
    // What is full makes room for a fifth at a time: finding out what was not asked for longest looks at all of it.
    private readonly MemoryCache _snapshots = new(new MemoryCacheOptions { SizeLimit = maxBytes, CompactionPercentage = 0.2 });

    public Conversation? Find(ConversationId id) => _snapshots.TryGetValue(id.Value, out var found) ? (Conversation)found! : null;

    /// <summary>Keeps a snapshot in the place of an earlier one; null forgets.</summary>
    public void Keep(ConversationId id, Conversation? snapshot, int bytes)
    {
        if (snapshot is null)
        {
            _snapshots.Remove(id.Value);
            return;
        }

        using var entry = _snapshots.CreateEntry(id.Value);
        entry.Value = snapshot;
        entry.Size = bytes;
    }

    public void Dispose() => _snapshots.Dispose();
}
