using SupportStateMcp.Conversations;
using SupportStateMcp.Storage.Files;
using SupportStateMcp.Tests.Contracts;
using SupportStateMcp.Tests.Support;

namespace SupportStateMcp.Tests.Storage.Files;

public sealed class FileCommandHandlerTests : CommandHandlerContract, IDisposable
{
    private readonly StoreFolder _folder = new();

    protected override TimeProvider Time => _folder.Time;

    protected override (IConversationStore Store, IConversationLocks Locks) Create() =>
        (_folder.CreateStore(), new FileConversationLocks(_folder.Options, TimeProvider.System));

    protected override Task PassAsync(TimeSpan time)
    {
        _folder.Time.Advance(time);
        return Task.CompletedTask;
    }

    public void Dispose() => _folder.Dispose();
}
