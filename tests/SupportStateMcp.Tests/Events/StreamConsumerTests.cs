using System.Text;
using SupportStateMcp.Conversations;
using SupportStateMcp.Events;
using SupportStateMcp.Tests.Support;

namespace SupportStateMcp.Tests.Events;

/// <summary>The intake from a stream, where something happens that nobody foresaw.</summary>
public sealed class StreamConsumerTests
{
    [Fact]
    public async Task What_nobody_foresaw_is_told_once_and_does_not_end_the_intake()
    {
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var (stream, log) = (new BreakingStream(), new LogLines<StreamConsumer>());
        var messages = new IntakeMessages(new EventIntake(null!, null!));

        var consuming = new StreamConsumer(stream, new StreamOptions("requests", 0), messages, TimeProvider.System, log).RunAsync(ends.Token);
        await Eventually.TrueAsync(() => stream.Acknowledged is not null, () => string.Join('\n', log.Lines));
        await ends.CancelAsync();
        await consuming;

        Assert.Equal(("1-0", "requests:rejected"), (stream.Acknowledged, stream.Appended));
        Assert.Collection(
            log.Lines,
            l => Assert.StartsWith("Error: An entry of the stream requests met something unexpected.", l, StringComparison.Ordinal),
            l => Assert.StartsWith("Warning: The entry 1-0 of the stream requests is rejected: ", l, StringComparison.Ordinal));
    }

    /// <summary>A stream with one entry, which breaks twice before it gives it.</summary>
    private sealed class BreakingStream : IEventStream
    {
        private int _taken;

        public string? Appended { get; private set; }

        public string? Acknowledged { get; private set; }

        public ValueTask AppendAsync(string stream, IReadOnlyList<EventField> fields, int maxLength, CancellationToken cancellationToken)
        {
            Appended = stream;
            return default;
        }

        public ValueTask<IReadOnlyList<EventEntry>> TakeAsync(string stream, string group, string reader, TimeSpan lease, int limit, CancellationToken cancellationToken) => ++_taken switch
        {
            <= 2 => throw new InvalidOperationException("Nobody foresaw it."),
            3 => new([new EventEntry("1-0", Encoding.UTF8.GetBytes("nonsense"))]),
            _ => new([]),
        };

        public ValueTask AcknowledgeAsync(string stream, string group, string entry, CancellationToken cancellationToken)
        {
            Acknowledged = entry;
            return default;
        }
    }
}
