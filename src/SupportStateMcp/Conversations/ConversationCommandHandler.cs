using SupportStateMcp.Identity;
using SupportStateMcp.Primitives;

namespace SupportStateMcp.Conversations;

/// <summary>How stubbornly a write is tried.</summary>
/// <param name="RetryAttempts">How often a write that met another decides again before it takes the lock; 0 to 100.</param>
/// <param name="LockTimeout">How long it waits for its turn: among the writes of this process, and then for the lock, both together.</param>
public sealed record ConcurrencyOptions(int RetryAttempts, TimeSpan LockTimeout)
{
    public static ConcurrencyOptions Default { get; } = new(3, TimeSpan.FromSeconds(5));
}

/// <summary>
/// The one way to change a conversation: load, decide, evolve, commit. Optimistic first, so that a process that dies holds nobody up;
/// under contention the writes of a conversation queue, first within this process, then by the conversation's lock.
/// </summary>
public sealed class ConversationCommandHandler(
    IConversationStore store,
    IConversationLocks locks,
    ConversationDecider decider,
    ConcurrencyOptions concurrency,
    TimeProvider time,
    Random random,
    ICommitObserver? observer = null,
    IConversationArchive? archive = null,
    RateLimits? limits = null)
{
    private readonly KeyedQueue _queue = new();

    /// <summary>Carries out a command.</summary>
    public async ValueTask<Result<Outcome>> ExecuteAsync(ConversationCommand command, CancellationToken cancellationToken)
    {
        if ((Error.Unauthorized(command.GetType(), command.Actor, command.Roles) ?? command.Violation()) is { } refusal)
            return refusal;

        using var span = CommandTelemetry.Begin(command);
        try
        {
            var started = time.GetTimestamp();
            // Turns are given in order of arrival, so that neighbours in this process do not fight.
            if (await _queue.TryEnterAsync(command.Id.Value, concurrency.LockTimeout, cancellationToken) is not { } turn)
            {
                span.Refused(ErrorCodes.LockTimeout);
                return Error.LockTimeout(time.GetElapsedTime(started));
            }

            using var entered = turn;
            var result = await WriteAsync(command, started, cancellationToken);
            if (command is ConversationCommand.Erase erase && archive is not null)
                result = await EraseArchivedAsync(erase, archive, result, cancellationToken);
            if (result.Error is { } refused)
                span.Refused(refused.Code);
            return result;
        }
        catch (StoreException e)
        {
            var error = e.ToError();
            span.Refused(error.Code);
            return error;
        }
    }

    private async ValueTask<Result<Outcome>> WriteAsync(ConversationCommand command, long started, CancellationToken cancellationToken)
    {
        var write = new Write(command);
        var current = store.Remembered(command.Id) is { } remembered
            ? await TryAsync(write, new Loaded(remembered, null, null), isFresh: false, cancellationToken)
            : await TryAsync(write, await store.LoadAsync(command.Id, write.Key, cancellationToken), isFresh: true, cancellationToken);

        for (var attempt = 0; current.Conflict is { } conflict; attempt++)
        {
            if (attempt == concurrency.RetryAttempts)
                return await QueueAsync(write, conflict, started, cancellationToken);
            if (attempt > 0)
                await Task.Delay(Jitter(attempt), time, cancellationToken);
            current = await TryAsync(write, conflict, isFresh: true, cancellationToken);
        }

        return current.Result;
    }

    /// <summary>An erasure takes along what the archive keeps under the same id; where nothing else was there, that is its outcome.</summary>
    private async ValueTask<Result<Outcome>> EraseArchivedAsync(
        ConversationCommand.Erase command, IConversationArchive kept, Result<Outcome> result, CancellationToken cancellationToken)
    {
        while (result.Error is null or Errors.NotFound && await kept.FindAsync(command.Id, cancellationToken) is { Conversation: var before })
        {
            if (before.Forks.Except(command.ErasedForks).ToList() is { Count: > 0 } left)
                return Error.ForksLeft(left);
            var erased = new ConversationEvent.Erased
            {
                Version = before.Version + 1, At = time.GetUtcNow(), Actor = command.Actor, Reason = command.Reason, Messages = before.MessageCount,
            };
            var after = Conversation.Apply(before, erased);
            var record = IdempotencyRecord.Of(after);
            var commit = new Commit { Id = command.Id, Before = before, After = after, Events = [erased], IdempotencyRecord = record, Now = erased.At, IsOfArchive = true };
            if (observer is not null)
                await observer.BeforeAsync(commit, cancellationToken);
            await kept.EraseAsync(command.Id, cancellationToken);
            observer?.After(commit);
            if (result.Error is not null)
                result = new Outcome(record, after, null, Changed: true, Replayed: false) { ErasedMessages = before.MessageCount };
        }

        return result;
    }

    /// <summary>The last resort of a busy conversation: wait for its lock, and try under it until the time is up, which counts from when the command came.</summary>
    private async ValueTask<Result<Outcome>> QueueAsync(Write write, Loaded current, long started, CancellationToken cancellationToken)
    {
        var asked = time.GetTimestamp();
        var left = concurrency.LockTimeout - time.GetElapsedTime(started, asked);
        await using var held = await locks.TryAcquireAsync(write.Command.Id, left > TimeSpan.Zero ? left : TimeSpan.Zero, cancellationToken);
        Telemetry.LockWait.Record(time.GetElapsedTime(asked).TotalSeconds, new KeyValuePair<string, object?>("outcome", held is null ? "timed_out" : "acquired"));
        if (held is null)
            return Error.LockTimeout(time.GetElapsedTime(started));

        do
        {
            // A caller who is still without the lock has at most a few tries left, then waits behind it: the holder gets through.
            var attempt = await TryAsync(write, current, isFresh: true, cancellationToken);
            if (attempt.Conflict is not { } conflict)
                return attempt.Result;
            current = conflict;
        }
        while (time.GetElapsedTime(started) < concurrency.LockTimeout);

        return Error.LockTimeout(time.GetElapsedTime(started));
    }

    private async ValueTask<(Result<Outcome> Result, Loaded? Conflict)> TryAsync(
        Write write, Loaded current, bool isFresh, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        // Time in a trail never runs backwards, even where the clock of another instance is ahead; nor does it stand still, so that events of the same time
        // are of one command.
        if (current.Conversation is { } before && before.UpdatedAt > now)
            now = before.UpdatedAt.AddTicks(1);
        if (current.IdempotencyRecord is { } kept)
            return (Replay(write, kept, current, now), null);

        switch (decider.Decide(current.Conversation, write.Command, now))
        {
            // What this process remembers may be stale, and has no keys: ask again before refusing, and before a repeat is counted.
            case var decided when !isFresh && (decided is Decision.Refused or Decision.Unchanged || (write.Key is not null && limits?.CountsWritesOf(write.Command.Actor) is true)):
                var fresh = await store.LoadAsync(write.Command.Id, write.Key, cancellationToken);
                return await TryAsync(write, fresh, isFresh: true, cancellationToken);

            case Decision.Refused refused:
                return (refused.Error, null);

            case Decision.Unchanged unchanged:
                var standing = current.Conversation!.AsOf(now);
                var found = IdempotencyRecord.Of(standing, write.ArgumentsDigest, unchanged.ApprovalId) with { Unchanged = true };
                if (write.Key is null)
                    return (new Outcome(found, standing, current.ExpiresAt, Changed: false, Replayed: false), null);
                // To keep it is a write like any other.
                if (await LimitAsync(write, standing.UserId, opens: false, cancellationToken) is { } oneTooMany)
                    return (oneTooMany, null);
                // Kept like any other outcome: a repeat gets it, whatever has become of the conversation until then.
                return await CommitAsync(write, current, new Decision.Accepted([], [], current.Conversation!), found, now, cancellationToken);

            case Decision.Accepted accepted:
                if (await LimitAsync(write, accepted.After.UserId, opens: current.Conversation is not { ErasedAt: null }, cancellationToken) is { } tooMany)
                    return (tooMany, null);
                var approval = accepted.Events.OfType<ConversationEvent.ApprovalEvent>().LastOrDefault(e => e is not ConversationEvent.ApprovalExpired);
                return await CommitAsync(
                    write, current, accepted, IdempotencyRecord.Of(accepted.After, write.ArgumentsDigest, approval?.ApprovalId) with
                    {
                        TaskId = accepted.Events.OfType<ConversationEvent.TaskCreated>().FirstOrDefault()?.TaskId,
                        Fork = accepted.Events.OfType<ConversationEvent.ForkAnnounced>().FirstOrDefault()?.Fork,
                        RolledBackTo = accepted.Events.OfType<ConversationEvent.RolledBack>().FirstOrDefault()?.To,
                    },
                    now, cancellationToken);

            case var decision:
                throw new InvalidOperationException($"No rule says what to do with {decision.GetType().Name}.");
        }
    }

    /// <summary>Counts the write once, however often it is tried; the refusal where it is one too many.</summary>
    private async ValueTask<Error?> LimitAsync(Write write, string customer, bool opens, CancellationToken cancellationToken)
    {
        if (limits is null || write.IsCounted)
            return null;
        write.IsCounted = true;
        return await limits.WriteAsync(write.Command.Actor, customer, opens, cancellationToken);
    }

    private async ValueTask<(Result<Outcome> Result, Loaded? Conflict)> CommitAsync(
        Write write, Loaded current, Decision.Accepted accepted, IdempotencyRecord record, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var commit = new Commit
        {
            Id = write.Command.Id,
            Before = current.Conversation,
            After = accepted.After,
            Events = accepted.Events,
            Messages = accepted.Messages,
            Key = write.Key,
            IdempotencyRecord = record,
            Now = now,
        };
        if (observer is not null)
            await observer.BeforeAsync(commit, cancellationToken);
        CommitResult result;
        using (Telemetry.Traces.StartActivity("commit"))
            result = await store.CommitAsync(commit, cancellationToken);
        if (result is CommitResult.Committed)
        {
            observer?.After(commit);
            CommandTelemetry.Committed(write.Command, commit);
        }
        else
        {
            Telemetry.Conflicts.Add(1);
        }

        return result switch
        {
            CommitResult.Conflict conflict => (default, conflict.Current),
            CommitResult.Committed committed => (new Outcome(record, accepted.After.AsOf(now), committed.ExpiresAt, !record.Unchanged, Replayed: false)
            {
                ErasedMessages = accepted.After.ErasedAt is null ? 0 : current.Conversation!.MessageCount,
                ContentRemoved = committed.ContentRemoved,
            }, null),
            _ => throw new InvalidOperationException($"No rule says what to do with {result.GetType().Name}."),
        };
    }

    private static Result<Outcome> Replay(Write write, IdempotencyRecord kept, Loaded current, DateTimeOffset now) =>
        kept.ArgumentsDigest == write.ArgumentsDigest
            ? new Outcome(kept, current.Conversation!.AsOf(now), current.ExpiresAt, Changed: false, Replayed: true)
            : write.Command.OtherArguments();

    /// <summary>Full jitter on a doubling base: 1, 2, 4, 8 … at most 64 ms.</summary>
    private TimeSpan Jitter(int attempt) => TimeSpan.FromMilliseconds(random.NextDouble() * (1 << Math.Min(attempt, 6)));

    /// <summary>A command on its way, with what its key binds it to.</summary>
    private sealed record Write(ConversationCommand Command)
    {
        public string? Key { get; } = Command.StoredKey;

        /// <summary>Whether it has counted as a change of its caller and its customer.</summary>
        public bool IsCounted { get; set; }

        public string? ArgumentsDigest { get; } = Command.IdempotencyKey is null ? null : Digest.OfArguments(Command);
    }
}
