using Microsoft.Extensions.Logging;
using StackExchange.Redis;
using SupportStateMcp.Conversations;
using SupportStateMcp.Records;
using SupportStateMcp.Storage.Redis;
using SupportStateMcp.Tests.Contracts;
using SupportStateMcp.Tests.Support;
using static SupportStateMcp.Tests.Support.TestRecords;

namespace SupportStateMcp.Tests.Storage.Redis;

/// <summary>The store of records in Redis keeps the contract of every such store; and what lies in Redis, as seen from outside.</summary>
public sealed class RedisRecordStoreTests(SharedRedis redis) : RecordStoreContract, IAsyncLifetime
{
    private RedisPlace _place = null!;
    private IDatabase _raw = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _place = new RedisPlace((await redis.ServerAsync()).ConnectionString);
        _raw = await _place.RawAsync();
    }

    public ValueTask DisposeAsync() => _place.DisposeAsync();

    protected override IRecordStore CreateStore() => _place.RecordStore();

    protected override async Task<bool> HoldsAsync(string text)
    {
        foreach (var key in await KeysAsync())
        {
            var values = await _raw.KeyTypeAsync(key) == RedisType.Hash
                ? (await _raw.HashGetAllAsync(key)).Select(f => (string)f.Value!)
                : (await _raw.SortedSetRangeByRankAsync(key)).Select(m => (string)m!);
            if (values.Prepend((string)key!).Any(v => v.Contains(text, StringComparison.Ordinal)))
                return true;
        }

        return false;
    }

    [Fact]
    public async Task No_key_expires_and_all_keys_of_a_shard_have_one_hash_tag()
    {
        await CreateStore().WriteAsync([.. Enumerable.Range(0, 50).Select(n => Write($"CUST{n}", "{}", lookup: $"{n}@example.com"))], Stop);

        var keys = await KeysAsync();

        Assert.All(keys, key => Assert.Null(_raw.KeyTimeToLive(key)));
        Assert.All(keys, key => Assert.Matches($@"^{_place.Prefix}(record:\{{customer:\d+\}}:CUST\d+|records:\{{customer:\d+\}}:(changes|feed)|records:\{{customer:lookup:[0-9a-f]{{32}}\}})$", key));
        Assert.True(keys.Count(k => k.EndsWith(":feed", StringComparison.Ordinal)) > 10, "Records are spread over the shards.");
    }

    [Fact]
    public async Task A_removal_leaves_a_version_and_a_place_among_the_changes()
    {
        var store = CreateStore();
        await store.WriteAsync([Write("CUST001", "{}", lookup: "a@example.com")], Stop);

        await store.DeleteAsync(Kind, "CUST001", Stop);

        var record = (await KeysAsync()).Single(k => k.Contains("record:", StringComparison.Ordinal));
        Assert.Equal([new HashEntry("version", 2)], await _raw.HashGetAllAsync(record));
        Assert.DoesNotContain(await KeysAsync(), k => k.Contains("lookup", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_lookup_key_has_one_place_for_each_record_however_often_it_is_written()
    {
        var store = CreateStore();
        for (var n = 0; n < 5; n++)
        {
            await store.WriteAsync([Write("CUST001", $$"""{"n":{{n}}}""", lookup: "a@example.com"), Write("CUST002", "{}", lookup: "a@example.com")], Stop);
            await store.WriteAsync([Write("CUST001", "{}", lookup: "a@example.com", expected: 99)], Stop);
        }

        var lookup = (await KeysAsync()).Single(k => k.Contains("lookup", StringComparison.Ordinal));
        Assert.Equal(2, await _raw.SortedSetLengthAsync(lookup));
    }

    [Fact]
    public async Task Places_that_a_killed_writer_left_hide_nobody()
    {
        var store = CreateStore();
        await store.WriteAsync([Write("CUST001", "{}", lookup: "a@example.com"), Write("CUST002", "{}")], Stop);
        var lookup = (await KeysAsync()).Single(k => k.Contains("lookup", StringComparison.Ordinal));
        for (var n = 100; n < 200; n++)
            await _raw.SortedSetAddAsync(lookup, $"{n}:CUST{n % 3:000}", n);

        Assert.Equal("CUST001", (await store.FindAsync(Kind, "a@example.com", Stop))!.Id);
        await store.WriteAsync([Write("CUST002", "{}", lookup: "a@example.com")], Stop);
        Assert.Equal("CUST002", (await store.FindAsync(Kind, "a@example.com", Stop))!.Id);
    }

    [Fact]
    public async Task A_shard_that_was_lost_or_set_back_is_followed_from_the_beginning()
    {
        var store = CreateStore();
        await store.WriteAsync([.. Enumerable.Range(0, 50).Select(n => Write($"CUST{n}", "{}"))], Stop);
        var position = (await store.ReadChangesAsync(Kind, null, 100, Stop)).Position;
        var feed = (await KeysAsync()).First(k => k.EndsWith(":feed", StringComparison.Ordinal));
        Assert.False((await store.ReadChangesAsync(Kind, position, 100, Stop)).StartedAnew);

        await _raw.HashDecrementAsync(feed, "sequence");
        Assert.True((await store.ReadChangesAsync(Kind, position, 100, Stop)).StartedAnew);
        await _raw.HashIncrementAsync(feed, "sequence");
        await _raw.HashSetAsync(feed, "life", "another");

        var page = await store.ReadChangesAsync(Kind, position, 100, Stop);
        Assert.True(page.StartedAnew);
        Assert.Equal(50, page.Changes.Count);
    }

    [Fact]
    public async Task A_damaged_record_is_refused_with_its_id_and_hides_no_other()
    {
        var log = new LogLines<RedisRecordStore>();
        var store = _place.RecordStore(logger: log);
        await store.WriteAsync([Write("CUST001", """{"name":"secret"}""", lookup: "a@example.com"), Write("CUST002", "{}")], Stop);
        await _raw.HashDeleteAsync((await KeysAsync()).Single(k => k.EndsWith(":CUST001", StringComparison.Ordinal)), "updated_at");

        foreach (var read in (Func<Task>[])[() => store.GetAsync(Kind, "CUST001", Stop).AsTask(), () => store.FindAsync(Kind, "a@example.com", Stop).AsTask()])
            Assert.Equal(new Errors.RecordDamaged(Kind, "CUST001"), (await Assert.ThrowsAsync<RecordDamagedException>(read)).ToError());
        foreach (var _ in (int[])[1, 2])
            Assert.Equal("CUST002", Assert.Single((await store.ReadChangesAsync(Kind, null, 10, Stop)).Changes).Id);

        Assert.Contains("CUST001", Assert.Single(log.Lines), StringComparison.Ordinal);
        Assert.DoesNotContain("secret", log.Lines[0], StringComparison.Ordinal);
        Assert.Equal(new RecordWriteResult.Written(2, true), Assert.Single(await store.WriteAsync([Write("CUST001", """{"n":1}""")], Stop)));
        Assert.NotNull(await store.GetAsync(Kind, "CUST001", Stop));
    }

    private async Task<List<string>> KeysAsync()
    {
        var keys = new List<string>();
        await foreach (var key in _raw.Multiplexer.GetServers()[0].KeysAsync(pattern: _place.Prefix + "*"))
            keys.Add(key!);
        return keys;
    }

    [Fact]
    public async Task However_many_records_change_at_once_an_index_that_follows_looks_at_them_together()
    {
        const int Count = 100;
        var (store, index) = (_place.RecordStore(), new GatedIndex());
        await using var indexing = new Following(store, index);
        await indexing.CatchUpAsync(Stop);
        var heard = 0;
        // Called behind the index for each change.
        await using var watch = await store.SubscribeAsync(Kind, () => Interlocked.Increment(ref heard), Stop);
        index.Close();
        var writer = CreateStore();
        for (var n = 0; n < Count; n++)
            await writer.WriteAsync([Write($"CUST{n}", "{}")], Stop);
        await Eventually.TrueAsync(() => Volatile.Read(ref heard) >= Count && index.Waits, () => $"{heard} changes were heard.");
        var looks = index.Looks;

        index.Open();
        await indexing.CatchUpAsync(Stop);

        Assert.Equal(Count, index.Taken.Distinct().Count());
        // What was under way, what follows it, and this call.
        Assert.InRange(index.Looks - looks, 1, 6);
    }

    /// <summary>An index that takes nothing in while it is closed.</summary>
    private sealed class GatedIndex : IRecordIndex<string>
    {
        private readonly List<string> _taken = [];
        private TaskCompletionSource? _gate;
        private string? _position;
        private int _looks;

        public bool IsShared => false;

        public int MostTogether => 1_000;

        public string? Position
        {
            get
            {
                Interlocked.Increment(ref _looks);
                return _position;
            }
        }

        /// <summary>How often it was asked how far it has come.</summary>
        public int Looks => Volatile.Read(ref _looks);

        /// <summary>Whether a page waits for it to be opened.</summary>
        public bool Waits { get; private set; }

        public IReadOnlyList<string> Taken => _taken;

        public void Close() => _gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

        public void Open() => _gate!.SetResult();

        public async Task<bool> ApplyAsync(string? from, string to, bool anew, IReadOnlyList<string> changes, CancellationToken cancellationToken)
        {
            if (_gate is { } gate)
            {
                Waits = true;
                await gate.Task;
            }

            _taken.AddRange(changes);
            _position = to;
            return true;
        }
    }

    private sealed class Following(IRecordStore records, IRecordIndex<string> index) : RecordIndexing<string>(records, index, Kind)
    {
        protected override string ChangeOf(string id, StoredRecord? record) => id;

        protected override void LogUnreadable(string id, Exception exception) => Assert.Fail(exception.Message);

        protected override void LogBehind(Exception exception) => Assert.Fail(exception.Message);
    }
}

/// <summary>What callers see of a server that is gone, and back.</summary>
public sealed class RedisRecordOutageTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_server_that_is_gone_is_a_store_that_is_not_available()
    {
        await using var server = await RedisServer.StartAsync();
        await using var place = new RedisPlace(server.ConnectionString);
        var store = place.RecordStore(place.Options with { CallTimeout = TimeSpan.FromMilliseconds(500) });
        await place.RecordStore().WriteAsync([Write("CUST001", "{}")], Stop);
        // On a busy machine the first connection takes longer than this store waits.
        await Eventually.TrueAsync(
            async () => await Record.ExceptionAsync(async () => await store.GetAsync(Kind, "CUST001", Stop)) is null,
            () => "The record is not read.");

        await server.StopAsync();

        foreach (var call in (Func<Task>[])[
            () => store.GetAsync(Kind, "CUST001", Stop).AsTask(),
            () => store.FindAsync(Kind, "a@example.com", Stop).AsTask(),
            () => store.WriteAsync([Write("CUST001", "{}", lookup: "a@example.com")], Stop).AsTask(),
            () => store.DeleteAsync(Kind, "CUST001", Stop).AsTask(),
            () => store.CountAsync(Kind, Stop).AsTask(),
            () => store.ReadChangesAsync(Kind, null, 10, Stop).AsTask(),
            () => store.SubscribeAsync(Kind, () => { }, Stop).AsTask()])
            await Assert.ThrowsAsync<StoreUnavailableException>(call);
    }

    [Fact]
    public async Task What_was_acknowledged_is_there_after_a_kill_and_so_is_its_place_among_the_changes()
    {
        RedisServer.RequireRedis("an append-only file, flushed on each write");
        await using var server = await RedisServer.StartAsync("--appendonly", "yes", "--appendfsync", "always");
        await using var place = new RedisPlace(server.ConnectionString);
        var store = place.RecordStore();
        for (var n = 0; n < 20; n++)
            await store.WriteAsync([Write($"CUST{n:00}", $$"""{"n":{{n}}}""", lookup: $"{n}@example.com")], Stop);
        await store.DeleteAsync(Kind, "CUST07", Stop);
        var unanswered = store.WriteAsync([.. Enumerable.Range(0, 500).Select(n => Write($"MORE{n}", "{}"))], Stop).AsTask();

        await server.KillAsync();
        await server.StartAgainAsync();
        await Record.ExceptionAsync(() => unanswered);

        await using var after = new RedisPlace(server.ConnectionString);
        var survivor = after.RecordStore(after.Options with { KeyPrefix = place.Prefix });
        var changes = (await survivor.ReadChangesAsync(Kind, null, 1000, Stop)).Changes;
        // However many of the last call were applied: each is there with its place, and counted.
        Assert.Equal(await survivor.CountAsync(Kind, Stop), changes.Count(c => c.Record is not null));
        Assert.Equal("CUST07", Assert.Single(changes, c => c.Record is null).Id);
        Assert.Equal(19, changes.Count(c => c.Id.StartsWith("CUST", StringComparison.Ordinal) && c.Record is not null));
        Assert.Equal("CUST03", (await survivor.FindAsync(Kind, "3@example.com", Stop))!.Id);
    }

    [Fact]
    public async Task A_full_server_refuses_a_write_as_a_whole()
    {
        RedisServer.RequireRedis("maxmemory");
        await using var server = await RedisServer.StartAsync();
        await using var place = new RedisPlace(server.ConnectionString);
        var store = place.RecordStore();
        await store.WriteAsync([Write("CUST001", "{}", lookup: "a@example.com")], Stop);
        var raw = await place.RawAsync();
        await raw.ExecuteAsync("CONFIG", "SET", "maxmemory", "1");

        await Assert.ThrowsAsync<StoreUnavailableException>(async () => await store.WriteAsync([Write("CUST001", """{"n":1}""")], Stop));
        await Assert.ThrowsAsync<StoreUnavailableException>(async () => await store.DeleteAsync(Kind, "CUST001", Stop));

        await raw.ExecuteAsync("CONFIG", "SET", "maxmemory", "0");
        Assert.Equal((1, "{}"), ((await store.GetAsync(Kind, "CUST001", Stop))!.Version, Text(await store.GetAsync(Kind, "CUST001", Stop))));
        Assert.Single((await store.ReadChangesAsync(Kind, null, 10, Stop)).Changes);
        Assert.Equal("CUST001", (await store.FindAsync(Kind, "a@example.com", Stop))!.Id);
    }
}
