using Microsoft.Data.Sqlite;
using SupportStateMcp.Hosting;
using SupportStateMcp.Identity;
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
    public async Task A_memory_that_cannot_be_read_keeps_nobody_from_the_others()
    {
        var desk = Create();
        var damaged = await desk.RememberAsync("CUST001", "Uses lions.");
        var other = await desk.RememberAsync("CUST001", "Uses tigers.");
        Damage(damaged);

        Assert.Equal(["Uses tigers."], await desk.TextsAsync("CUST001", null));
        Assert.Equal(["Uses tigers."], await desk.TextsAsync("CUST001", "uses"));
        Assert.Equal(["Uses tigers."], (await desk.ListAsync("CUST001", all: true)).Memories.Select(m => m.Text));
        _time.Advance(TimeSpan.FromDays(3 * 365));
        Assert.Equal(1, await desk.Upkeep.ForgetAsync(Stop));
        Assert.Equal(other.Memory.MemoryId, Assert.Single((await desk.ListAsync("CUST001")).Forgotten).MemoryId);
    }

    [Fact]
    public async Task A_memory_that_can_no_longer_be_read_is_noted_as_used_by_nobody()
    {
        var desk = Create();
        var damaged = await desk.RememberAsync("CUST001", "Uses lions.");
        var other = await desk.RememberAsync("CUST001", "Uses tigers.");
        Assert.Equal(2, (await desk.TextsAsync("CUST001", null)).Count);
        Damage(damaged);

        await desk.Upkeep.SweepAsync(Stop);

        Assert.NotNull(Assert.Single((await desk.ListAsync("CUST001")).Memories, m => m.MemoryId == other.Memory.MemoryId).UsedAt);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_memory_that_cannot_be_read_goes_with_its_conversation_and_with_its_customer(bool erased)
    {
        var desk = Create();
        var id = await desk.OpenAsync("TKT-1", "CUST001", "Cannot log in.", "I look at it.");
        Damage(await desk.RememberAsync(null, "Uses lions.", conversation: id));
        await desk.RememberAsync(null, "Uses tigers.", conversation: id);
        await desk.RememberAsync("CUST002", "Uses bears.");

        if (erased)
        {
            await desk.DoAsync(TestConversations.Erase(id));
            await desk.Work.WhenDoneAsync();
        }
        else
        {
            var command = new ForgetCustomer { Actor = new Actor(ActorKind.Human, "sue"), Roles = Roles.Supervisor, CustomerId = "CUST001", Reason = "asked for" };
            Assert.Equal(2, (await desk.Memory.ForgetAsync(command, Stop)).Value.Memories);
        }

        Assert.Equal(1, await desk.Records.CountAsync("memory", Stop));
        Assert.Empty(desk.Index.List(m => m.Scope == MemoryMarks.ScopeOf("CUST001")));
        Assert.Equal(["Uses bears."], await desk.TextsAsync("CUST002", null));
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

    /// <summary>Makes the record of a memory unreadable, behind the back of the store.</summary>
    private void Damage(Remembered memory) =>
        Assert.Equal(1, _folder.Raw($"UPDATE records SET content = x'7b' WHERE kind = 'memory' AND id = '{memory.Memory.MemoryId[..24]}'"));
}
