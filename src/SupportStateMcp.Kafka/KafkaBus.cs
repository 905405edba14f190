using System.Globalization;
using System.Text;
using Confluent.Kafka;
using SupportStateMcp.Events;

namespace SupportStateMcp.Kafka;

/// <summary>Kafka, by librdkafka. Events are in structured mode (CloudEvents Kafka protocol binding, section 3.3).</summary>
public sealed class KafkaBus : IEventBus
{
    private static readonly TimeSpan s_poll = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan s_again = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private ClientConfig _client = new();
    private IProducer<string, byte[]>? _producer;

    /// <inheritdoc/>
    public void Open(EventBusOptions options)
    {
        _client = new ClientConfig { BootstrapServers = options.Brokers, ClientId = "supportstatemcp" };
        foreach (var (name, value) in options.Settings)
            _client.Set(name, value);
        try
        {
            // The client checks names and values when it is made, before it connects.
            using var probe = new ProducerBuilder<string, byte[]>(Producing()).SetLogHandler((_, _) => { }).Build();
        }
        catch (Exception e) when (e is InvalidOperationException or ArgumentException or KafkaException)
        {
            throw new ArgumentException(Without(options.Settings.Values, e.Message), nameof(options), e);
        }
    }

    /// <inheritdoc/>
    public async ValueTask<string?> AppendAsync(string topic, string key, ReadOnlyMemory<byte> json, CancellationToken cancellationToken)
    {
        var producer = Producer();
        try
        {
            await producer.ProduceAsync(
                topic,
                new Message<string, byte[]>
                {
                    Key = key, Value = json.ToArray(), Headers = new Headers { { "content-type", Encoding.UTF8.GetBytes("application/cloudevents+json; charset=UTF-8") } },
                },
                cancellationToken);
            return null;
        }
        catch (ProduceException<string, byte[]> e)
        {
            if (IsFatal(e.Error))
                Drop(producer);
            return $"Kafka has not taken it: {e.Error.Reason}.";
        }
    }

    /// <inheritdoc/>
    public Task TakeAsync(
        string topic, string group, Func<BusEvent, CancellationToken, ValueTask<bool>> take, Action<string?> report, CancellationToken cancellationToken) =>
        // Its client blocks a thread while it waits.
        Task.Factory.StartNew(() => TakeLoopAsync(topic, group, take, report, cancellationToken), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default).Unwrap();

    public ValueTask DisposeAsync()
    {
        _producer?.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task TakeLoopAsync(
        string topic, string group, Func<BusEvent, CancellationToken, ValueTask<bool>> take, Action<string?> report, CancellationToken cancellationToken)
    {
        var settings = new ConsumerConfig(_client.ToDictionary()) { GroupId = group, EnableAutoCommit = false, AutoOffsetReset = AutoOffsetReset.Earliest, AllowAutoCreateTopics = true };
        try
        {
            while (!cancellationToken.IsCancellationRequested)
            {
                try
                {
                    await TakeAllAsync(settings, topic, take, report, cancellationToken);
                }
                catch (Exception e) when (e is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
                {
                    // What nobody foresaw ends no intake: another consumer goes on where the last commit is.
                    report($"It failed with {e.GetType().Name}.");
                    await Task.Delay(s_again, cancellationToken);
                }
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The server stops.
        }
    }

    /// <summary>Takes events with one consumer, as long as it is to be used.</summary>
    private static async Task TakeAllAsync(
        ConsumerConfig settings, string topic, Func<BusEvent, CancellationToken, ValueTask<bool>> take, Action<string?> report, CancellationToken cancellationToken)
    {
        // What the client says in detail names servers, and is another text each time.
        using var consumer = new ConsumerBuilder<string, byte[]>(settings).SetLogHandler((_, _) => { }).SetErrorHandler((_, e) => report(Sentence(e))).Build();
        consumer.Subscribe(topic);
        try
        {
            while (!cancellationToken.IsCancellationRequested && await TakeNextAsync(consumer, take, report, cancellationToken))
            {
                // It goes on.
            }
        }
        finally
        {
            Leave(consumer);
        }
    }

    private static string PlaceOf(TopicPartitionOffset place) =>
        string.Create(CultureInfo.InvariantCulture, $"{place.Topic}, partition {place.Partition.Value}, offset {place.Offset.Value}");

    /// <summary>Takes the next event, if there is one; false where the consumer is not to be used any more.</summary>
    private static async ValueTask<bool> TakeNextAsync(
        IConsumer<string, byte[]> consumer, Func<BusEvent, CancellationToken, ValueTask<bool>> take, Action<string?> report, CancellationToken cancellationToken)
    {
        var goesOn = true;
        try
        {
            if (consumer.Consume(s_poll) is not { IsPartitionEOF: false } taken)
                return true;
            report(null);
            if (await take(new BusEvent(taken.Message.Value, PlaceOf(taken.TopicPartitionOffset)), cancellationToken))
            {
                consumer.Commit(taken);
                return true;
            }

            // Where it cannot go back, the next event would be committed in place of this one.
            goesOn = false;
            consumer.Seek(taken.TopicPartitionOffset);
            goesOn = true;
        }
        catch (KafkaException e)
        {
            // It is out of reach, or the partition is another's by now. What was not committed comes again.
            report(Sentence(e.Error));
            goesOn &= !IsFatal(e.Error);
        }

        await Task.Delay(s_again, cancellationToken);
        return goesOn;
    }

    private static void Leave(IConsumer<string, byte[]> consumer)
    {
        try
        {
            consumer.Close();
        }
        catch (KafkaException)
        {
            // It cannot say so: the group gives its partitions to others after a while.
        }
    }

    private static string Sentence(Error error) => $"{error.Code.GetReason()}.";

    private static bool IsFatal(Error error) => error.IsFatal || error.Code == ErrorCode.Local_Fatal;

    /// <summary>After a fatal error a producer takes nothing more, whatever becomes of the servers.</summary>
    private void Drop(IProducer<string, byte[]> producer)
    {
        lock (_gate)
        {
            if (_producer != producer)
                return;
            _producer = null;
        }

        producer.Dispose();
    }

    private IProducer<string, byte[]> Producer()
    {
        lock (_gate)
            return _producer ??= new ProducerBuilder<string, byte[]>(Producing()).SetLogHandler((_, _) => { }).Build();
    }

    /// <summary>Each event once for the broker, and in order also where it is sent again; an attempt ends before the server counts it as failed.</summary>
    private ProducerConfig Producing() => new(_client.ToDictionary()) { EnableIdempotence = true, Acks = Acks.All, MessageTimeoutMs = 8_000, LingerMs = 0 };

    private static string Without(IEnumerable<string> secrets, string message) =>
        secrets.Where(s => s.Length > 3).Aggregate(message, (text, secret) => text.Replace(secret, "…", StringComparison.Ordinal));
}

internal static class ClientConfigExtensions
{
    public static Dictionary<string, string> ToDictionary(this ClientConfig config) => config.ToDictionary(p => p.Key, p => p.Value, StringComparer.Ordinal);
}
