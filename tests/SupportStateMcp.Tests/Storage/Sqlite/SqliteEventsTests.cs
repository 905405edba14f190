using SupportStateMcp.Hosting;
using SupportStateMcp.Tests.Contracts;
using SupportStateMcp.Tests.Support;

namespace SupportStateMcp.Tests.Storage.Sqlite;

/// <summary>What other systems are told of what is in the embedded database.</summary>
public sealed class SqliteEventsTests : EventsContract
{
    private readonly StoreFolder _folder = new();

    private protected override ServerOptions Options => new() { Backend = Backend.Sqlite, Directory = _folder.Path };

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _folder.Dispose();
    }
}
