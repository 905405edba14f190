namespace SupportStateMcp.Conversations;

/// <summary>
/// Where conversations are kept. Both implementations pass the same contract tests. Every method throws
/// <see cref="StoreUnavailableException"/> where the store does not answer within a bounded time, and nothing else
/// for a store that is slow or gone; those that read a conversation throw <see cref="StoreDamagedException"/> where what
/// is stored of it cannot be read. Listings leave such a conversation out.
/// </summary>
public interface IConversationStore
{
    /// <summary>
    /// The snapshot this process saw last, without asking the store; null where it remembers none. It may be stale: good
    /// enough to make a commit of (which compares the version), never to refuse a caller or to answer a question.
    /// </summary>
    Conversation? Remembered(ConversationId id) => null;

    /// <summary>How long after a commit of another process a listing may still look for its conversation at an earlier time; zero where it never does.</summary>
    TimeSpan ListingLag => TimeSpan.Zero;

    /// <summary>Reads a conversation, and what is kept under a caller's key.</summary>
    /// <param name="id">The conversation.</param>
    /// <param name="key">The caller's key (<see cref="Commit.Key"/>), or null.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    ValueTask<Loaded> LoadAsync(ConversationId id, string? key, CancellationToken cancellationToken);

    /// <summary>
    /// Writes snapshot, events, messages and idempotency record, and renews the time to live of all that belongs to the conversation: all
    /// or nothing, and only where the conversation still stands at the version decided on and the key is unused.
    /// </summary>
    ValueTask<CommitResult> CommitAsync(Commit commit, CancellationToken cancellationToken);

    /// <summary>Messages in chronological order: the newest with a number below <paramref name="before"/>.</summary>
    /// <param name="id">The conversation.</param>
    /// <param name="before">Only messages with a number below this.</param>
    /// <param name="limit">How many at most.</param>
    /// <param name="maxBytes">How many bytes of stored messages at most; the newest is read whatever its size.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    ValueTask<IReadOnlyList<Message>> ReadMessagesAsync(ConversationId id, long before, int limit, long maxBytes, CancellationToken cancellationToken);

    /// <summary>Events in order: the first with a version above <paramref name="after"/>. Empty where there is no such conversation.</summary>
    /// <param name="id">The conversation.</param>
    /// <param name="after">Only events with a version above this.</param>
    /// <param name="limit">How many at most.</param>
    /// <param name="maxBytes">How many bytes of stored events at most; the first is read whatever its size.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    ValueTask<IReadOnlyList<ConversationEvent>> ReadEventsAsync(ConversationId id, long after, int limit, long maxBytes, CancellationToken cancellationToken);

    /// <summary>
    /// Conversations that match as they stand now, newest change first, without those erased or expired. It looks at no more
    /// than <see cref="Limits.Looked"/>: a page that would need more is short, or empty, and says where to go on.
    /// </summary>
    ValueTask<ConversationPage> ListAsync(ConversationFilter filter, ConversationCursor? after, int limit, CancellationToken cancellationToken);

    /// <summary>How many conversations live, about: those that have expired within the last minutes may count.</summary>
    ValueTask<long> CountAsync(CancellationToken cancellationToken);

    /// <summary>Conversations that wait for a person, by priority, then by how long, as they stand now.</summary>
    /// <param name="queue">Only in this queue; null for all.</param>
    /// <param name="after">Where the last page ended; null for the first.</param>
    /// <param name="limit">How many, 1 to <see cref="Limits.Page"/>.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    ValueTask<QueuePage> ListQueueAsync(string? queue, QueueCursor? after, int limit, CancellationToken cancellationToken);

    /// <summary>Approvals that wait for a decision, the next deadline first, as they stand now.</summary>
    /// <param name="queue">Only of conversations of this queue (<see cref="Conversation.ApprovalQueue"/>); null for all.</param>
    /// <param name="after">Where the last page ended; null for the first.</param>
    /// <param name="limit">How many, 1 to <see cref="Limits.Page"/>.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    ValueTask<PendingApprovals> ListPendingApprovalsAsync(string? queue, ApprovalCursor? after, int limit, CancellationToken cancellationToken);

