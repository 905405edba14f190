namespace SupportStateMcp.Conversations;

/// <summary>
/// Conversations as they were at some versions, so that a fold of a long trail does not begin at its first event each time. What is kept of a conversation is
/// used only while that very conversation is there, and forgotten once this process finds it gone.
/// </summary>
internal sealed class Keyframes
{
    /// <summary>Each so many versions one is kept.</summary>
    public const int Every = 500;

    /// <summary>How many are kept, of all conversations; the one that was not used for longest goes. Those of one conversation share most of what they hold.</summary>
    private const int Most = 64;

    private readonly Lock _lock = new();
    private readonly LinkedList<Conversation> _frames = [];

    /// <summary>The latest one of a conversation up to a version and a time; null where there is none.</summary>
    public Conversation? Find(Conversation now, long through, DateTimeOffset? until)
    {
        lock (_lock)
        {
            LinkedListNode<Conversation>? found = null;
            for (var node = _frames.First; node is not null; node = node.Next)
            {
                var frame = node.Value;
                if (frame.ConversationId == now.ConversationId && frame.Life == now.Life && frame.Version <= through && !(frame.UpdatedAt > until)
                    && !(found?.Value.Version >= frame.Version))
                    found = node;
            }

            if (found is null)
                return null;
            _frames.Remove(found);
            _frames.AddLast(found);
            return found.Value;
        }
    }

    /// <summary>Keeps one, unless it is kept already.</summary>
    public void Keep(Conversation frame)
    {
        lock (_lock)
        {
            if (_frames.Any(f => f.ConversationId == frame.ConversationId && f.Life == frame.Life && f.Version == frame.Version))
                return;
            _frames.AddLast(frame);
            if (_frames.Count > Most)
                _frames.RemoveFirst();
        }
    }

    /// <summary>Forgets a conversation.</summary>
    public void Forget(ConversationId id)
    {
        lock (_lock)
        {
            for (var node = _frames.First; node is not null;)
            {
                var next = node.Next;
                if (node.Value.ConversationId == id.Value)
                    _frames.Remove(node);
                node = next;
            }
        }
    }
}
