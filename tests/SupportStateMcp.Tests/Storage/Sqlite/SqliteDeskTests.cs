using SupportStateMcp.Conversations;
using SupportStateMcp.Storage.Sqlite;
using SupportStateMcp.Tests.Contracts;
using SupportStateMcp.Tests.Support;

namespace SupportStateMcp.Tests.Storage.Sqlite;

public sealed class SqliteDeskTests : CommandHandlerContract, IDisposable
{
    private readonly StoreFolder _folder = new();

    protected override TimeProvider Time => _folder.Time;

    protected override (IConversationStore Store, IConversationLocks Locks) Create() =>
        (_folder.CreateStore(), new SqliteConversationLocks(_folder.Options, TimeProvider.System));

    protected override Task PassAsync(TimeSpan time)
    {
        _folder.Time.Advance(time);
        return Task.CompletedTask;
    }

    public void Dispose() => _folder.Dispose();
}
