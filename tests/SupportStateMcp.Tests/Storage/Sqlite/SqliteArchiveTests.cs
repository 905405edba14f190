using Microsoft.Extensions.Logging.Abstractions;
using SupportStateMcp.Conversations;
using SupportStateMcp.Hosting;
using SupportStateMcp.Storage;
using SupportStateMcp.Storage.Sqlite;
using SupportStateMcp.Tests.Contracts;
using SupportStateMcp.Tests.Support;

namespace SupportStateMcp.Tests.Storage.Sqlite;

/// <summary>The archive in a table of the same file.</summary>
public sealed class SqliteArchiveTests : ConversationArchiveContract, IAsyncDisposable
{
    private readonly StoreFolder _folder = new();
    private readonly FakeTime _time = new();
    private readonly List<MemoryDesk> _made = [];

    public async ValueTask DisposeAsync()
    {
        foreach (var desk in _made)
            await desk.DisposeAsync();
        _folder.Dispose();
    }

    private protected override MemoryDesk Create(bool archive = true)
    {
        var desk = new MemoryDesk(new ServerOptions { Backend = Backend.Sqlite, Directory = _folder.Path, Archive = archive }, _time);
        _made.Add(desk);
        return desk;
    }

    private protected override Task PassAsync(TimeSpan time)
    {
        _time.Advance(time);
        return Task.CompletedTask;
    }

    /// <summary>A sweep follows the clock in steps, and leaves what has just expired.</summary>
    private protected override async Task MoveAsync(MemoryDesk desk)
    {
        _time.Advance(TimeSpan.FromDays(1));
        for (var n = 0; n < 200; n++)
            await desk.Conversations.SweepAsync(Stop);
    }

    private protected override Task<(long Stored, long Archived)> CountAsync() => Task.FromResult((Rows("conversations"), Rows("archived_conversations")));

    private protected override Task<string> BytesAsync() => _folder.BytesAsync();

    [Theory]
    [InlineData("UPDATE conversations SET snapshot = CAST('{' AS BLOB) WHERE id = 'cs-TKT-1'")]
    [InlineData("UPDATE events SET event = CAST('{' AS BLOB) WHERE version = 2 AND conversation = (SELECT key FROM conversations WHERE id = 'cs-TKT-1')")]
    [InlineData("DELETE FROM messages WHERE number = 1 AND conversation = (SELECT key FROM conversations WHERE id = 'cs-TKT-1')")]
    public async Task What_cannot_be_read_stays_for_thirty_days_and_keeps_nobody_from_the_archive(string damage)
    {
        var desk = Create();
        var id = await desk.OpenAsync("TKT-1", "CUST001", "Cannot log in.", "Delete the cookies.");
        await desk.CloseAsync(id);
        await desk.CloseAsync(await desk.OpenAsync("TKT-2", "CUST002", "Cannot log in.", "Delete the cookies."));
        _folder.Raw(damage);
        await PassAsync(TimeSpan.FromDays(1.5));

        await MoveAsync(desk);
        Assert.Equal((1, 1), await CountAsync());
        await Assert.ThrowsAsync<StoreDamagedException>(async () => await desk.Get<IConversationArchive>().FindAsync(id, Stop));

        await PassAsync(TimeSpan.FromDays(29));
        for (var n = 0; n < 1_000; n++)
            await desk.Conversations.SweepAsync(Stop);
        Assert.Equal((1, 1), await CountAsync());
        await PassAsync(TimeSpan.FromDays(3));
        for (var n = 0; n < 200; n++)
            await desk.Conversations.SweepAsync(Stop);
        Assert.Equal((0, 1), await CountAsync());
    }

    [Fact]
    public async Task What_is_taken_away_while_it_is_read_is_read_as_a_whole()
    {
        var desk = Create();
        var id = await desk.OpenAsync("TKT-1", "CUST001", "Cannot log in.", "Delete the cookies.");
        await desk.CloseAsync(id);
        await PassAsync(TimeSpan.FromDays(1.5));
        var hasGone = false;
        // Between the snapshot and the rest.
        var schema = new StoredSchema(3, new Upcaster(1), new Upcaster(2, Snapshot: _ => hasGone = _folder.Raw("DELETE FROM events; DELETE FROM messages; DELETE FROM conversations") > 0));
        using var connections = new SqliteConnections(_folder.Options, _time, NullLogger.Instance);
        var archive = new SqliteArchive(connections, schema, _time, NullLogger<SqliteArchive>.Instance);

        var found = (await archive.FindAsync(id, Stop))!;

        Assert.True(hasGone);
        Assert.Equal((2, found.Conversation.Version), (found.Messages.Count, found.Events.Count));
        Assert.Null(await archive.FindAsync(id, Stop));
    }

    private long Rows(string table)
    {
        using var connection = _folder.OpenRaw();
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT count(*) FROM sqlite_master WHERE name = $table";
        command.Parameters.AddWithValue("$table", table);
        if ((long)command.ExecuteScalar()! == 0)
            return 0;
        command.CommandText = $"SELECT count(*) FROM {table}";
        return (long)command.ExecuteScalar()!;
    }
}
