using Microsoft.Extensions.Logging;
using SupportStateMcp.Conversations;
using SupportStateMcp.Primitives;

namespace SupportStateMcp.Events;

/// <summary>
/// Tells other systems what happened: at least once, and of one conversation in order. Each sink has a lane of its own, so that one that hangs
/// delays no other; within a lane a conversation that fails waits for its next attempt, and delays no other conversation.
/// </summary>
public sealed class EventPublisher : ICommitObserver
{
    private readonly IReadOnlyList<SinkLane> _lanes;
    private volatile bool _isRunning;

    /// <param name="outbox">Holds what is to be told.</param>
    /// <param name="reader">Reads it.</param>
    /// <param name="sinks">Whom to tell.</param>
    /// <param name="deadLetters">Where events go that a sink does not take.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Tells the operator which sink fails, and when it works again.</param>
    public EventPublisher(
        IConversationOutbox outbox, EventReader reader, IEnumerable<IEventSink> sinks, DeadLetters deadLetters, TimeProvider time, ILogger<EventPublisher> logger) =>
        _lanes = [.. sinks.Select(s => new SinkLane(s, outbox, reader, deadLetters, time, logger))];

    /// <inheritdoc/>
    public ValueTask BeforeAsync(Commit commit, CancellationToken cancellationToken) => ValueTask.CompletedTask;

    /// <inheritdoc/>
    public void After(Commit commit)
    {
        // Where nothing runs, as on the command line, another process tells it.
        if (!_isRunning || !commit.IsTold)
            return;
        foreach (var lane in _lanes)
            lane.Enqueue(commit.Id, commit.ExpectedVersion, commit.Now);
    }

    /// <summary>Tells until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        _isRunning = true;
        try
        {
            await Task.WhenAll(_lanes.Select(l => l.RunAsync(cancellationToken)));
        }
        finally
        {
            _isRunning = false;
        }
    }

    /// <summary>Begins; disposing what it returns ends it.</summary>
    public IAsyncDisposable Start() => new RunningTask(RunAsync);
}
