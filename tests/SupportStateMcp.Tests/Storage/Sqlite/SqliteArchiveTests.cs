using SupportStateMcp.Hosting;
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
