using SupportStateMcp.Conversations;

namespace SupportStateMcp.Tests.Support;

/// <summary>A store with something happening just before and after what it does, and with what it remembers in a test's hand.</summary>
internal sealed class StoreAround(IConversationStore inner) : IConversationStore
{
    private int _loads;
    private int _reads;
    private Task _loading = Task.CompletedTask;
    private int _watchers;
    private Action? _changed;
    private Action<ConversationChange?>? _all;

    /// <summary>Runs before each commit: here a neighbour can be quicker.</summary>
    public Func<int, Task> BeforeCommit { get; set; } = _ => Task.CompletedTask;

    /// <summary>Runs before each read of messages, once the load that was asked for before it has its answer: what happens here comes between the two.</summary>
    public Func<int, Task>? BeforeRead { get; set; }

    /// <summary>Runs once a page was listed.</summary>
    public Func<Task> AfterList { get; set; } = () => Task.CompletedTask;

    /// <summary>Runs after each read of a conversation, and says what its reader gets: here it can change before its reader goes on.</summary>
    public Func<int, Loaded, Task<Loaded>> AfterLoad { get; set; } = (_, loaded) => Task.FromResult(loaded);

    /// <summary>Runs after each read of messages, before its reader has them.</summary>
    public Func<Task> AfterMessages { get; set; } = () => Task.CompletedTask;

    /// <summary>Runs after each commit, with the token that it was given: here a call can end.</summary>
    public Action<CancellationToken> AfterCommit { get; set; } = _ => { };

    /// <summary>Runs once steps that wait were looked for: here one can come that was not seen.</summary>
    public Func<ReadySteps, Task> AfterLook { get; set; } = _ => Task.CompletedTask;

    /// <summary>Runs before conversations are counted.</summary>
    public Action BeforeCount { get; set; } = () => { };

    /// <summary>Runs before each sweep.</summary>
    public Action BeforeSweep { get; set; } = () => { };

    public Func<ConversationId, Conversation?> Remembers { get; set; } = _ => null;

    /// <summary>Runs before events are read.</summary>
    public Func<Task> BeforeEvents { get; set; } = () => Task.CompletedTask;

    /// <summary>How many conversations a page of a listing holds at most.</summary>
    public int PageSize { get; set; } = int.MaxValue;

    public int Commits { get; private set; }

    public int Loads => _loads;

    /// <summary>How many watch conversations now.</summary>
    public int Watchers => _watchers;

    /// <summary>Calls back whoever has watched a conversation, once too often, as a store may.</summary>
    public void Tell() => _changed?.Invoke();

    /// <summary>Tells whoever has subscribed to all conversations of a change.</summary>
    public void TellOfAll(ConversationChange? change) => _all?.Invoke(change);

    public TimeSpan ListingLag => inner.ListingLag;

    public Conversation? Remembered(ConversationId id) => Remembers(id);

    public ValueTask<Loaded> LoadAsync(ConversationId id, string? key, CancellationToken cancellationToken)
    {
        var count = Interlocked.Increment(ref _loads);
        var loading = LoadThenAsync();
        _loading = loading;
        return new ValueTask<Loaded>(loading);

        async Task<Loaded> LoadThenAsync() => await AfterLoad(count, await inner.LoadAsync(id, key, cancellationToken));
    }

    public async ValueTask<CommitResult> CommitAsync(Commit commit, CancellationToken cancellationToken)
    {
        await BeforeCommit(++Commits);
        var result = await inner.CommitAsync(commit, cancellationToken);
        AfterCommit(cancellationToken);
        return result;
    }

    public async ValueTask<IReadOnlyList<Message>> ReadMessagesAsync(ConversationId id, long before, int limit, long maxBytes, CancellationToken cancellationToken)
    {
        if (BeforeRead is { } happens)
        {
            await _loading;
            await happens(++_reads);
        }

        var messages = await inner.ReadMessagesAsync(id, before, limit, maxBytes, cancellationToken);
        await AfterMessages();
        return messages;
    }

