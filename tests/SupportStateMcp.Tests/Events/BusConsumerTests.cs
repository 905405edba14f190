using System.Text;
using System.Text.Json.Nodes;
using SupportStateMcp.Conversations;
using SupportStateMcp.Events;
using SupportStateMcp.Hosting;
using SupportStateMcp.Tests.Support;

namespace SupportStateMcp.Tests.Events;

/// <summary>What becomes of events that can never be taken, and of what nobody foresaw.</summary>
public sealed class BusConsumerTests : IAsyncDisposable
{
    private const string Message = """{"specversion":"1.0","id":"e-1","source":"/mail","type":"customer.message","data":{"ticket_id":"TKT-001","content":"Hello?"}}""";

    private readonly StoreFolder _folder = new();
    private readonly List<MemoryDesk> _made = [];

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        foreach (var desk in _made)
            await desk.DisposeAsync();
        _folder.Dispose();
    }

    [Theory]
    [InlineData('<', 1)]
    [InlineData('ж', 2)]
    public async Task Of_a_long_event_that_is_rejected_the_beginning_is_kept_and_the_next_one_is_taken(char letter, int bytes)
    {
        using var kafka = new KafkaCluster();
        var desk = Create(("events:kafka:brokers", kafka.Brokers), ("events:kafka:intake", "desk.requests"));
        await desk.DoAsync(TestConversations.Initialize());
        // One byte more, so that the cut falls into a character.
        var text = "x" + new string(letter, 900_000 / bytes);
        await kafka.SendAsync("desk.requests", text);
        await kafka.SendAsync("desk.requests", Message);

        using var ends = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        var consuming = desk.Get<BusConsumer>().RunAsync(ends.Token);
        await Eventually.TrueAsync(
            async () => (await desk.Conversations.ReadMessagesAsync(TestConversations.Id(), long.MaxValue, 10, long.MaxValue, Stop)).Count == 1, () => "The message is not there.");
        var rejected = JsonNode.Parse(Assert.Single(await Task.Run(() => kafka.Read("desk.requests.rejected", 1), Stop)).Value)!;
        await ends.CancelAsync();
        await consuming;

        Assert.StartsWith("It is no event", (string?)rejected["reason"], StringComparison.Ordinal);
        Assert.Matches("^desk.requests, partition [0-9]+, offset 0$", (string)rejected["place"]!);
        var kept = (string)rejected["event"]!;
        Assert.StartsWith(kept, text, StringComparison.Ordinal);
        Assert.InRange(Encoding.UTF8.GetByteCount(kept), 99_997, 100_000);
        Assert.Equal(900_001, (int)rejected["event_bytes"]!);
    }

    [Fact]
    public async Task What_cannot_be_kept_is_told_with_its_reason_once_and_called_rejected_once_it_is_kept()
    {
        var log = new LogLines<BusConsumer>();
        await using var bus = new OneEventBus("nonsense", "It is full.", "It is full.", "It is away.", null);
        await using var consumer = new BusConsumer(bus, new BusIntakeOptions("requests"), Create().Get<IntakeMessages>(), log);

        await consumer.RunAsync(Stop);

        Assert.Collection(
            log.Lines,
            l => Assert.StartsWith("Error: An event of the topic requests can never be taken, and cannot be kept in the topic of rejected events either (offset 7): It is full.", l, StringComparison.Ordinal),
            l => Assert.Contains("(offset 7): It is away.", l, StringComparison.Ordinal),
            l => Assert.StartsWith("Warning: An event of the topic requests is rejected (offset 7): It is no event", l, StringComparison.Ordinal));
        var (topic, json) = Assert.Single(bus.Kept);
        Assert.Equal("requests.rejected", topic);
        Assert.Null(JsonNode.Parse(json)!["event_bytes"]);
        Assert.Equal("nonsense", (string?)JsonNode.Parse(json)!["event"]);
    }

    [Fact]
    public async Task What_nobody_foresaw_of_an_event_is_told_once_and_the_event_comes_again()
    {
        var log = new LogLines<BusConsumer>();
        await using var bus = new OneEventBus(Message) { Times = 3 };
        // A desk that breaks.
        await using var consumer = new BusConsumer(bus, new BusIntakeOptions("requests"), new IntakeMessages(new EventIntake(null!, null!)), log);

        await consumer.RunAsync(Stop);

        Assert.StartsWith("Error: An event of the topic requests met something unexpected (offset 7).", Assert.Single(log.Lines), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_consumer_of_kafka_that_breaks_is_followed_by_another_that_gets_the_same_event()
    {
        using var kafka = new KafkaCluster();
        // The mock cluster gives the partition to another only once the consumer that left is out of time.
        var (options, _) = LocalModel.Read(
            ("events:kafka:brokers", kafka.Brokers), ("events:kafka:intake", "requests"),
            ("events:kafka:settings:session.timeout.ms", "6000"), ("events:kafka:settings:heartbeat.interval.ms", "1000"));
        await using var bus = options!.Events.BusIntake!.Bus;
        await kafka.SendAsync("requests", Message);
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        var (places, reasons) = (new List<string>(), new List<string?>());

        await bus.TakeAsync(
            "requests", "group",
            async (e, _) =>
            {
                places.Add(e.Place);
                if (places.Count == 1)
                    throw new InvalidOperationException("Nobody foresaw it.");
                await ends.CancelAsync();
                return true;
            },
            reason =>
            {
                lock (reasons)
                    reasons.Add(reason);
            },
            ends.Token);

        Assert.Equal(2, places.Count);
        Assert.Equal(places[0], places[1]);
        Assert.Contains("It failed with InvalidOperationException.", reasons);
    }

    private MemoryDesk Create(params (string, string)[] keys)
    {
        var desk = new MemoryDesk(LocalModel.Options(keys) with { Backend = Backend.Sqlite, Directory = _folder.Path }, new FakeTime());
        _made.Add(desk);
        return desk;
    }

    /// <summary>A log with one event, which answers to each append with the next of these; once the event is taken it ends.</summary>
    private sealed class OneEventBus(string json, params string?[] answers) : IEventBus
    {
        private readonly Queue<string?> _answers = new(answers);

        /// <summary>How often the event comes at most.</summary>
        public int Times { get; init; } = int.MaxValue;

        public List<(string Topic, string Json)> Kept { get; } = [];

        public void Open(EventBusOptions options)
        {
            // It connects to nothing.
        }

        public ValueTask<string?> AppendAsync(string topic, string key, ReadOnlyMemory<byte> json, CancellationToken cancellationToken)
        {
            var answer = _answers.Dequeue();
            if (answer is null)
                Kept.Add((topic, Encoding.UTF8.GetString(json.Span)));
            return ValueTask.FromResult(answer);
        }

        public async Task TakeAsync(
            string topic, string group, Func<BusEvent, CancellationToken, ValueTask<bool>> take, Action<string?> report, CancellationToken cancellationToken)
        {
            for (var n = 0; n < Times; n++)
            {
                report(null);
                if (await take(new BusEvent(Encoding.UTF8.GetBytes(json), "offset 7"), cancellationToken))
                    return;
            }
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
