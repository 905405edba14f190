using SupportStateMcp.Conversations;
using SupportStateMcp.Storage;
using SupportStateMcp.Tests.Support;

namespace SupportStateMcp.Tests.Contracts;

/// <summary>
/// What every store does alike. A test class derives from it for each kind of store; each test gets an instance of its
/// own, and that instance stands on data of its own, empty at first.
/// </summary>
public abstract partial class ConversationStoreContract
{
    /// <summary>Long enough that nothing expires within a test.</summary>
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);

    /// <summary>The time to live in tests that let it run out: longer than any of them takes, since not every store's clock can be stopped.</summary>
    private static readonly TimeSpan ShortTimeToLive = TimeSpan.FromHours(1);

    private static readonly ConversationId Id = TestConversations.Id();

    /// <summary>The clock that tests and stores go by.</summary>
    protected abstract TimeProvider Time { get; }

    /// <summary>
    /// A store on this test's data. A second one on the same data stands for another process: the two share nothing else.
    /// A derived class disposes what it created.
    /// </summary>
    protected abstract IConversationStore CreateStore(TimeSpan timeToLive, StoredSchema schema);

    /// <summary>Lets that much time pass, on <see cref="Time"/> and for the stores.</summary>
    protected abstract Task ExpireAsync(TimeSpan elapsed);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private DateTimeOffset Now => Time.GetUtcNow();

    private IConversationStore CreateStore() => CreateStore(Day, StoredSchema.Current);

    private IConversationStore CreateShortLivedStore() => CreateStore(ShortTimeToLive, StoredSchema.Current);

    /// <summary>Writes a command on top of what the store holds, and returns the conversation after it.</summary>
    private async Task<Conversation> WriteAsync(IConversationStore store, ConversationCommand command, DateTimeOffset? at = null)
    {
        var before = (await store.LoadAsync(command.Id, null, Stop)).Conversation;
        var commit = TestConversations.Commit(before, command, at ?? Now);
        Assert.IsType<CommitResult.Committed>(await store.CommitAsync(commit, Stop));
        return commit.After;
    }

    private static async Task<Conversation?> FindAsync(IConversationStore store, ConversationId? id = null) =>
        (await store.LoadAsync(id ?? Id, null, Stop)).Conversation;

    private static ValueTask<IReadOnlyList<Message>> AllMessagesAsync(IConversationStore store) =>
        store.ReadMessagesAsync(Id, long.MaxValue, 1000, Stop);

    private static ValueTask<IReadOnlyList<ConversationEvent>> AllEventsAsync(IConversationStore store) =>
        store.ReadEventsAsync(Id, 0, 1000, Stop);

    private static ValueTask<ConversationPage> ListAsync(IConversationStore store, ConversationFilter? filter = null) =>
        store.ListAsync(filter ?? new ConversationFilter(), null, 100, Stop);
}
