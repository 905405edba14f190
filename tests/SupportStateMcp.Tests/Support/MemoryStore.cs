using SupportStateMcp.Conversations;

namespace SupportStateMcp.Tests.Support;

/// <summary>TestConversations in memory, for thousands of histories in seconds: all that a desk asks of a store, and nothing else.</summary>
internal sealed class MemoryStore : IConversationStore
{
    private readonly Dictionary<ConversationId, Case> _conversations = [];

    public ValueTask<Loaded> LoadAsync(ConversationId id, string? key, CancellationToken cancellationToken) => new(Of(id).Load(key));

    public ValueTask<CommitResult> CommitAsync(Commit commit, CancellationToken cancellationToken)
    {
        var found = Of(commit.Id).Load(commit.Key);
        if (found.IdempotencyRecord is not null || (found.Conversation?.Version ?? 0) != commit.ExpectedVersion)
            return new(new CommitResult.Conflict(found));
        Of(commit.Id).Write(commit);
        return new(new CommitResult.Committed(DateTimeOffset.MaxValue));
    }

    public ValueTask<IReadOnlyList<Message>> ReadMessagesAsync(ConversationId id, long before, int limit, long maxBytes, CancellationToken cancellationToken) =>
        new([.. Of(id).Messages.Where(m => m.Number < before).TakeLast(limit)]);

    public ValueTask<IReadOnlyList<ConversationEvent>> ReadEventsAsync(ConversationId id, long after, int limit, long maxBytes, CancellationToken cancellationToken) =>
        new([.. Of(id).Events.Where(e => e.Version > after).Take(limit)]);

    public ValueTask<ConversationPage> ListAsync(ConversationFilter filter, ConversationCursor? after, int limit, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public ValueTask<long> CountAsync(CancellationToken cancellationToken) => throw new NotSupportedException();

    public ValueTask<QueuePage> ListQueueAsync(string? queue, QueueCursor? after, int limit, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public ValueTask<PendingApprovals> ListPendingApprovalsAsync(string? queue, ApprovalCursor? after, int limit, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public ValueTask<ReadySteps> ListReadyStepsAsync(IReadOnlyList<string> roles, int limit, bool verified, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public ValueTask<IAsyncDisposable> SubscribeAsync(ConversationId id, Action changed, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public ValueTask<IAsyncDisposable> SubscribeToAllAsync(Action<ConversationChange?> changed, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public ValueTask CheckAsync(CancellationToken cancellationToken) => default;

    public ValueTask<IReadOnlyList<ConversationId>> FindOverdueAsync(DateTimeOffset now, int limit, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public ValueTask<int> SweepAsync(CancellationToken cancellationToken) => new(0);

    private Case Of(ConversationId id) => _conversations.TryGetValue(id, out var found) ? found : _conversations[id] = new Case();

    private sealed class Case
    {
        private readonly Dictionary<string, IdempotencyRecord> _seen = [];
        private Conversation? _snapshot;

        public List<ConversationEvent> Events { get; } = [];

        public List<Message> Messages { get; } = [];

        public Loaded Load(string? key) => new(_snapshot, key is null ? null : _seen.GetValueOrDefault(key), _snapshot is null ? null : DateTimeOffset.MaxValue);

        public void Write(Commit commit)
        {
            _snapshot = commit.After;
            Events.AddRange(commit.Events);
            Messages.AddRange(commit.Messages);
            if (commit.Key is { } key)
                _seen.Add(key, commit.IdempotencyRecord);
        }
    }
}
