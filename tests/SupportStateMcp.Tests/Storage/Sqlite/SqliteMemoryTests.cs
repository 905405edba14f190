using Microsoft.Data.Sqlite;
using SupportStateMcp.Hosting;
using SupportStateMcp.Memory;
using SupportStateMcp.Tests.Contracts;
using SupportStateMcp.Tests.Support;

namespace SupportStateMcp.Tests.Storage.Sqlite;

/// <summary>The memory in the database of the embedded store.</summary>
public sealed class SqliteMemoryTests : MemoryContract, IAsyncDisposable
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

    private protected override MemoryDesk Create(MemoryOptions? options = null)
    {
        var desk = new MemoryDesk(new ServerOptions { Backend = Backend.Sqlite, Directory = _folder.Path, TimeToLive = TimeSpan.FromDays(365), Memory = options ?? new MemoryOptions() }, _time);
        _made.Add(desk);
        return desk;
    }

    [Fact]
    public async Task Not_a_byte_of_a_forgotten_memory_is_left_in_the_files()
    {
        var desk = Create();
        await desk.RememberAsync("CUST001", "Something to keep.");
        var secret = await desk.RememberAsync("CUST001", "Is called Xylophonist.");
        Assert.Single(await desk.TextsAsync("CUST001", "xylophonist"));
        Assert.True(await _folder.HoldsAsync("xylophonist"));

        await desk.ForgetAsync(secret.Memory.MemoryId);
        await desk.Upkeep.SweepAsync(Stop);
        await desk.Conversations.SweepAsync(Stop);

        // As FTS5 keeps it, in lower case and without its end.
        Assert.DoesNotContain("xylophon", await _folder.BytesAsync(), StringComparison.OrdinalIgnoreCase);
        Assert.Single(await desk.TextsAsync("CUST001", "keep"));
    }

    [Fact]
    public async Task Nor_where_the_process_that_forgot_it_is_gone()
    {
        var (here, elsewhere) = (Create(), Create());
        var secret = await here.RememberAsync("CUST001", "Is called Xylophonist.");
        await here.ForgetAsync(secret.Memory.MemoryId);
        await here.DisposeAsync();

        await elsewhere.Upkeep.SweepAsync(Stop);
        await elsewhere.Conversations.SweepAsync(Stop);

        Assert.DoesNotContain("xylophon", await _folder.BytesAsync(), StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Nor_of_a_text_whose_successor_stays()
    {
        var desk = Create();
        var secret = await desk.RememberAsync("CUST001", "Is called Xylophonist.", key: "name", topics: "violinist");
        _time.Advance(TimeSpan.FromMinutes(1));
        await desk.RememberAsync("CUST001", "Is called Maria.", key: "name");
        await desk.Upkeep.SweepAsync(Stop);
        Assert.True(await _folder.HoldsAsync("xylophonist"));

        await desk.ForgetAsync(secret.Memory.MemoryId);
        await desk.Upkeep.SweepAsync(Stop);
        await desk.Conversations.SweepAsync(Stop);

        var left = await _folder.BytesAsync();
        Assert.DoesNotContain("xylophon", left, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("violin", left, StringComparison.OrdinalIgnoreCase);
        Assert.Equal(["Is called Maria."], await desk.TextsAsync("CUST001", "maria"));
    }

    [Fact]
    public async Task What_was_remembered_is_taken_into_the_index_before_anybody_recalls()
    {
        var desk = Create();
        for (var n = 0; n < 300; n++)
            await desk.RememberAsync("CUST001", $"Has machine number {n}.");

        await desk.Upkeep.SweepAsync(Stop);

        await using var database = new SqliteConnection($"Data Source={Path.Combine(_folder.Path, "supportstate.db")};Pooling=False");
        await database.OpenAsync(Stop);
        await using var count = database.CreateCommand();
        count.CommandText = "SELECT count(*) FROM indexed_memories";
        Assert.Equal(300L, await count.ExecuteScalarAsync(Stop));
    }
}