    public async ValueTask<IReadOnlyList<ConversationEvent>> ReadEventsAsync(ConversationId id, long after, int limit, long maxBytes, CancellationToken cancellationToken)
    {
        await BeforeEvents();
        return await inner.ReadEventsAsync(id, after, limit, maxBytes, cancellationToken);
    }

    public async ValueTask<ConversationPage> ListAsync(ConversationFilter filter, ConversationCursor? after, int limit, CancellationToken cancellationToken)
    {
        var page = await inner.ListAsync(filter, after, Math.Min(limit, PageSize), cancellationToken);
        await AfterList();
        return page;
    }

    public ValueTask<long> CountAsync(CancellationToken cancellationToken)
    {
        BeforeCount();
        return inner.CountAsync(cancellationToken);
    }

    public ValueTask<QueuePage> ListQueueAsync(string? queue, QueueCursor? after, int limit, CancellationToken cancellationToken) =>
        inner.ListQueueAsync(queue, after, limit, cancellationToken);

    public ValueTask<PendingApprovals> ListPendingApprovalsAsync(string? queue, ApprovalCursor? after, int limit, CancellationToken cancellationToken) =>
        inner.ListPendingApprovalsAsync(queue, after, limit, cancellationToken);

    public async ValueTask<ReadySteps> ListReadyStepsAsync(IReadOnlyList<string> roles, int limit, bool verified, CancellationToken cancellationToken)
    {
        var ready = await inner.ListReadyStepsAsync(roles, limit, verified, cancellationToken);
        await AfterLook(ready);
        return ready;
    }

    public async ValueTask<IAsyncDisposable> SubscribeAsync(ConversationId id, Action changed, CancellationToken cancellationToken)
    {
        var subscription = await inner.SubscribeAsync(id, changed, cancellationToken);
        _changed += changed;
        Interlocked.Increment(ref _watchers);
        return new Watching(this, subscription);
    }

    public ValueTask<IAsyncDisposable> SubscribeToAllAsync(Action<ConversationChange?> changed, CancellationToken cancellationToken)
    {
        _all += changed;
        return inner.SubscribeToAllAsync(changed, cancellationToken);
    }

    public ValueTask CheckAsync(CancellationToken cancellationToken) => inner.CheckAsync(cancellationToken);

    public ValueTask<IReadOnlyList<ConversationId>> FindOverdueAsync(DateTimeOffset now, int limit, CancellationToken cancellationToken) =>
        inner.FindOverdueAsync(now, limit, cancellationToken);

    public ValueTask<int> SweepAsync(CancellationToken cancellationToken)
    {
        BeforeSweep();
        return inner.SweepAsync(cancellationToken);
    }

    private sealed class Watching(StoreAround store, IAsyncDisposable subscription) : IAsyncDisposable
    {
        public ValueTask DisposeAsync()
        {
            Interlocked.Decrement(ref store._watchers);
            return subscription.DisposeAsync();
        }
    }
}

/// <summary>Locks that are free, or are not.</summary>
internal sealed class LocksThat(bool areFree) : IConversationLocks
{
    public int Asked { get; private set; }

    /// <summary>How long somebody would have waited for them last.</summary>
    public TimeSpan Wait { get; private set; }

    public int Held { get; private set; }

    public ValueTask<IAsyncDisposable?> TryAcquireAsync(ConversationId id, TimeSpan wait, CancellationToken cancellationToken)
    {
        Asked++;
        Wait = wait;
        if (!areFree)
            return ValueTask.FromResult<IAsyncDisposable?>(null);
        Held++;
        return ValueTask.FromResult<IAsyncDisposable?>(new Handle(this));
    }

    private sealed class Handle(LocksThat locks) : IAsyncDisposable
    {
        public ValueTask DisposeAsync()
        {
            locks.Held--;
            return ValueTask.CompletedTask;
        }
    }
}
