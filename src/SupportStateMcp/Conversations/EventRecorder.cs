using SupportStateMcp.Identity;

namespace SupportStateMcp.Conversations;

/// <summary>
/// The uncommitted events of a command, with the conversation as each event leaves it: the one place where a call folds
/// its events.
/// </summary>
internal sealed class EventRecorder(Conversation before, ConversationCommand command, DateTimeOffset now)
{
    private readonly List<ConversationEvent> _events = [];
    private readonly List<Message> _messages = [];

    public Conversation Current { get; private set; } = before;

    public Actor Actor => command.Actor;

    public DateTimeOffset Now => now;

    /// <summary>The version of the next event.</summary>
    public long Next => Current.Version + 1;

    public Decision.Accepted Accepted => new(_events, _messages, Current);

    /// <summary>True while nothing is recorded.</summary>
    public bool IsEmpty => _events.Count == 0;

    /// <summary>Starts with the opening of a conversation, after what an earlier one of the ticket left, if anything.</summary>
    public static EventRecorder Open(Conversation? erased, ConversationEvent first, ConversationCommand command, DateTimeOffset now)
    {
        var recorder = new EventRecorder(Conversation.Apply(erased, first), command, now);
        recorder._events.Add(first);
        return recorder;
    }

    public void Add(ConversationEvent @event)
    {
        _events.Add(@event);
        Current = Conversation.Apply(Current, @event);
    }

    /// <summary>Changes the owner; entering a queue starts the waiting clock if it is not running.</summary>
    public void ChangeOwner(Owner owner, OwnershipCause cause, DateTimeOffset? leaseUntil = null, string? returnQueue = null, string? reason = null) =>
        Add(new ConversationEvent.OwnerChanged
        {
            Version = Next,
            At = now,
            Actor = Actor,
            Reason = reason,
            Owner = owner,
            Epoch = Current.Epoch + 1,
            Cause = cause,
            LeaseUntil = leaseUntil,
            ReturnQueue = owner.IsPerson ? returnQueue ?? Current.Owner.Queue ?? Current.ReturnQueue ?? Owner.DefaultQueue : null,
            WaitingSince = owner.Queue is null ? null : Current.WaitingSince ?? now,
        });

    /// <summary>Appends a message.</summary>
    public void AppendMessage(MessageDraft draft)
    {
        var added = new ConversationEvent.MessageAdded
        {
            Version = Next,
            At = now,
            Actor = Actor,
            MessageId = draft.MessageId,
            Number = Current.MessageCount + 1,
            Role = draft.Role,
            Visibility = draft.Visibility,
            Automated = draft.Automated,
            InReplyTo = draft.InReplyTo,
            ContentDigest = Digest.OfText(draft.Content),
        };
        Add(added);
        _messages.Add(new Message
        {
            Number = added.Number,
            MessageId = draft.MessageId,
            Role = draft.Role,
            Content = draft.Content,
            Visibility = draft.Visibility,
            Automated = draft.Automated,
            InReplyTo = draft.InReplyTo,
            ToolCallId = draft.ToolCallId,
            Metadata = draft.Metadata,
            At = now,
            RecordedBy = Actor.ToString(),
            Version = added.Version,
        });
    }
}
