using Microsoft.Extensions.DependencyInjection;
using StackExchange.Redis;
using SupportStateMcp.Conversations;
using SupportStateMcp.Hosting;
using SupportStateMcp.Storage;

namespace SupportStateMcp.Tests.Support;

/// <summary>A place of its own in a Redis and in the archive beside it, with a clock that both go by.</summary>
internal sealed class ArchivePlace(string redis, PostgresServer postgres) : IAsyncDisposable
{
    private readonly RedisPlace _place = new(redis);
    private readonly List<MemoryDesk> _made = [];
    private IDatabase? _raw;

    /// <summary>It begins now: keys are given the time to live that the clock says, and Redis counts it by its own.</summary>
    public FakeTime Time { get; } = new(TimeProvider.System.GetUtcNow());

    public PostgresServer Postgres => postgres;

    public string Prefix => _place.Prefix;

    public ServerOptions Options => new()
    {
        Backend = Backend.Redis, RedisConnection = redis, KeyPrefix = Prefix, Archive = true, ArchiveConnection = postgres.ConnectionString,
    };

    /// <summary>The desk of one process.</summary>
    public MemoryDesk Create(bool archive = true, Func<IArchiveTable, IArchiveTable>? table = null, Action<IServiceCollection>? configure = null)
    {
        var desk = new MemoryDesk(Options with { Archive = archive }, Time, services =>
        {
            if (table is not null)
            {
                services.AddSingleton<SupportStateMcp.Storage.Postgres.PostgresArchive>();
                services.AddSingleton(s => table(s.GetRequiredService<SupportStateMcp.Storage.Postgres.PostgresArchive>()));
            }

            configure?.Invoke(services);
        });
        _made.Add(desk);
        return desk;
    }

    /// <summary>Time goes by, for the servers and for Redis.</summary>
    public async Task PassAsync(TimeSpan time)
    {
        Time.Advance(time);
        await _place.AgeAsync(time);
    }

    /// <summary>The keys of conversations in Redis, without the prefix.</summary>
    public async Task<string[]> KeysAsync(string pattern = "conversation:*")
    {
        _raw ??= await _place.RawAsync();
        return [.. _raw.Multiplexer.GetServer(redis).Keys(pattern: Prefix + pattern).Select(k => ((string)k!)[Prefix.Length..]).Order(StringComparer.Ordinal)];
    }

    public async Task<IDatabase> RawAsync() => _raw ??= await _place.RawAsync();

    /// <summary>Everything that is in Redis, as text.</summary>
    public async Task<string> BytesAsync()
    {
        var (raw, text) = (await RawAsync(), new System.Text.StringBuilder());
        foreach (var key in raw.Multiplexer.GetServer(redis).Keys(pattern: Prefix + "*"))
        {
            var values = await raw.KeyTypeAsync(key) switch
            {
                RedisType.Hash => (await raw.HashGetAllAsync(key)).SelectMany(e => new[] { e.Name, e.Value }),
                RedisType.List => await raw.ListRangeAsync(key),
                RedisType.SortedSet => await raw.SortedSetRangeByRankAsync(key),
                RedisType.Set => await raw.SetMembersAsync(key),
                _ => [await raw.StringGetAsync(key)],
            };
            text.AppendLine((string)key!);
            foreach (var value in values)
                text.AppendLine(System.Text.Encoding.Latin1.GetString((byte[]?)value ?? []));
        }

        return text.ToString();
    }

    /// <summary>How many conversations are in the archive, without the marks of erasures.</summary>
    public Task<long> ArchivedAsync() => CountAsync("document IS NOT NULL");

    /// <summary>How many rows of these servers there are, of which this is so.</summary>
    public async Task<long> CountAsync(string condition) =>
        await postgres.QueryAsync("SELECT to_regclass('archived_conversations') IS NULL") is true
            ? 0
            : (long)(await postgres.QueryAsync($"SELECT count(*) FROM archived_conversations WHERE prefix = '{Prefix}' AND {condition}"))!;

    /// <summary>What expired is moved, all of it.</summary>
    public static async Task<int> MoveAsync(MemoryDesk desk)
    {
        var moved = 0;
        while (await desk.Get<IConversationArchive>().MoveAsync(TestContext.Current.CancellationToken) is var more and > 0)
            moved += more;
        return moved;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var desk in _made)
            await desk.DisposeAsync();
        await _place.DisposeAsync();
    }
}
