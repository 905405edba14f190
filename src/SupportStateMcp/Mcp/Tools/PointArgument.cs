using SupportStateMcp.Conversations;
using SupportStateMcp.Primitives;

namespace SupportStateMcp.Mcp.Tools;

/// <summary>Arguments that name a point in the trail of a conversation, one of three.</summary>
internal static class PointArgument
{
    /// <summary>The point that is meant.</summary>
    public static Result<VersionPoint> Read(long? version, string? time, string? checkpoint)
    {
        if (new object?[] { version, time, checkpoint }.Count(a => a is not null) > 1)
            return Error.InvalidArgument(version is null ? "checkpoint" : "at_version", "it goes alone: send one of at_version, at_time and checkpoint");
        var at = time is null ? null : InstantText.TryParse(time);
        return time is not null && at is null
            ? Error.InvalidArgument("at_time", "it must be a time with its zone, for example 2026-11-25T09:00:00Z", SentValue.Quoted(time))
            : new VersionPoint(version, at, checkpoint);
    }
}
