using SupportStateMcp.Conversations;

namespace SupportStateMcp.Storage.Files;

/// <summary>
/// The journals this process knows, least recently used first out. What is dropped is only read again: everything known
/// of a journal follows from its file.
/// </summary>
internal sealed class JournalCache(FileStoreOptions options, StoredSchema schema)
{
    /// <summary>How much is kept, in units of about a kilobyte: some thousand ordinary conversations, or one with 100,000 messages and some.</summary>
    private const int Capacity = 20_000;

    private readonly Lock _gate = new();
    private readonly Dictionary<ConversationId, LinkedListNode<Entry>> _entries = [];
    private readonly LinkedList<Entry> _byUse = new();
    private int _cost;

    public Journal this[ConversationId id]
    {
        get
        {
            lock (_gate)
            {
                if (_entries.TryGetValue(id, out var node))
                    _byUse.Remove(node);
                else
                    _entries.Add(id, node = new(new Entry(id, new Journal(id, PathOf(id), schema))));

                _byUse.AddLast(node);
                Recount(node.Value);
                while (_cost > Capacity && _byUse.First is { } oldest && oldest != node)
                    Drop(oldest);
                return node.Value.Journal;
            }
        }
    }

    /// <summary>Forgets a conversation whose file is gone.</summary>
    public void Remove(ConversationId id)
    {
        lock (_gate)
        {
            if (_entries.TryGetValue(id, out var node))
                Drop(node);
        }
    }

    public string PathOf(ConversationId id) => Path.Combine(options.Directory, id.Value + JournalFile.Extension);

    /// <summary>A journal grows in use; what it costs is counted when it is asked for again.</summary>
    private void Recount(Entry entry)
    {
        var cost = entry.Journal.Cost;
        _cost += cost - entry.Cost;
        entry.Cost = cost;
    }

    private void Drop(LinkedListNode<Entry> node)
    {
        _byUse.Remove(node);
        _entries.Remove(node.Value.Id);
        _cost -= node.Value.Cost;
    }

    private sealed class Entry(ConversationId id, Journal journal)
    {
        public ConversationId Id => id;

        public Journal Journal => journal;

        public int Cost { get; set; }
    }
}
