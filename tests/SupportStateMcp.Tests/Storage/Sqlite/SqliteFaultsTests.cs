using Microsoft.Data.Sqlite;
using SupportStateMcp.Conversations;
using SupportStateMcp.Storage.Sqlite;
using SupportStateMcp.Tests.Support;

namespace SupportStateMcp.Tests.Storage.Sqlite;

/// <summary>What an operator sees when the disk or the file is not as it should be, and that nothing acknowledged is lost.</summary>
public sealed class SqliteFaultsTests
{
    private static readonly ConversationId Id = TestConversations.Id();

    private readonly LogLines<SqliteConversationStore> _log = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_full_disk_loses_nothing_acknowledged_and_the_store_goes_on_when_there_is_room()
    {
        using var disk = new MountedFolder(kilobytes: 2_000);
        using var folder = new StoreFolder(Path.Combine(disk.Path, "data"));
        var store = folder.CreateStore(logger: _log);
        await folder.WriteAsync(store, TestConversations.Initialize());
        var acknowledged = 0;
        StoreUnavailableException? fault = null;
        while (fault is null)
        {
            try
            {
                await folder.WriteAsync(store, TestConversations.Message($"m-{acknowledged}", new string('x', 20_000)));
                acknowledged++;
            }
            catch (StoreUnavailableException e)
            {
                fault = e;
            }
        }

        var full = $"The disk of {folder.Options.Database} is full. Make room: the server goes on by itself. Nothing that was acknowledged is lost.";
        Assert.Equal(full, fault.Message);
        Assert.InRange(acknowledged, 5, 200);
        await Assert.ThrowsAsync<StoreUnavailableException>(() => folder.WriteAsync(store, TestConversations.Message("large", new string('x', 90_000))));
        Assert.Equal(acknowledged, (await store.ReadMessagesAsync(Id, long.MaxValue, 1_000, Stop)).Count);

        disk.Remount("size=64m");
        await folder.WriteAsync(store, TestConversations.Message("after", "there is room"));
        await store.CheckAsync(Stop);

        Assert.Equal([$"Error: {full}", $"Information: {folder.Options.Database} works again"], _log.Lines);
        folder.Close();
        var messages = await folder.CreateStore().ReadMessagesAsync(Id, long.MaxValue, 1_000, Stop);
        Assert.Equal(Enumerable.Range(0, acknowledged).Select(n => $"m-{n}").Append("after"), messages.Select(m => m.MessageId));
        folder.Close();
    }

    [Fact]
    public async Task A_disk_that_is_full_from_the_start_is_a_clear_fault()
    {
        using var disk = new MountedFolder(kilobytes: 64);
        using var folder = new StoreFolder(Path.Combine(disk.Path, "data"));
        await File.WriteAllBytesAsync(Path.Combine(disk.Path, "filler"), new byte[48 * 1024], Stop);
        var store = folder.CreateStore(logger: _log);

        var fault = await Assert.ThrowsAsync<StoreUnavailableException>(() => folder.WriteAsync(store, TestConversations.Initialize()));

        Assert.Contains("is full. Make room", fault.Message, StringComparison.Ordinal);
        folder.Close();
    }

    [Fact]
    public async Task A_read_only_folder_is_a_clear_fault_and_what_was_there_is_there_when_it_can_be_written_again()
    {
        using var disk = new MountedFolder(kilobytes: 4_000);
        using var folder = new StoreFolder(Path.Combine(disk.Path, "data"));
        var opened = await folder.WriteAsync(folder.CreateStore(), TestConversations.Initialize());
        folder.Close();
        disk.Remount("ro");
        var store = folder.CreateStore(logger: _log);

        var commit = TestConversations.Commit(opened, TestConversations.Message("m-1"), folder.Time.GetUtcNow());
        var fault = await Assert.ThrowsAsync<StoreUnavailableException>(async () => await store.CommitAsync(commit, Stop));
        await Assert.ThrowsAsync<StoreUnavailableException>(async () => await store.CheckAsync(Stop));

        Assert.Contains("read-only", fault.Message, StringComparison.Ordinal);
        Assert.Single(_log.Lines, l => l.StartsWith("Error: ", StringComparison.Ordinal));

        disk.Remount("rw");
        Assert.IsType<CommitResult.Committed>(await store.CommitAsync(commit, Stop));
        TestConversations.AssertSame(commit.After, (await store.LoadAsync(Id, null, Stop)).Conversation);
        folder.Close();
    }

    [Fact]
    public void A_fault_that_ends_a_read_of_several_statements_is_told_as_what_it_is()
    {
        using var folder = new StoreFolder();
        using var connections = new SqliteConnections(folder.Options, folder.Time, _log);

        var fault = Assert.Throws<StoreUnavailableException>(() => connections.Readers.ReadTogether<int>(session =>
        {
            // As SQLite does by itself where the disk fails.
            session.Execute("ROLLBACK");
            throw new SqliteException("disk I/O error", 10);
        }));

        Assert.Contains("reports an error (SQLite code 10)", fault.Message, StringComparison.Ordinal);
        // Any other failure ends the transaction, and the connection goes on.
        for (var n = 0; n < 2; n++)
            Assert.Throws<NotSupportedException>(() => connections.Readers.ReadTogether<int>(_ => throw new NotSupportedException()));
        Assert.Equal(1, connections.Readers.ReadTogether(session => session.Number("SELECT 1")));
    }

    [Fact]
    public async Task A_file_that_is_no_database_is_a_clear_fault_and_stays_as_it_is()
    {
        using var folder = new StoreFolder();
        Directory.CreateDirectory(folder.Path);
        var text = string.Concat(Enumerable.Repeat("This is no database. ", 500));
        await File.WriteAllTextAsync(folder.Options.Database, text, Stop);
        var store = folder.CreateStore(logger: _log);

        var fault = await Assert.ThrowsAsync<StoreUnavailableException>(async () => await store.LoadAsync(Id, null, Stop));
        await Assert.ThrowsAsync<StoreUnavailableException>(async () => await store.CheckAsync(Stop));

        Assert.Contains("is damaged, or is no database of this server", fault.Message, StringComparison.Ordinal);
        Assert.False(fault.Passes, "Trying again does not help.");
        Assert.Equal(text, await File.ReadAllTextAsync(folder.Options.Database, Stop));
    }

    [Fact]
    public async Task A_database_of_a_newer_server_is_left_alone()
    {
        using var folder = new StoreFolder();
        await folder.WriteAsync(folder.CreateStore(), TestConversations.Initialize());
        folder.Close();
        folder.Raw("PRAGMA user_version = 99");
        var store = folder.CreateStore(logger: _log);

        var fault = await Assert.ThrowsAsync<StoreUnavailableException>(async () => await store.LoadAsync(Id, null, Stop));

        Assert.Equal($"{folder.Options.Database} was made by a newer version of this server: update the server.", fault.Message);
        Assert.Equal([$"Error: {fault.Message}"], _log.Lines);
    }
}
