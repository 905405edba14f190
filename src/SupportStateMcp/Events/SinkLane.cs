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

    /// <summary>After how long a cursor is moved on that has more to tell: with one attempt more it is still younger than <see cref="OutboxSinks.Grace"/>.</summary>
    private static readonly TimeSpan s_renewal = TimeSpan.FromSeconds(5);

    /// <summary>How often it is looked for what other processes have left.</summary>
    private static readonly TimeSpan s_interval = TimeSpan.FromSeconds(1);

    /// <summary>How long each attempt waits after the one before (Standard Webhooks, "Delivery attempts and retries").</summary>
    private static readonly TimeSpan[] s_schedule =
        [TimeSpan.Zero, TimeSpan.FromSeconds(5), TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(10), TimeSpan.FromHours(1), TimeSpan.FromHours(6)];

    private static readonly TimeSpan s_longestWait = s_schedule[^1];

    private readonly Channel<(ConversationId Id, TakenCursor? Taken)> _queue =
        Channel.CreateBounded<(ConversationId, TakenCursor?)>(new BoundedChannelOptions(Waiting) { FullMode = BoundedChannelFullMode.Wait });

    /// <summary>Conversations that wait or are told of, and whether something came meanwhile.</summary>
    private readonly Dictionary<ConversationId, bool> _busy = [];

    private volatile string? _failure;

    private string Name => sink.Subscription.Name;

    /// <summary>There may be something to tell of a conversation.</summary>
    public void Enqueue(ConversationId id) => Enqueue(id, null);

    public Task RunAsync(CancellationToken cancellationToken) => Task.WhenAll(
        Enumerable.Range(0, AtATime).Select(_ => Task.Run(() => WorkAsync(cancellationToken), CancellationToken.None))
            .Append(Task.Run(() => TakeAsync(cancellationToken), CancellationToken.None)));

    private void Enqueue(ConversationId id, TakenCursor? taken)
    {
        lock (_busy)
        {
            if (!_busy.TryAdd(id, false))
                _busy[id] = true;
            else if (!_queue.Writer.TryWrite((id, taken)))
                _busy.Remove(id);
        }
    }

    /// <summary>True where something came meanwhile, so that it is to be looked at once more.</summary>
    private bool HasMore(ConversationId id)
    {
        lock (_busy)
        {
            if (_busy[id])
            {
                _busy[id] = false;
                return true;
            }

            _busy.Remove(id);
            return false;
        }
    }

    private async Task TakeAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(s_interval, time);
        try
        {
            do
            {
                try
                {
                    await TakeDueAsync(cancellationToken);
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

    private async ValueTask TakeDueAsync(CancellationToken cancellationToken)
    {
        IReadOnlyList<OutboxCursor> due;
        do
        {
            due = await outbox.TakeDueAsync(Name, Batch, cancellationToken);
            var at = time.GetUtcNow();
            foreach (var cursor in due)
                Enqueue(cursor.Id, new TakenCursor(cursor, at));
        }
        while (due.Count == Batch);
    }

    private async Task WorkAsync(CancellationToken cancellationToken)
    {
        try
        {
            await foreach (var (id, taken) in _queue.Reader.ReadAllAsync(cancellationToken))
            {
                // One that has waited too long is another's by now, who may have moved it.
                var cursor = taken is not null && time.GetUtcNow() - taken.At < OutboxSinks.Grace ? taken : null;
                do
                {
                    await TryAsync(id, cursor, cancellationToken);
                    cursor = null;
                }
                while (HasMore(id));
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The server stops. What was not told yet, the next process finds.
        }
    }

    private async Task TryAsync(ConversationId id, TakenCursor? taken, CancellationToken cancellationToken)
    {
        try
        {
            taken ??= await FindAsync(id, cancellationToken);
            while (taken is not null)
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

    private async ValueTask<TakenCursor?> FindAsync(ConversationId id, CancellationToken cancellationToken)
    {
        var at = time.GetUtcNow();
        return await outbox.FindAsync(Name, id, cancellationToken) is { } cursor ? new TakenCursor(cursor, at) : null;
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
                    if (told > cursor.Told && time.GetUtcNow() - taken.At >= s_renewal)
                    {
                        if (await AdvanceAsync(cursor, told, cancellationToken) is not { } renewed)
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

        var wait = cursor.Attempt < s_schedule.Length ? s_schedule[cursor.Attempt] : s_longestWait;
        if (retryAfter > wait)
            wait = retryAfter < s_longestWait ? retryAfter.Value : s_longestWait;
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

    /// <summary>A cursor, and since when this process has it to itself.</summary>
    private sealed record TakenCursor(OutboxCursor Cursor, DateTimeOffset At);
}
