using SupportStateMcp.Conversations;
using SupportStateMcp.Storage;
using SupportStateMcp.Storage.Sqlite;
using SupportStateMcp.Tests.Contracts;
using SupportStateMcp.Tests.Support;

namespace SupportStateMcp.Tests.Storage.Sqlite;

public sealed class SqliteConversationStoreTests : ConversationStoreContract, IDisposable
{
    private readonly StoreFolder _folder = new();

    protected override TimeProvider Time => _folder.Time;

    protected override TimeSpan ShortTimeToLive => TimeSpan.FromHours(1);

    protected override IConversationStore CreateStore(TimeSpan timeToLive, StoredSchema schema) => _folder.CreateStore(timeToLive, schema);

    protected override Task ExpireAsync(TimeSpan elapsed)
    {
        _folder.Time.Advance(elapsed);
        return Task.CompletedTask;
    }

    public void Dispose() => _folder.Dispose();
}

public sealed class SqliteConversationLocksTests : ConversationLocksContract, IDisposable
{
    private readonly StoreFolder _folder = new();

    protected override IConversationLocks CreateLocks() => new SqliteConversationLocks(_folder.Options, TimeProvider.System);

    public void Dispose() => _folder.Dispose();
}
