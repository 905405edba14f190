using System.Globalization;
using SupportStateMcp.Workflow;

namespace SupportStateMcp.Conversations;

/// <summary>A point in the trail of a conversation: exactly one of the three.</summary>
/// <param name="Version">A version.</param>
/// <param name="Time">A time: the version that was the last one then, with what had run out by then. In whole seconds it means all of that second, since every face shows times so.</param>
/// <param name="Checkpoint">The name of a checkpoint.</param>
public sealed record VersionPoint(long? Version = null, DateTimeOffset? Time = null, string? Checkpoint = null)
{
    /// <summary>The last moment that <see cref="Time"/> means.</summary>
    public DateTimeOffset? Until => Time is { } at && at.UtcTicks % TimeSpan.TicksPerSecond == 0 ? at + TimeSpan.FromTicks(TimeSpan.TicksPerSecond - 1) : Time;
}

/// <summary>A conversation as it was.</summary>
/// <param name="Then">As it was then.</param>
/// <param name="Now">As it is.</param>
public sealed record ConversationThen(Conversation Then, Conversation Now);

/// <summary>What a rollback led to.</summary>
/// <param name="Outcome">What the write led to.</param>
/// <param name="To">The version that it went back to.</param>
public sealed record RolledBackTo(Outcome Outcome, long To);

/// <summary>
/// Looks back: folds the trail of a conversation up to a point, and rolls back to one. What was erased is not in the trail any more, and
/// what came before the conversation was opened belongs to an earlier one of the ticket: neither can be looked at.
/// </summary>
public sealed class ConversationVersions(ConversationQueries queries, ConversationCommandHandler commands, IConversationStore store, TimeProvider time)
{
    /// <summary>How often steps are counted again where somebody else changed the conversation meanwhile.</summary>
    private const int Attempts = 5;

    /// <summary>How many events are looked at at a time in search of changes to take back.</summary>
    private const int Window = 200;

    /// <summary>As many of them are looked at again with the next: what one command did may lie across two windows.</summary>
    private const int Overlap = 50;

    private readonly Keyframes _keyframes = new();

    /// <summary>A conversation as it was at a point.</summary>
    public ValueTask<Result<ConversationThen>> GetAsync(ConversationId id, VersionPoint point, CancellationToken cancellationToken) =>
        StoreException.GuardAsync<ConversationThen>(async () =>
        {
            var loaded = await LoadAsync(id, cancellationToken);
            if (!loaded.TryGet(out var found, out var error))
                return error;
            var now = found.Conversation!;
            var resolved = Resolve(now, point);
            if (!resolved.TryGet(out var through, out error))
                return error;
            var folded = await FoldAsync(id, now, through, point.Until, cancellationToken);
            return folded.TryGet(out var then, out error)
                ? new ConversationThen(point.Until is { } until ? then.AsOf(until) : then, now)
                : error;
        });

    /// <summary>A conversation as it was in a version or at a checkpoint; where none is named, as it is.</summary>
    /// <param name="id">The conversation.</param>
    /// <param name="to">The version, or the name of a checkpoint; null: now.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    internal async ValueTask<Result<ConversationThen>> GetAsync(ConversationId id, string? to, CancellationToken cancellationToken)
    {
        var loaded = await LoadAsync(id, cancellationToken);
        if (!loaded.TryGet(out var found, out var error))
            return error;
        var now = found.Conversation!;
        if (to is null)
            return new ConversationThen(now, now);
        if (!Resolve(now, PointOf(to), "to").TryGet(out var through, out error))
            return error;
        return (await FoldAsync(id, now, through, null, cancellationToken, "to")).TryGet(out var then, out error) ? new ConversationThen(then, now) : error;
    }

    /// <summary>Rolls a conversation back.</summary>
    public ValueTask<Result<RolledBackTo>> RollbackAsync(ConversationCommand.Rollback command, CancellationToken cancellationToken) =>
        StoreException.GuardAsync<RolledBackTo>(async () =>
        {
            for (var attempt = 1; ; attempt++)
            {
                var ready = await FindTargetAsync(command, cancellationToken);
                var result = await commands.ExecuteAsync(ready, cancellationToken);
                if (result.TryGet(out var outcome, out var error))
                    return new RolledBackTo(outcome, outcome.IdempotencyRecord.RolledBackTo ?? ready.Target?.Version ?? outcome.IdempotencyRecord.Version);
                // Who counts steps means those there are.
                if (error is not Errors.VersionConflict || command.ExpectedVersion is not null || attempt == Attempts)
                    return error;
            }
        });

    /// <summary>The command with the conversation as it was; where there is no such version, with the reason, so that a repeat under its key is told before.</summary>
    private async ValueTask<ConversationCommand.Rollback> FindTargetAsync(ConversationCommand.Rollback command, CancellationToken cancellationToken)
    {
        if (command.Violation() is not null || (await store.LoadAsync(command.Id, null, cancellationToken)).Conversation is not { ErasedAt: null } now)
            return command;
        var counted = command.Steps is not null;
        var resolved = counted ? await CountBackAsync(command.Id, now, command.Steps!.Value, cancellationToken) : Resolve(now, PointOf(command.To!), "to");
        if (!resolved.TryGet(out var through, out var error))
            return command with { NoTarget = error, CountedFrom = counted ? now.Version : null };
        var folded = await FoldAsync(command.Id, now, through, null, cancellationToken, counted ? "steps" : "to");
        return folded.TryGet(out var then, out error)
            ? command with { Target = then, CountedFrom = counted ? now.Version : null }
            : command with { NoTarget = error };
    }

