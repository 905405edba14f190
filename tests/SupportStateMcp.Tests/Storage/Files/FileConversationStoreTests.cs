using SupportStateMcp.Conversations;
using SupportStateMcp.Storage;
using SupportStateMcp.Storage.Files;
using SupportStateMcp.Tests.Contracts;
using SupportStateMcp.Tests.Support;

namespace SupportStateMcp.Tests.Storage.Files;

public sealed class FileConversationStoreTests : ConversationStoreContract, IDisposable
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

public sealed class FileConversationLocksTests : ConversationLocksContract, IDisposable
{
    private readonly StoreFolder _folder = new();

    protected override IConversationLocks CreateLocks() => new FileConversationLocks(_folder.Options, TimeProvider.System);

    public void Dispose() => _folder.Dispose();
}
