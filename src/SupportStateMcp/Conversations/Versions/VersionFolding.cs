namespace SupportStateMcp.Conversations;

public sealed partial record Conversation
{
    /// <summary>Versions that have names, oldest first.</summary>
    public IReadOnlyList<Checkpoint> Checkpoints { get; init; } = [];

    /// <summary>The checkpoint of this name, or null.</summary>
    public Checkpoint? FindCheckpoint(string name) => Checkpoints.FirstOrDefault(c => c.Name == name);

    private static Conversation After(Conversation before, ConversationEvent.CheckpointSet e) => before with
    {
        Checkpoints = [.. before.Checkpoints.Skip(before.Checkpoints.Count - Checkpoint.Most + 1), new Checkpoint(e.Name, e.Version, e.Actor, e.At)],
        UpdatedAt = e.At,
        Version = e.Version,
    };

    private static Conversation After(Conversation before, ConversationEvent.RolledBack e) => before with
    {
        Metadata = Merge(before.Metadata, e.Metadata),
        Priority = e.Priority ?? before.Priority,
        Tasks = e.Tasks ?? before.Tasks,
        Summary = e.DropsSummary ? null : e.Summary ?? before.Summary,
        UpdatedAt = e.At,
        Version = e.Version,
    };
}
