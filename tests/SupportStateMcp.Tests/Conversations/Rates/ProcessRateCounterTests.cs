using SupportStateMcp.Conversations;
using SupportStateMcp.Tests.Contracts;

namespace SupportStateMcp.Tests.Conversations.Rates;

public sealed class ProcessRateCounterTests : RateCounterContract, IAsyncDisposable
{
    private readonly ProcessRateCounter _counter = new();

    private protected override bool IsShared => false;

    public ValueTask DisposeAsync() => _counter.DisposeAsync();

    private protected override IRateCounter Counter() => _counter;
}
