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
        new Part<Approval>(
            "approvals", c => c.Approvals, (c, value) => c with { Approvals = value }, ConversationJson.Default.IReadOnlyListApproval),
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

    private sealed class Part<T> : SnapshotPart
    {
        private readonly Func<Conversation, IReadOnlyList<T>> _get;
        private readonly Func<Conversation, IReadOnlyList<T>, Conversation> _set;
        private readonly JsonTypeInfo<IReadOnlyList<T>> _json;

        [System.Diagnostics.CodeAnalysis.SetsRequiredMembers]
        public Part(
            string name, Func<Conversation, IReadOnlyList<T>> get, Func<Conversation, IReadOnlyList<T>, Conversation> set,
            JsonTypeInfo<IReadOnlyList<T>> json) => (Name, _get, _set, _json) = (name, get, set, json);

        // What an event does not touch stays the same object.
        public override bool IsUnchanged(Conversation? before, Conversation after) =>
            before is null ? IsEmpty(after) : ReferenceEquals(_get(before), _get(after)) || (IsEmpty(before) && IsEmpty(after));

        public override byte[]? Write(Conversation conversation) =>
            IsEmpty(conversation) ? null : Utf8Json.Write(_get(conversation), _json);

        public override Conversation Without(Conversation conversation) => IsEmpty(conversation) ? conversation : _set(conversation, []);

        public override Conversation With(Conversation conversation, ReadOnlySpan<byte> part) => _set(conversation, JsonSerializer.Deserialize(part, _json)!);

        public override bool IsEmpty(Conversation conversation) => _get(conversation).Count == 0;
    }
}
