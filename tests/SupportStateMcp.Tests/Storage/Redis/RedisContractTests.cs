using StackExchange.Redis;
using SupportStateMcp.Conversations;
using SupportStateMcp.Storage;
using SupportStateMcp.Tests.Contracts;
using SupportStateMcp.Tests.Support;

namespace SupportStateMcp.Tests.Storage.Redis;

/// <summary>The store in Redis keeps the contract of every store.</summary>
public sealed class RedisConversationStoreTests(SharedRedis redis) : ConversationStoreContract, IAsyncLifetime
{
    private readonly ShiftedTime _time = new(TimeProvider.System);
    private RedisPlace _place = null!;

    private RedisKey State => Key("state");

    private RedisKey Key(string name) => $"{_place.Prefix}conversation:{{{TestConversations.Id()}}}:{name}";

    protected override async Task<string?> RawSnapshotAsync() => await (await _place.RawAsync()).HashGetAsync(State, "snapshot");

    protected override async Task RemoveRawAsync(Stored what, int number)
    {
        var (raw, list) = (await _place.RawAsync(), Key(what == Stored.Message ? "history" : "events"));
        await raw.ListSetByIndexAsync(list, number - 1, "removed");
        Assert.Equal(1, await raw.ListRemoveAsync(list, "removed"));
    }

    protected override async Task SetRawAsync(Stored what, string text)
    {
        var raw = await _place.RawAsync();
        var seen = Key("seen");
        switch (what)
        {
            case Stored.Snapshot or Stored.Schema:
                await raw.HashSetAsync(State, what == Stored.Schema ? "schema" : "snapshot", text);
                break;
            case Stored.Message or Stored.Event:
                var list = Key(what == Stored.Message ? "history" : "events");
                for (var i = 0; i < await raw.ListLengthAsync(list); i++)
                    await raw.ListSetByIndexAsync(list, i, text);
                break;
            default:
                foreach (var field in await raw.HashKeysAsync(seen))
                    await raw.HashSetAsync(seen, field, text);
                break;
        }
    }

    protected override async Task<string?> RawPartAsync(string name) => await (await _place.RawAsync()).HashGetAsync(State, $"part:{name}");

    protected override async Task SetRawPartAsync(string name, string part) =>
        Assert.False(await (await _place.RawAsync()).HashSetAsync(State, $"part:{name}", part));

    protected override TimeProvider Time => _time;

    public async ValueTask InitializeAsync() => _place = new RedisPlace((await redis.ServerAsync()).ConnectionString);

    public ValueTask DisposeAsync() => _place.DisposeAsync();

    protected override IConversationStore CreateStore(TimeSpan timeToLive, StoredSchema schema) =>
        _place.Store(_place.Options with { TimeToLive = timeToLive }, schema, time: _time);

    protected override Task ExpireAsync(TimeSpan elapsed)
    {
        _time.Advance(elapsed);
        return _place.AgeAsync(elapsed);
    }
}

/// <summary>RedLock on one server keeps the contract of all locks.</summary>
public sealed class RedLockOfOneTests(SharedRedis redis) : ConversationLocksContract, IAsyncLifetime
{
    private RedisPlace _place = null!;

    public async ValueTask InitializeAsync() => _place = new RedisPlace((await redis.ServerAsync()).ConnectionString);

    public ValueTask DisposeAsync() => _place.DisposeAsync();

    protected override IConversationLocks CreateLocks() => _place.Locks();
}

/// <summary>RedLock over three servers keeps the contract of all locks.</summary>
public sealed class RedLockOfThreeTests : ConversationLocksContract, IAsyncLifetime
{
    private readonly List<RedisServer> _servers = [];
    private RedisPlace _place = null!;

    public async ValueTask InitializeAsync()
    {
        for (var i = 0; i < 3; i++)
            _servers.Add(await RedisServer.StartAsync());
        _place = new RedisPlace(_servers[0].ConnectionString);
    }

    public async ValueTask DisposeAsync()
    {
        await _place.DisposeAsync();
        foreach (var server in _servers)
            await server.DisposeAsync();
    }

    protected override IConversationLocks CreateLocks() =>
        _place.Locks(_place.Options with { LockEndpoints = [.. _servers.Select(s => s.ConnectionString)] });
}
