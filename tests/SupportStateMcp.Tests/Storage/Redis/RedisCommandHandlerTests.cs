using SupportStateMcp.Conversations;
using SupportStateMcp.Tests.Contracts;
using SupportStateMcp.Tests.Support;

namespace SupportStateMcp.Tests.Storage.Redis;

public sealed class RedisCommandHandlerTests(SharedRedis redis) : CommandHandlerContract, IAsyncLifetime
{
    private RedisPlace _place = null!;

    protected override TimeProvider Time => TimeProvider.System;

    public async ValueTask InitializeAsync() => _place = new RedisPlace((await redis.ServerAsync()).ConnectionString);

    public ValueTask DisposeAsync() => _place.DisposeAsync();

    protected override (IConversationStore Store, IConversationLocks Locks) Create() => (_place.Store(), _place.Locks());

}
