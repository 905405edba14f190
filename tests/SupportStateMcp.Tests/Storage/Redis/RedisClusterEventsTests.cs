using SupportStateMcp.Hosting;
using SupportStateMcp.Tests.Contracts;
using SupportStateMcp.Tests.Support;

namespace SupportStateMcp.Tests.Storage.Redis;

/// <summary>What other systems are told where the notes of a sink are on another node than the conversations.</summary>
public sealed class RedisClusterEventsTests(RedisCluster cluster) : EventsContract, IClassFixture<RedisCluster>
{
    private RedisPlace? _place;
    private string _connection = "";

    private protected override ServerOptions Options => new() { Backend = Backend.Redis, RedisConnection = _connection, KeyPrefix = _place!.Prefix };

    public override async ValueTask InitializeAsync() => _place = new RedisPlace(_connection = await cluster.ConnectionStringAsync());

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        if (_place is not null)
            await _place.DisposeAsync();
    }

    private protected override async Task PassAsync(TimeSpan time)
    {
        await base.PassAsync(time);
        await _place!.AgeAsync(time);
    }
}