    /// <summary>The version before so many changes that a rollback takes back. One that was rolled back already does not count again.</summary>
    private async ValueTask<Result<long>> CountBackAsync(ConversationId id, Conversation now, int steps, CancellationToken cancellationToken)
    {
        var (version, left) = (now.Version, steps);
        while (version > 0)
        {
            var after = Math.Max(0, version - Window);
            IReadOnlyList<ConversationEvent> events = await store.ReadEventsAsync(id, after, (int)(version - after), long.MaxValue, cancellationToken);
            if (events.Count != version - after || events[0].Version != after + 1)
                return Error.StoreDamaged(id, "trail");
            for (var i = events.Count - 1; i >= (after == 0 ? 0 : Overlap); i--)
            {
                switch (events[i])
                {
                    case ConversationEvent.Initialized or ConversationEvent.ForkOpened:
                        return Error.InvalidArgument("steps", string.Create(
                            CultureInfo.InvariantCulture, $"there {(steps - left == 1 ? "is 1 change" : $"are {steps - left} changes")} to take back, and not {steps}"));
                    case ConversationEvent.RolledBack e:
                        version = e.To;
                        i = -1;
                        continue;
                    case ConversationEvent.Transitioned or ConversationEvent.TaskEvent or ConversationEvent.SummarySaved
                        or ConversationEvent.MetadataUpdated { Metadata: not null } or ConversationEvent.MetadataUpdated { Priority: not null }
                        when !IsPartOfAnother(events, i) && --left == 0:
                        return events[i].Version - 1;
                }

                version = events[i].Version - 1;
            }
        }

        return Error.StoreDamaged(id, "trail");
    }

    /// <summary>True where an event follows from one before it in the same command: a task's start and first plan from its creation, its going on from an answer that came.</summary>
    private static bool IsPartOfAnother(IReadOnlyList<ConversationEvent> events, int i)
    {
        for (var before = i - 1; before >= 0 && events[before].At == events[i].At; before--)
        {
            var follows = (events[i], events[before]) switch
            {
                (ConversationEvent.TaskAdvanced { Trigger: TaskTrigger.NewTask } e, ConversationEvent.TaskCreated b) => e.TaskId == b.TaskId,
                (ConversationEvent.TaskPlanned e, ConversationEvent.TaskCreated b) => e.TaskId == b.TaskId && before == i - 2,
                (ConversationEvent.TaskAdvanced { Trigger: TaskTrigger.InputReceived }, var b) => ConversationDecider.Feedback(b) is not null,
                _ => false,
            };
            if (follows)
                return true;
        }

        return false;
    }

    private async ValueTask<Result<Loaded>> LoadAsync(ConversationId id, CancellationToken cancellationToken)
    {
        var loaded = await queries.GetAsync(id, cancellationToken);
        if (loaded.Error is { Code: ErrorCodes.NotFound })
            _keyframes.Forget(id);
        return loaded;
    }

    /// <summary>Folds the trail up to a version, or up to a time.</summary>
    private async ValueTask<Result<Conversation>> FoldAsync(
        ConversationId id, Conversation now, long through, DateTimeOffset? until, CancellationToken cancellationToken, string argument = "at_version")
    {
        var then = _keyframes.Find(now, through, until);
        for (var done = false; !done && (then?.Version ?? 0) < through;)
        {
            var after = then?.Version ?? 0;
            // Of a conversation that has expired the archive has the trail.
            var read = await queries.GetEventsAsync(id, after, (int)Math.Min(through - after, int.MaxValue), cancellationToken);
            if (!read.TryGet(out var page, out var error))
                return error;
            if (page.Events.Count == 0 || page.Events[0].Version != after + 1)
                return Error.StoreDamaged(id, "trail");
            foreach (var @event in page.Events)
            {
                done = @event.Version > through || @event.At > until;
                if (done)
                    break;
                if (@event.Version != (then?.Version ?? 0) + 1)
                    return Error.StoreDamaged(id, "trail");
                then = Conversation.Apply(then, @event);
                if (then.Version % Keyframes.Every == 0 && then.Life == now.Life)
                    _keyframes.Keep(then);
            }
        }

        // Erased while it was read.
        if (then is { ErasedAt: null, UserId: Conversation.ErasedMark } && then.Life == now.Life)
        {
            _keyframes.Forget(id);
            return Error.NotFound(id);
        }

        if (then?.Life == now.Life)
            return then;
        return until is null
            ? Error.InvalidArgument(argument, "it is a version of this conversation; what came before belongs to an earlier conversation of the ticket, which was erased")
            : Error.InvalidArgument("at_time", $"it is a time since the conversation was opened, {Errors.Text(now.CreatedAt)}");
    }

    private Result<long> Resolve(Conversation now, VersionPoint point, string argument = "at_version")
    {
        if (point.Checkpoint is { } name)
            return now.FindCheckpoint(name) is { } checkpoint ? checkpoint.Version : Error.NoSuchCheckpoint(name, [.. now.Checkpoints.Select(c => c.Name)]);
        if (point.Time is { } at)
            return at <= time.GetUtcNow() ? now.Version : Error.InvalidArgument("at_time", "it is not in the future");
        return point.Version is { } version && version >= 1 && version <= now.Version
            ? version
            : Error.InvalidArgument(argument, string.Create(CultureInfo.InvariantCulture, $"it is a version from 1 to {now.Version}"));
    }

    /// <summary>Digits are a version; anything else is a name.</summary>
    private static VersionPoint PointOf(string text) => text.All(char.IsAsciiDigit)
        ? new VersionPoint(Version: long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var version) ? version : 0)
        : new VersionPoint(Checkpoint: text);
}
