using System.Globalization;
using System.Text.Json;
using SupportStateMcp.Workflow;

namespace SupportStateMcp.Conversations;

public sealed partial class ConversationDecider
{
    private static readonly JsonElement s_removed = JsonElement.Parse("null");

    private static Decision Set(Conversation current, ConversationCommand.SetCheckpoint c, EventRecorder recorder)
    {
        if (current.FindCheckpoint(c.Name) is { } taken)
        {
            return taken.Version == current.Version ? new Decision.Unchanged() : Refuse(Error.InvalidArgument(
                "name", string.Create(CultureInfo.InvariantCulture, $"there is the checkpoint {c.Name} already, which names version {taken.Version}: choose another name")));
        }

        recorder.Add(new ConversationEvent.CheckpointSet { Version = recorder.Next, At = recorder.Now, Actor = c.Actor, Name = c.Name });
        return recorder.Accepted;
    }

    private Decision Rollback(Conversation current, ConversationCommand.Rollback c, EventRecorder recorder)
    {
        // What is finished for the customer stays finished.
        if (current.ClosedAt is not null)
            return Refuse(Error.TerminalState(current));
        if (!current.Owner.Is(c.Actor) && !IsSupervisor(c))
            return Refuse(Error.NotOwner(current));
        if (c.NoTarget is { } missing)
            return Refuse(missing);
        var target = c.Target ?? throw new InvalidOperationException("A rollback has a version to go back to.");
        if (target.Life != current.Life)
            return Refuse(Error.NotFound(c.Id));

        var from = current.Version;
        var moves = !c.KeepState && target.State != current.State;
        if (moves && !LeadsBack(current, target, c, recorder))
            return Refuse(Error.NoWayBack(current.State, target.State, workflow.AllowedFrom(current.State)));
        if (FactsViolation("metadata", target.Metadata) is { } violation)
            return Refuse(violation);

        if (moves)
        {
            recorder.Add(new ConversationEvent.Transitioned
            {
                Version = recorder.Next,
                At = recorder.Now,
                Actor = c.Actor,
                Reason = string.Create(CultureInfo.InvariantCulture, $"rolled back to version {target.Version}"),
                From = current.State,
                To = target.State,
            });
        }

        var rolledBack = new ConversationEvent.RolledBack
        {
            Version = recorder.Next,
            At = recorder.Now,
            Actor = c.Actor,
            Reason = c.Reason,
            From = from,
            To = target.Version,
            Metadata = Changes(current.Metadata, target.Metadata),
            Priority = target.Priority == current.Priority ? null : target.Priority,
            Tasks = IsSame(current.Tasks, target.Tasks) ? null : target.Tasks,
            Summary = target.Summary == current.Summary ? null : target.Summary,
            DropsSummary = target.Summary is null && current.Summary is not null,
        };
        if (!moves && rolledBack is { Metadata: null, Priority: null, Tasks: null, Summary: null, DropsSummary: false })
            return new Decision.Unchanged();
        recorder.Add(rolledBack);
        return recorder.Accepted;
    }

    /// <summary>
    /// True where the workflow leads from the state of a conversation to one that it was in. No rollback closes, escalates or hands back: that is
    /// more than a state, and a customer or a colleague has seen it.
    /// </summary>
    private bool LeadsBack(Conversation current, Conversation target, ConversationCommand by, EventRecorder recorder) =>
        !workflow.IsClosed(target.State)
        && workflow.EscalationState != target.State && workflow.EscalationState != current.State
        && workflow.Ask(current.State, target.State, ContextOf(current, by, recorder.Now)) is { IsPermitted: true };

    /// <summary>What makes one set of facts the other, as <see cref="Conversation.Merge"/> takes it; null where nothing does.</summary>
    private static Dictionary<string, JsonElement>? Changes(IReadOnlyDictionary<string, JsonElement> from, IReadOnlyDictionary<string, JsonElement> to)
    {
        var changes = to.Where(f => !from.TryGetValue(f.Key, out var before) || before.GetRawText() != f.Value.GetRawText())
            .Concat(from.Where(f => !to.ContainsKey(f.Key)).Select(f => KeyValuePair.Create(f.Key, s_removed)))
            .ToDictionary(f => f.Key, f => f.Value, StringComparer.Ordinal);
        return changes.Count == 0 ? null : changes;
    }

    /// <summary>A task that last changed in the same version is the same.</summary>
    private static bool IsSame(IReadOnlyList<ConversationTask> a, IReadOnlyList<ConversationTask> b) =>
        a.Select(t => (t.TaskId, t.ChangedIn)).SequenceEqual(b.Select(t => (t.TaskId, t.ChangedIn)));
}
