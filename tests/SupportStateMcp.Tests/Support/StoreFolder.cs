using Microsoft.Extensions.Logging.Abstractions;
using SupportStateMcp.Conversations;
using SupportStateMcp.Storage;
using SupportStateMcp.Storage.Files;

namespace SupportStateMcp.Tests.Support;

/// <summary>A folder for one test, and the stores on it.</summary>
internal sealed class StoreFolder : IDisposable
{
    private readonly string _parent = Directory.CreateTempSubdirectory("support-state-").FullName;
    private readonly List<FileConversationStore> _stores = [];

    public FakeTime Time { get; } = new();

    /// <summary>Does not exist until a store makes it.</summary>
    public string Path => System.IO.Path.Combine(_parent, "data");

    public FileStoreOptions Options => new(Path, TimeSpan.FromDays(1), TimeSpan.FromSeconds(10));

    public FileConversationStore CreateStore(TimeSpan? timeToLive = null, StoredSchema? schema = null, TimeSpan? lockTimeout = null)
    {
        var options = Options with
        {
            TimeToLive = timeToLive ?? Options.TimeToLive,
            LockTimeout = lockTimeout ?? Options.LockTimeout,
        };
        var store = new FileConversationStore(options, schema ?? StoredSchema.Current, Time, NullLogger<FileConversationStore>.Instance);
        lock (_stores)
            _stores.Add(store);
        return store;
    }

    public string JournalOf(ConversationId id) => System.IO.Path.Combine(Path, id.Value + ".jsonl");

    public void Dispose()
    {
        _stores.ForEach(s => s.Dispose());
        Directory.Delete(_parent, recursive: true);
    }
}
