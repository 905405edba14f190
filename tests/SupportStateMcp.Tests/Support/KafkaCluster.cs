using System.Text;
using Confluent.Kafka;

namespace SupportStateMcp.Tests.Support;

/// <summary>A cluster of Kafka in this process: the one that librdkafka brings for tests. It lives as long as the client that made it.</summary>
internal sealed class KafkaCluster : IDisposable
{
    private readonly IProducer<string, byte[]> _client;

    public KafkaCluster()
    {
        var settings = new ProducerConfig { BootstrapServers = "none:1" };
        settings.Set("test.mock.num.brokers", "1");
        _client = new ProducerBuilder<string, byte[]>(settings).SetLogHandler((_, _) => { }).Build();
        using var admin = new DependentAdminClientBuilder(_client.Handle).Build();
        var broker = admin.GetMetadata(TimeSpan.FromSeconds(20)).Brokers[0];
        Brokers = $"{broker.Host}:{broker.Port}";
    }

    /// <summary>Where it listens.</summary>
    public string Brokers { get; }

    public Task SendAsync(string topic, string value) =>
        _client.ProduceAsync(topic, new Message<string, byte[]> { Key = "k", Value = Encoding.UTF8.GetBytes(value) }, TestContext.Current.CancellationToken);

    /// <summary>The first messages of a topic, as somebody else reads them.</summary>
    /// <param name="topic">The topic.</param>
    /// <param name="count">How many.</param>
    /// <param name="passed">Called where some time has passed without one.</param>
    public IReadOnlyList<(string Key, string Value, string? Type)> Read(string topic, int count, Action<TimeSpan>? passed = null)
    {
        using var consumer = new ConsumerBuilder<string, byte[]>(new ConsumerConfig { BootstrapServers = Brokers, GroupId = Guid.NewGuid().ToString(), AutoOffsetReset = AutoOffsetReset.Earliest })
            .SetLogHandler((_, _) => { }).Build();
        using var admin = new DependentAdminClientBuilder(_client.Handle).Build();
        consumer.Assign(admin.GetMetadata(topic, TimeSpan.FromSeconds(20)).Topics[0].Partitions.Select(partition => new TopicPartitionOffset(topic, partition.PartitionId, Offset.Beginning)));
        var read = new List<(string, string, string?)>();
        var step = TimeSpan.FromMilliseconds(100);
        for (var until = TimeProvider.System.GetUtcNow() + Eventually.Patience; read.Count < count && TimeProvider.System.GetUtcNow() < until;)
        {
            if (consumer.Consume(step) is not { Message: { } message })
            {
                passed?.Invoke(step);
                continue;
            }

            read.Add((message.Key, Encoding.UTF8.GetString(message.Value), message.Headers.TryGetLastBytes("content-type", out var type) ? Encoding.UTF8.GetString(type) : null));
        }

        return read;
    }

    public void Dispose() => _client.Dispose();
}
