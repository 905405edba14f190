using System.Diagnostics.Metrics;
using SupportStateMcp.Conversations;
using SupportStateMcp.Hosting;
using SupportStateMcp.Tests.Support;
using static SupportStateMcp.Tests.Support.OneConversation;

namespace SupportStateMcp.Tests.Hosting;

/// <summary>What the metrics tell of the desk while and after it is looked at.</summary>
public sealed class DeskGaugesTests : IAsyncDisposable
{
    private readonly TestCommandHandler _desk = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _desk.DisposeAsync();

    [Fact]
    public async Task The_last_values_stand_until_there_are_others_or_the_store_does_not_answer()
    {
        await _desk.DoAsync(Open());
        var store = new StoreAround(_desk.Store);
        var (here, told) = (Environment.CurrentManagedThreadId, new List<long>());
        using var listener = new MeterListener
        {
            // Servers of other tests have gauges of the same name: those here are made on this thread.
            InstrumentPublished = (instrument, l) =>
            {
                if (instrument.Name == "supportstate.conversations" && Environment.CurrentManagedThreadId == here)
                    l.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<double>((_, value, _, _) => told.Add((long)value));
        listener.Start();
        told.Clear();
        using var gauges = new DeskGauges(store, TimeProvider.System);
        await gauges.ReadAsync(Stop);
        Assert.Equal([1], Scraped());

        store.BeforeCount = () => Assert.Equal([1], Scraped());
        await gauges.ReadAsync(Stop);

        store.BeforeCount = () => throw new StoreUnavailableException("It is gone.");
        await Assert.ThrowsAsync<StoreUnavailableException>(() => gauges.ReadAsync(Stop));
        Assert.Empty(Scraped());

        List<long> Scraped()
        {
            told.Clear();
            listener.RecordObservableInstruments();
            return [.. told];
        }
    }
}
