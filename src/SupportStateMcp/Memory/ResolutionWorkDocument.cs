using System.Text.Json.Serialization;
using SupportStateMcp.Primitives;

namespace SupportStateMcp.Memory;

/// <summary>What happened to a conversation that the memory has to follow.</summary>
[JsonConverter(typeof(SnakeCaseEnumConverter<FollowedChange>))]
internal enum FollowedChange
{
    /// <summary>It was closed: what happened is to be remembered.</summary>
    Closed,

    /// <summary>It was erased: what came from it is to be forgotten.</summary>
    Erased,
}

/// <summary>One conversation that the memory has to follow.</summary>
/// <param name="ConversationId">The conversation.</param>
/// <param name="Life">Which conversation of its ticket.</param>
/// <param name="Change">What happened to it.</param>
/// <param name="At">When that was decided.</param>
/// <param name="By">Who did it, as text.</param>
/// <param name="Version">The version of the conversation with the change, since a clock that was set back gives two changes one time; 0 in older notes.</param>
/// <param name="Again">True where it was done already, at that time, and is done once more: for what somebody remembered who had seen the conversation before.</param>
internal sealed record FollowedConversation(
    string ConversationId, string Life, FollowedChange Change, DateTimeOffset At, string By, long Version = 0, bool Again = false)
{
    /// <summary>
    /// True where it is the same work, decided by anybody at any time. Only a note that is equal in all may be taken away: of two the later one
    /// stands for a change that may have come after the work for the earlier one began.
    /// </summary>
    public bool IsSameAs(FollowedConversation other) => (ConversationId, Life, Change, Again) == (other.ConversationId, other.Life, other.Change, other.Again);
}

/// <summary>The conversations that the memory has to follow, as they are kept: in a fixed number of records, so that those done leave nothing behind.</summary>
internal sealed record ResolutionWorkDocument
{
    public const string RecordKind = "memory_work";

    /// <summary>How many records there are; part of what is stored.</summary>
    public const int Shards = 16;

    /// <summary>How many conversations one record holds; of more, the oldest that were closed are not followed, and those done already not once more. An erasure is never left out.</summary>
    public const int Most = 1_000;

    public IReadOnlyList<FollowedConversation> Conversations { get; init => field = value ?? []; } = [];

    /// <summary>What is to be followed with one more, in the place of an older note of the same work; the same list where it is in there already.</summary>
    public static IReadOnlyList<FollowedConversation> With(IReadOnlyList<FollowedConversation> before, FollowedConversation work)
    {
        if (before.Contains(work))
            return before;
        var others = before.Where(w => !w.IsSameAs(work)).ToList();
        var over = others.Count + 1 - Most;
        return [.. others.Where(w => w is { Change: FollowedChange.Erased, Again: false } || over-- <= 0), work];
    }
}