    /// <summary>
    /// Steps that workers of these roles may take by now, the longest ready first. May name one too many: taking the step tells
    /// (<see cref="ConversationCommand.LeaseStep"/>).
    /// </summary>
    /// <param name="roles">The roles, at least one.</param>
    /// <param name="limit">How many at most.</param>
    /// <param name="verified">True to name only steps that the conversations have now, which may take longer: for a caller who could take none of those named before.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    ValueTask<ReadySteps> ListReadyStepsAsync(IReadOnlyList<string> roles, int limit, bool verified, CancellationToken cancellationToken);

    /// <summary>Calls back each time a conversation changes, whichever process changed it, until disposed. May call once too often, never once too few while the store is reachable.</summary>
    ValueTask<IAsyncDisposable> SubscribeAsync(ConversationId id, Action changed, CancellationToken cancellationToken);

    /// <summary>
    /// Calls back on each change of any conversation, whichever process made it, until disposed; null where changes may have been missed, since
    /// the store was out of reach. May call once too often, never once too few while the store is reachable.
    /// </summary>
    ValueTask<IAsyncDisposable> SubscribeToAllAsync(Action<ConversationChange?> changed, CancellationToken cancellationToken);

    /// <summary>Asks the store whether it can serve: by a write, since some that take none can still be read.</summary>
    ValueTask CheckAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Conversations in which something has run out (<see cref="Conversation.DueAt"/>), the longest ago first. May name one too many;
    /// the caller records each (<see cref="ConversationCommand.ExpireOverdue"/>), after which it is not named again.
    /// </summary>
    ValueTask<IReadOnlyList<ConversationId>> FindOverdueAsync(DateTimeOffset now, int limit, CancellationToken cancellationToken);

    /// <summary>Removes what expired conversations left behind, and says of how many; called now and then. Nothing depends on it but space.</summary>
    ValueTask<int> SweepAsync(CancellationToken cancellationToken);
}

/// <summary>A conversation changed: it has the events above one version, up to another.</summary>
/// <param name="Id">The conversation.</param>
/// <param name="After">The version before the change, or an earlier one.</param>
/// <param name="Version">The version after it.</param>
public sealed record ConversationChange(ConversationId Id, long After, long Version);

/// <summary>The steps that workers may take.</summary>
/// <param name="Steps">The longest ready first.</param>
/// <param name="Later">How many become ready later: they failed before.</param>
public sealed record ReadySteps(IReadOnlyList<ReadyStep> Steps, long Later);

/// <summary>A step that a worker may take.</summary>
public readonly record struct ReadyStep(ConversationId Id, string Role, DateTimeOffset ReadyAt);

/// <summary>What a store holds of a conversation.</summary>
/// <param name="Conversation">The snapshot (also of an erased conversation), or null where there is none.</param>
/// <param name="IdempotencyRecord">What is kept under the key that was asked for, or null.</param>
/// <param name="ExpiresAt">When the conversation will be gone unless it changes; null where there is none.</param>
public readonly record struct Loaded(Conversation? Conversation, IdempotencyRecord? IdempotencyRecord, DateTimeOffset? ExpiresAt);

/// <summary>One change of a conversation, to be written as a whole or not at all.</summary>
public sealed record Commit
{
    public required ConversationId Id { get; init; }

    /// <summary>The conversation that was decided on; null where there was none.</summary>
    public required Conversation? Before { get; init; }

    /// <summary>The conversation with <see cref="Events"/> applied.</summary>
    public required Conversation After { get; init; }

    public required IReadOnlyList<ConversationEvent> Events { get; init; }

    public IReadOnlyList<Message> Messages { get; init; } = [];

    /// <summary>The caller's key, with its kind before it so that message ids and idempotency keys cannot meet; or null.</summary>
    public string? Key { get; init; }

