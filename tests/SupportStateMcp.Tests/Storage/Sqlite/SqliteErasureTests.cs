using Microsoft.Data.Sqlite;
using SupportStateMcp.Conversations;
using SupportStateMcp.Storage.Sqlite;
using SupportStateMcp.Tests.Support;

namespace SupportStateMcp.Tests.Storage.Sqlite;

public sealed class SqliteErasureTests : IDisposable
{
    private static readonly ConversationId Id = TestConversations.Id();

    private readonly StoreFolder _folder = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task After_an_erasure_no_byte_of_the_content_is_left_in_the_folder()
    {
        var store = _folder.CreateStore();
        await FillAsync(store);
        Assert.True(await _folder.HoldsAsync("secret"));

        var before = (await store.LoadAsync(Id, null, Stop)).Conversation!;
        var erased = await store.CommitAsync(TestConversations.Commit(before, TestConversations.Erase(), _folder.Time.GetUtcNow()), Stop);

        Assert.True(Assert.IsType<CommitResult.Committed>(erased).ContentRemoved);
        Assert.False(await _folder.HoldsAsync("secret"));
        Assert.Equal(205, (await store.ReadEventsAsync(Id, 0, 1000, Stop)).Count);
    }

    [Fact]
    public async Task Of_conversations_that_grew_side_by_side_an_erasure_leaves_nothing_of_its_own()
    {
        const int Count = 100;
        var store = _folder.CreateStore();
        var random = new Random(20261125);
        for (var step = 0; step < 15 * Count; step++)
        {
            var n = random.Next(Count);
            var (id, secret) = (TestConversations.Id($"t-{n}"), $"secret-{n:000}-");
            if ((await store.LoadAsync(id, null, Stop)).Conversation is null)
                await _folder.WriteAsync(store, TestConversations.Initialize(id, userId: secret, description: Long(secret, 900)));
            else if (random.Next(4) == 0)
                await _folder.WriteAsync(store, TestConversations.Update($$"""{"fact-{{random.Next(5)}}":"{{Long(secret, 400)}}"}""", id));
            else
                await _folder.WriteAsync(store, TestConversations.Message($"m-{step}", Long(secret, random.Next(20) == 0 ? 20_000 : 600), id));
        }

        for (var n = 0; n < Count; n += 5)
            await _folder.WriteAsync(store, TestConversations.Erase(TestConversations.Id($"t-{n}")));

        await store.SweepAsync(Stop);

        var bytes = await _folder.BytesAsync();
        Assert.Equal(
            Enumerable.Range(0, Count).Where(n => n % 5 != 0),
            Enumerable.Range(0, Count).Where(n => bytes.Contains($"secret-{n:000}-", StringComparison.Ordinal)));

        string Long(string text, int most) => string.Concat(Enumerable.Repeat(text, 1 + (random.Next(most) / text.Length)));
    }

    [Fact]
    public async Task An_erasure_while_somebody_reads_holds_at_once_and_is_finished_by_a_sweep()
    {
        var log = new LogLines<SqliteConversationStore>();
        var store = _folder.CreateStore(logger: log);
        await FillAsync(store);
        using var reader = _folder.OpenRaw();
        using var reading = reader.BeginTransaction(deferred: true);
        using var rows = Command(reader, reading, "SELECT id FROM conversations").ExecuteReader();
        Assert.True(rows.Read());

        var before = (await store.LoadAsync(Id, null, Stop)).Conversation!;
        var erased = await store.CommitAsync(TestConversations.Commit(before, TestConversations.Erase(), _folder.Time.GetUtcNow()), Stop);

        Assert.False(Assert.IsType<CommitResult.Committed>(erased).ContentRemoved);
        Assert.Empty(await store.ReadMessagesAsync(Id, long.MaxValue, 100, Stop));
        Assert.Contains(log.Lines, l => l.StartsWith("Warning: What was erased may still stand in", StringComparison.Ordinal));
        Assert.True(await _folder.HoldsAsync("secret"));

        // As another process would, after this one was killed.
        await rows.DisposeAsync();
        await reading.RollbackAsync(Stop);
        await _folder.CreateStore().SweepAsync(Stop);

        Assert.False(await _folder.HoldsAsync("secret"));
    }

    [Fact]
    public async Task What_expired_and_was_swept_leaves_nothing_in_the_database()
    {
        var store = _folder.CreateStore(TimeSpan.FromHours(1));
        await FillAsync(store);
        await _folder.WriteAsync(store, TestConversations.Initialize(TestConversations.Id("other")));
        _folder.Time.Advance(TimeSpan.FromHours(3));
        for (var sweep = 0; sweep < 100; sweep++)
            await store.SweepAsync(Stop);

        _folder.Close();

        Assert.False(await _folder.HoldsAsync("secret"));
    }

    public void Dispose() => _folder.Dispose();

    private async Task FillAsync(IConversationStore store)
    {
        await _folder.WriteAsync(store, TestConversations.Initialize(userId: "secret-user", description: "secret words", metadata: """{"a":"secret"}"""));
        await _folder.WriteAsync(store, TestConversations.Update("""{"b":"secret"}""", key: "secret-key"));
        for (var i = 1; i <= 200; i++)
            await _folder.WriteAsync(store, TestConversations.Message($"m-{i}", "secret content", metadata: """{"c":"secret"}"""));
        await _folder.WriteAsync(store, TestConversations.Transition("processing"));
    }

    private static SqliteCommand Command(SqliteConnection connection, SqliteTransaction transaction, string sql) =>
        new(sql, connection, transaction);
}
