using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using SupportStateMcp.Conversations;
using SupportStateMcp.Primitives;

namespace SupportStateMcp.Storage;

/// <summary>
/// A larger piece of a snapshot that is stored beside it, under a name: a change of anything else does not write it again.
/// A conversation in which it is empty has no such part.
/// </summary>
internal abstract class SnapshotPart
{
    /// <summary>All parts. A name stays: what is stored is found by it.</summary>
    public static IReadOnlyList<SnapshotPart> All { get; } =
    [
        new Part<IReadOnlyList<Approval>>(
            "approvals", c => c.Approvals.Count == 0 ? null : c.Approvals, (c, value) => c with { Approvals = value ?? [] }, ConversationJson.Default.IReadOnlyListApproval),
        new Part<Run>("run", c => c.Run, (c, value) => c with { Run = value }, ConversationJson.Default.Run),
        new Part<Analysis>("analysis", c => c.Analysis, (c, value) => c with { Analysis = value }, ConversationJson.Default.Analysis),
        new Part<ConversationSummary>("summary", c => c.Summary, (c, value) => c with { Summary = value }, ConversationJson.Default.ConversationSummary),
        new Part<IReadOnlyList<ConversationTask>>(
            "tasks", c => c.Tasks.Count == 0 ? null : c.Tasks, (c, value) => c with { Tasks = value ?? [] }, ConversationJson.Default.IReadOnlyListConversationTask),
        new Part<IReadOnlyList<Checkpoint>>(
            "checkpoints", c => c.Checkpoints.Count == 0 ? null : c.Checkpoints, (c, value) => c with { Checkpoints = value ?? [] }, ConversationJson.Default.IReadOnlyListCheckpoint),
    ];

    public required string Name { get; init; }

    /// <summary>True where the part that is stored needs no change.</summary>
    public abstract bool IsUnchanged(Conversation? before, Conversation after);

    /// <summary>The part of a snapshot as JSON; null where it is empty.</summary>
    public abstract byte[]? Write(Conversation conversation);

    /// <summary>The snapshot without the part.</summary>
    public abstract Conversation Without(Conversation conversation);

    /// <summary>The snapshot with a part that <see cref="Write"/> made.</summary>
    public abstract Conversation With(Conversation conversation, ReadOnlySpan<byte> part);

    public abstract bool IsEmpty(Conversation conversation);

    /// <typeparam name="T">What the part holds; null stands for an empty one.</typeparam>
    private sealed class Part<T> : SnapshotPart
        where T : class
    {
        private readonly Func<Conversation, T?> _get;
        private readonly Func<Conversation, T?, Conversation> _set;
        private readonly JsonTypeInfo<T> _json;

        [System.Diagnostics.CodeAnalysis.SetsRequiredMembers]
        public Part(string name, Func<Conversation, T?> get, Func<Conversation, T?, Conversation> set, JsonTypeInfo<T> json) =>
            (Name, _get, _set, _json) = (name, get, set, json);

        // What an event does not touch stays the same object.
        public override bool IsUnchanged(Conversation? before, Conversation after) => ReferenceEquals(before is null ? null : _get(before), _get(after));

        public override byte[]? Write(Conversation conversation) => _get(conversation) is { } value ? Utf8Json.Write(value, _json) : null;

        public override Conversation Without(Conversation conversation) => IsEmpty(conversation) ? conversation : _set(conversation, null);

        public override Conversation With(Conversation conversation, ReadOnlySpan<byte> part) => _set(conversation, JsonSerializer.Deserialize(part, _json)!);

        public override bool IsEmpty(Conversation conversation) => _get(conversation) is null;
    }
}
