using SupportStateMcp.Conversations;
using SupportStateMcp.Storage.Sqlite;
using SupportStateMcp.Tests.Contracts;
using SupportStateMcp.Tests.Support;

namespace SupportStateMcp.Tests.Storage.Sqlite;

public sealed class SqliteCommandHandlerTests : CommandHandlerContract, IDisposable
{
    private readonly StoreFolder _folder = new();

    protected override TimeProvider Time => _folder.Time;

    protected override (IConversationStore Store, IConversationLocks Locks) Create() =>
        (_folder.CreateStore(), new SqliteConversationLocks(_folder.Options, TimeProvider.System));

    public void Dispose() => _folder.Dispose();
}
