using Microsoft.Extensions.Logging.Abstractions;
using SupportStateMcp.Events;
using SupportStateMcp.Tests.Support;

namespace SupportStateMcp.Tests.Contracts;

public abstract partial class EventsContract
{
    [Fact]
    public async Task A_dead_letter_that_cannot_be_read_hides_no_other_and_is_told_once()
    {
        var desk = Create();
        var log = new LogLines<DeadLetters>();
        var letters = new DeadLetters(desk.Records, Time, log);
        await desk.Records.WriteAsync([TestRecords.Write($"crm:{Id}:1", """{"sink": 1}""", kind: "dead_letter")], Stop);
        await letters.AddAsync(Letter(2), Stop);
        await letters.AddAsync(Letter(3) with { FailedAt = Time.GetUtcNow().AddDays(-31) }, Stop);

        Assert.Equal($"{Id}:2", Assert.Single(await letters.ListAsync(null, Stop)).EventId);
        await letters.SweepAsync(Stop);

        Assert.Null(await desk.Records.GetAsync("dead_letter", $"crm:{Id}:3", Stop));
        Assert.Equal($"{Id}:2", Assert.Single(await letters.ListAsync("crm", Stop)).EventId);
        Assert.StartsWith($"Error: The dead letter crm:{Id}:1 is left out: ", Assert.Single(log.Lines), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Dead_letters_are_read_on_from_where_they_were_read_whoever_writes_and_removes_them()
    {
        var (here, elsewhere) = (Create(), Create());
        var records = new RecordsAround(here.Records);
        var (letters, others) = (new DeadLetters(records, Time, NullLogger<DeadLetters>.Instance), elsewhere.Get<DeadLetters>());
        await others.AddAsync(Letter(1), Stop);
        Assert.Single(await letters.ListAsync(null, Stop));

        await others.AddAsync(Letter(2), Stop);
        await others.RemoveAsync(Letter(1), Stop);

        Assert.Equal($"{Id}:2", Assert.Single(await letters.ListAsync(null, Stop)).EventId);
        Assert.Null(records.Read[0]);
        Assert.DoesNotContain(null, records.Read.Skip(1));
    }

    [Fact]
    public async Task A_sink_that_does_not_answer_holds_up_no_redelivery()
    {
        var desk = Create();
        await desk.DoAsync(TestConversations.Initialize());
        var deliveries = new EventDeliveries(
            desk.Get<RecordedOutbox>(), desk.Get<EventReader>(), [new HangingSink()], desk.Get<DeadLetters>(), new HurriedTime());

        var delivery = await deliveries.RedeliverAsync(Letter(1), Stop);

        Assert.Equal("It has not answered within 10 seconds.", delivery.Failure);
    }

    private DeadLetter Letter(int version) =>
        new() { Sink = "crm", EventId = $"{Id}:{version}", Attempts = 6, Reason = "It was down.", FailedAt = Time.GetUtcNow() };

    private sealed class HangingSink : IEventSink
    {
        public EventSubscription Subscription { get; } = new("crm", [], false);

        public async ValueTask<Delivery> DeliverAsync(CloudEvent e, ReadOnlyMemory<byte> json, CancellationToken cancellationToken)
        {
            await Task.Delay(Timeout.Infinite, cancellationToken);
            return Delivery.Done;
        }
    }

    /// <summary>A clock whose timers run out at once.</summary>
    private sealed class HurriedTime : TimeProvider
    {
        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            base.CreateTimer(callback, state, dueTime > TimeSpan.Zero ? TimeSpan.Zero : dueTime, period);
    }
}
