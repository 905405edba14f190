using SupportStateMcp.Events;
using SupportStateMcp.Hosting;
using SupportStateMcp.Tests.Contracts;
using SupportStateMcp.Tests.Support;

namespace SupportStateMcp.Tests.Storage.Sqlite;

/// <summary>What other systems are told of what is in the embedded database.</summary>
public sealed class SqliteEventsTests : EventsContract
{
    private readonly StoreFolder _folder = new();

    private bool _hasArchive;

    private protected override ServerOptions Options => new() { Backend = Backend.Sqlite, Directory = _folder.Path, Archive = _hasArchive };

    [Fact]
    public async Task Of_the_erasure_of_what_is_in_the_archive_alone_no_sink_is_told()
    {
        _hasArchive = true;
        var desk = Create();
        var id = await desk.OpenAsync("TKT-1", "CUST001", "Cannot log in.", "Delete the cookies.");
        await desk.CloseAsync(id);
        Time.Advance(TimeSpan.FromDays(1.5));
        var outbox = desk.Get<RecordedOutbox>();
        await using var publishing = desk.Get<EventPublisher>().Start();

        Assert.True((await desk.Commands.ExecuteAsync(TestConversations.Erase(id), Stop)).Value.Changed);
        await desk.DoAsync(TestConversations.Initialize());

        await Eventually.TrueAsync(() => outbox.Postponed == 1, () => "The next commit is not told.");
        Assert.Equal(1, outbox.Asked);
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _folder.Dispose();
    }
}