    /// <summary>What to keep under the key.</summary>
    public required IdempotencyRecord IdempotencyRecord { get; init; }

    /// <summary>The time of the change.</summary>
    public required DateTimeOffset Now { get; init; }

    /// <summary>From when the time to live counts: the change, or what must not expire before (<see cref="Conversation.KeepUntil"/>).</summary>
    public DateTimeOffset LivesFrom => After.KeepUntil is { } keep && keep > Now ? keep : Now;

    /// <summary>The version the store must still be at; 0 for a conversation that does not exist.</summary>
    public long ExpectedVersion => Before?.Version ?? 0;

    /// <summary>True where it erases in the archive alone: there is no trail from which others could be told.</summary>
    public bool IsOfArchive { get; init; }

    /// <summary>True where there is something to tell other systems: what-if copies are nobody's business.</summary>
    public bool IsTold => Events is [_, ..] && After.ForkOf is null && !IsOfArchive;

    /// <summary>True where this commit erases: history and idempotency records go, events stay as <see cref="ConversationEvent.Redacted"/>.</summary>
    public bool Erases => Before is { ErasedAt: null } && After.ErasedAt is not null;
}

/// <summary>What became of a commit.</summary>
public abstract record CommitResult
{
    private CommitResult() { }

    /// <summary>It is written.</summary>
    /// <param name="ExpiresAt">When the conversation will be gone unless it changes again.</param>
    public sealed record Committed(DateTimeOffset ExpiresAt) : CommitResult
    {
        /// <summary>False after an erasure whose content is gone for every reader, but not from the store's files yet.</summary>
        public bool ContentRemoved { get; init; } = true;
    }

    /// <summary>The conversation has changed since it was decided on, or the key has been used; nothing was written.</summary>
    /// <param name="Current">The conversation as it is, so that deciding again costs no further read.</param>
    public sealed record Conflict(Loaded Current) : CommitResult;
}

/// <summary>Which conversations to list; null means any.</summary>
public sealed record ConversationFilter(string? State = null, string? UserId = null, string? AssignedTo = null, Owner? Owner = null)
{
    public Priority? Priority { get; init; }

    public TicketStatus? TicketStatus { get; init; }

    /// <summary>Part of the description, in upper or lower case.</summary>
    public string? Text { get; init; }

    /// <summary>Only what changed at this time or later.</summary>
    public DateTimeOffset? UpdatedSince { get; init; }

    public bool Matches(Conversation c) =>
        // What-if copies are nobody's work, and no customer's conversation.
        c is { ErasedAt: null, ForkOf: null }
        && (State is null || c.State == State)
        && (UserId is null || c.UserId == UserId)
        && (AssignedTo is null || c.AssignedTo == AssignedTo)
        && (Owner is null || c.Owner == Owner)
        && (Priority is null || c.Priority == Priority)
        && (TicketStatus is null || c.TicketStatus == TicketStatus)
        && (UpdatedSince is null || c.UpdatedAt >= UpdatedSince)
        && (Text is null || c.Description?.Contains(Text, StringComparison.OrdinalIgnoreCase) is true);

    /// <summary>The first bound that the filter breaks; null where it breaks none. The queries refuse such a filter.</summary>
    public Error? Violation() =>
        Bounds.Text("state", State, Limits.State, 1)
        ?? Bounds.Text("user_id", UserId, Limits.UserId, 1)
        ?? Bounds.Text("assigned_to", AssignedTo, Limits.Owner, 1)
        ?? Bounds.Text("text", Text, Limits.SearchText, 1);
}

/// <summary>A place in a listing by last change: after the conversation that changed at this time. Times count in whole milliseconds.</summary>
public readonly record struct ConversationCursor(DateTimeOffset UpdatedAt, string ConversationId);

/// <summary>A page of a listing.</summary>
/// <param name="Conversations">Newest change first.</param>
/// <param name="Next">Where the next page starts, also after a page that is short or empty; null on the last.</param>
public sealed record ConversationPage(IReadOnlyList<Conversation> Conversations, ConversationCursor? Next);
