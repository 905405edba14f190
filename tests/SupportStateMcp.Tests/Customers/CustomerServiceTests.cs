using SupportStateMcp.Conversations;
using SupportStateMcp.Customers;
using SupportStateMcp.Records;
using SupportStateMcp.Tests.Contracts;
using SupportStateMcp.Tests.Support;
using static SupportStateMcp.Tests.Support.TestCustomers;

namespace SupportStateMcp.Tests.Customers;

public sealed class CustomerServiceOnSqliteTests : CustomerServiceContract, IDisposable
{
    private readonly StoreFolder _folder = new(TimeProvider.System);

    protected override (IConversationStore Conversations, IRecordStore Records) CreateStores() => _folder.CreateBoth();

    [Fact]
    public async Task A_store_that_is_not_available_is_a_refusal()
    {
        // A file stands where the folder should.
        await File.WriteAllTextAsync(_folder.Path, "", TestContext.Current.CancellationToken);
        var (conversations, records) = CreateStores();
        var service = new CustomerService(records, conversations, TimeProvider.System);
        var stop = TestContext.Current.CancellationToken;

        foreach (var error in (Error?[])[
            (await service.GetAsync("CUST001", stop)).Error,
            (await service.LookUpAsync(new(null, "maria@example.com"), stop)).Error,
            (await service.GetSystemAsync("CUST001", stop)).Error,
            (await service.SaveAsync(Save(), stop)).Error,
            (await service.SaveAsync(SaveSystem(), stop)).Error,
            (await service.ImportAsync(Import(new Customer { CustomerId = "CUST001", Name = "Acme" }), null, stop)).Error,
            (await service.CountAsync(stop)).Error])
            Assert.Equal(ErrorCodes.StoreUnavailable, error!.Code);
    }

    public void Dispose() => _folder.Dispose();
}

public sealed class CustomerServiceOnRedisTests(SharedRedis redis) : CustomerServiceContract, IAsyncLifetime
{
    private RedisPlace _place = null!;

    public async ValueTask InitializeAsync() => _place = new RedisPlace((await redis.ServerAsync()).ConnectionString);

    public ValueTask DisposeAsync() => _place.DisposeAsync();

    protected override (IConversationStore Conversations, IRecordStore Records) CreateStores() => (_place.Store(), _place.RecordStore());
}
