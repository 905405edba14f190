using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using SupportStateMcp.Conversations;
using SupportStateMcp.Primitives;

namespace SupportStateMcp.Events;

/// <summary>What one sink is told, some conversations at a time.</summary>
internal sealed partial class SinkLane(
    IEventSink sink, IConversationOutbox outbox, EventReader reader, DeadLetters deadLetters, TimeProvider time, ILogger logger)
{
    /// <summary>How many conversations it is told of at a time.</summary>
    private const int AtATime = 8;

    /// <summary>How many events of a conversation are read together.</summary>
    private const int Batch = 100;

    /// <summary>How many conversations wait in this process; of the others the store keeps a note.</summary>
    private const int Waiting = 10_000;

    /// <summary>How many conversations that others have left wait here where no worker is free: what this process commits must not keep them waiting for good.</summary>
    private const int AtLeast = 2;

    /// <summary>
    /// For how long after a commit, or after a cursor was taken or moved on, an attempt may begin: it ends before <see cref="OutboxSinks.Grace"/> is over,
    /// after which any process may tell.
    /// </summary>
    private static readonly TimeSpan s_alone = OutboxSinks.Grace - DeliveryAttempt.Timeout;

    /// <summary>How often it is looked for what other processes have left.</summary>
    private static readonly TimeSpan s_interval = TimeSpan.FromSeconds(1);

    /// <summary>How long each attempt waits after the one before (Standard Webhooks, "Delivery attempts and retries").</summary>
    private static readonly TimeSpan[] s_schedule =
        [TimeSpan.Zero, TimeSpan.FromSeconds(5), TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(10), TimeSpan.FromHours(1), OutboxSinks.LongestWait];

    /// <summary>What others have left comes first: they were to hear of it before what this process has just committed.</summary>
    private readonly Channel<Entry> _queue = Channel.CreateUnboundedPrioritized(new UnboundedPrioritizedChannelOptions<Entry>
    {
        Comparer = Comparer<Entry>.Create((a, b) => (a.Taken is null, a.At).CompareTo((b.Taken is null, b.At))),
    });

    /// <summary>Conversations that wait or are told of, and what came of them since; null for nothing.</summary>
    private readonly Dictionary<ConversationId, Entry?> _busy = [];

    /// <summary>How many of those that wait were left by others.</summary>
    private int _taken;

    /// <summary>Ends where a worker becomes free.</summary>
    private volatile TaskCompletionSource _freed = Source();

    private volatile string? _failure;

    private string Name => sink.Subscription.Name;

    /// <summary>There may be something to tell of a conversation.</summary>
    /// <param name="id">The conversation.</param>
    /// <param name="before">Its version before this process has changed it.</param>
    /// <param name="at">When this process has committed that.</param>
    public void Enqueue(ConversationId id, long before, DateTimeOffset at) => Enqueue(new Entry(id, at, null, [before]));

    public Task RunAsync(CancellationToken cancellationToken) => Task.WhenAll(
        Enumerable.Range(0, AtATime).Select(_ => Task.Run(() => WorkAsync(cancellationToken), CancellationToken.None))
            .Append(Task.Run(() => TakeAsync(cancellationToken), CancellationToken.None)));

    private void Enqueue(Entry entry)
    {
        lock (_busy)
        {
            if (_busy.TryGetValue(entry.Id, out var more))
            {
                // What was taken over is this process's own from then on; of its commits the first counts.
                var (kept, other) = entry.Taken is not null || more is null ? (entry, more) : (more, entry);
                kept.Before.AddRange(other?.Before ?? []);
                _busy[entry.Id] = kept;
            }
            else if (_busy.Count < Waiting && _queue.Writer.TryWrite(entry))
            {
                _busy.Add(entry.Id, null);
                _taken += entry.Taken is null ? 0 : 1;
            }
        }
    }

    /// <summary>What came of a conversation since it was taken up, which is to be looked at once more; null for nothing.</summary>
    /// <param name="id">The conversation.</param>
    /// <param name="isLate">True where nothing was told of it, since it has waited too long: what this process has committed since has an older note before it.</param>
    private Entry? Next(ConversationId id, bool isLate)
    {
        lock (_busy)
        {
            if (_busy[id] is not { } more || (isLate && more.Taken is null))
            {
                Leave(id);
                return null;
            }

            _busy[id] = null;
            // A cursor from before may have been moved.
            return isLate ? more : more with { Taken = null };
        }
    }

    private void Begin(Entry entry)
    {
        if (entry.Taken is null)
            return;
        lock (_busy)
            _taken--;
    }

    private void Leave(ConversationId id)
    {
        lock (_busy)
        {
            _busy.Remove(id);
            if (_busy.Count < AtATime)
                Interlocked.Exchange(ref _freed, Source()).TrySetResult();
        }
    }

    private static TaskCompletionSource Source() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private async Task TakeAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(s_interval, time);
        try
        {
            do
            {
                try
                {
                    // Asked for before taking, so that nothing is missed in between.
                    for (var freed = _freed.Task; await TakeDueAsync(cancellationToken); freed = _freed.Task)
                    {
                        await freed.WaitAsync(s_interval, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                        cancellationToken.ThrowIfCancellationRequested();
                    }
                }
                catch (StoreException e)
                {
                    LogPostponed(logger, Name, e.Message);
                }
                catch (Exception e) when (e is not OperationCanceledException)
                {
                    LogUnexpected(logger, Name, e);
                }
            }
            while (await timer.WaitForNextTickAsync(cancellationToken));
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The server stops.
        }
    }

    /// <summary>Takes as much of what others have left as workers are free: a process that takes more keeps it from the others, and has no time for it. True where there may be more.</summary>
    private async ValueTask<bool> TakeDueAsync(CancellationToken cancellationToken)
    {
        int most;
        lock (_busy)
            most = Math.Max(AtATime - _busy.Count, AtLeast - _taken);
        if (most <= 0)
            return true;
        var at = time.GetUtcNow();
        var due = await outbox.TakeDueAsync(Name, at, most, cancellationToken);
        foreach (var cursor in due)
            Enqueue(new Entry(cursor.Id, at, cursor, [cursor.Told]));
        return due.Count > 0;
    }

    private async Task WorkAsync(CancellationToken cancellationToken)
    {
        try
        {
            await foreach (var entry in _queue.Reader.ReadAllAsync(cancellationToken))
            {
                Begin(entry);
                for (Entry? next = entry; next is { } now;)
                {
                    // The note of one that has waited too long stays, and is due before an attempt would end: the process that takes it tells all there is.
                    var isLate = time.GetUtcNow() - now.At >= s_alone;
                    if (!isLate)
                        await TryAsync(now, cancellationToken);
                    next = Next(now.Id, isLate);
                }
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The server stops. What was not told yet, the next process finds.
        }
    }

    private async Task TryAsync(Entry entry, CancellationToken cancellationToken)
    {
        try
        {
            var cursor = entry.Taken ?? await outbox.FindAsync(Name, entry.Id, cancellationToken);
            // The event that is next belongs to another process's commit, or somebody has moved the cursor on since: that process tells. When it moves
            // the cursor on, it gets all that follows; where it dies, its note leads here.
            if (cursor is null || (entry.Taken is null && !entry.Before.Contains(cursor.Told)))
                return;
            for (var taken = new TakenCursor(cursor, entry.At); taken is not null;)
                taken = await TellAsync(taken, cancellationToken);
        }
        catch (StoreException e)
        {
            LogPostponed(logger, Name, e.Message);
        }
        catch (Exception e) when (e is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            // One conversation keeps nobody from hearing of the others; its note comes again.
            LogUnexpected(logger, Name, e);
        }
    }

    private async ValueTask<TakenCursor?> AdvanceAsync(OutboxCursor cursor, long told, CancellationToken cancellationToken)
    {
        var at = time.GetUtcNow();
        return await outbox.AdvanceAsync(cursor, told, cancellationToken) is { } advanced ? new TakenCursor(advanced, at) : null;
    }

    /// <summary>Tells what there is to tell now; the cursor to go on from, or null.</summary>
    private async ValueTask<TakenCursor?> TellAsync(TakenCursor taken, CancellationToken cancellationToken)
    {
        var (cursor, told) = (taken.Cursor, taken.Cursor.Told);
        try
        {
            var events = await reader.ReadAsync(cursor.Id, cursor.Told, Batch, cancellationToken);
            foreach (var e in events)
            {
                if (sink.Subscription.Takes(e.Topic))
                {
                    if (time.GetUtcNow() - taken.At >= s_alone)
                    {
                        // Where nothing can be moved on, the note leads the process that takes it to this event.
                        if (told == cursor.Told || await AdvanceAsync(cursor, told, cancellationToken) is not { } renewed)
                            return null;
                        (taken, cursor) = (renewed, renewed.Cursor);
                    }

                    var delivery = await DeliveryAttempt.MakeAsync(sink, reader, e, time, cancellationToken);
                    Note(delivery.Failure);
                    if (delivery.Failure is { } failure && !await GiveUpAsync(e, cursor.Told == told ? cursor.Attempt : 1, delivery.IsFinal, failure, cancellationToken))
                    {
                        await PostponeAsync(cursor, told, delivery.RetryAfter, cancellationToken);
                        return null;
                    }
                }

                told++;
            }

            var next = await AdvanceAsync(cursor, told, cancellationToken);
            // A conversation that is gone has nothing more to tell.
            return events.Count == 0 ? null : next;
        }
        catch (StoreException e) when (e is not StoreUnavailableException)
        {
            // It is tried again, later and later: somebody may mend what is stored.
            LogUnreadable(logger, cursor.Id.Value, Name, e.Message);
            await PostponeAsync(cursor, told, null, cancellationToken);
            return null;
        }
    }

    /// <summary>After the last attempt the event becomes a dead letter, and those behind it go on.</summary>
    private async ValueTask<bool> GiveUpAsync(CloudEvent e, int attempt, bool isFinal, string failure, CancellationToken cancellationToken)
    {
        if (!isFinal && attempt < s_schedule.Length)
            return false;
        await deadLetters.AddAsync(new DeadLetter { Sink = Name, EventId = e.Id, Attempts = attempt, Reason = failure, FailedAt = time.GetUtcNow(), EventTime = e.Time }, cancellationToken);
        LogDead(logger, e.Id, Name, failure);
        return true;
    }

    private async ValueTask PostponeAsync(OutboxCursor cursor, long told, TimeSpan? retryAfter, CancellationToken cancellationToken)
    {
        // What was told before the event that failed is told; the attempts of that one count from here.
        if (told > cursor.Told)
        {
            if (await outbox.AdvanceAsync(cursor, told, cancellationToken) is not { } advanced)
                return;
            cursor = advanced;
        }

        var wait = cursor.Attempt < s_schedule.Length ? s_schedule[cursor.Attempt] : OutboxSinks.LongestWait;
        if (retryAfter > wait)
            wait = retryAfter < OutboxSinks.LongestWait ? retryAfter.Value : OutboxSinks.LongestWait;
        await outbox.PostponeAsync(cursor, time.GetUtcNow() + wait, cancellationToken);
    }

    /// <summary>Counts an attempt, and says once that a sink fails, and once that it works again.</summary>
    private void Note(string? failure)
    {
        Telemetry.Deliveries.Add(1, new KeyValuePair<string, object?>("sink", Name), new KeyValuePair<string, object?>("outcome", failure is null ? "delivered" : "failed"));
        var before = _failure;
        _failure = failure;
        if (failure is not null && before is null)
            LogFails(logger, Name, failure);
        else if (failure is null && before is not null)
            LogWorks(logger, Name);
    }

    [LoggerMessage(LogLevel.Warning, "The sink {Sink} does not take events: {Reason} They wait for the next attempt.")]
    private static partial void LogFails(ILogger logger, string sink, string reason);

    [LoggerMessage(LogLevel.Warning, "The sink {Sink} takes events again.")]
    private static partial void LogWorks(ILogger logger, string sink);

    [LoggerMessage(LogLevel.Error, "The event {Event} is a dead letter of the sink {Sink}: {Reason} SupportStateMcp deliveries lists them, and redeliver tries once more.")]
    private static partial void LogDead(ILogger logger, string @event, string sink, string reason);

    [LoggerMessage(LogLevel.Debug, "The sink {Sink} waits for the store: {Reason}")]
    private static partial void LogPostponed(ILogger logger, string sink, string reason);

    [LoggerMessage(LogLevel.Error, "The sink {Sink} met something unexpected. What is left untold is tried again.")]
    private static partial void LogUnexpected(ILogger logger, string sink, Exception exception);

    [LoggerMessage(LogLevel.Error, "What happened to {ConversationId} cannot be told to the sink {Sink}: {Reason}")]
    private static partial void LogUnreadable(ILogger logger, string conversationId, string sink, string reason);

    /// <summary>A conversation that waits to be told of.</summary>
    /// <param name="Id">The conversation.</param>
    /// <param name="At">Since when this process has it to itself.</param>
    /// <param name="Taken">The cursor, where it was taken over; null where this process has committed.</param>
    /// <param name="Before">Where a cursor stands behind which this process tells: the version before each of its commits, and where one was taken over.</param>
    private sealed record Entry(ConversationId Id, DateTimeOffset At, OutboxCursor? Taken, List<long> Before);

    /// <summary>A cursor, and since when this process has it to itself.</summary>
    private sealed record TakenCursor(OutboxCursor Cursor, DateTimeOffset At);
}
