using System.Text.Json.Nodes;

namespace SupportStateMcp.Conversations;

public abstract partial record Error
{
    /// <summary>The workflow does not lead back to the state of the version that was to be rolled back to.</summary>
    /// <param name="from">The state the conversation is in.</param>
    /// <param name="to">The state it was in then.</param>
    /// <param name="allowed">The states that may follow now.</param>
    public static Error NoWayBack(string from, string to, IReadOnlyList<string> allowed) => new Errors.NoWayBack(from, to, allowed);

    /// <param name="name">The name that was asked for.</param>
    /// <param name="names">Those there are.</param>
    public static Error NoSuchCheckpoint(string name, IReadOnlyList<string> names) => new Errors.NoSuchCheckpoint(name, names);
}

/// <content>What is refused about versions.</content>
public static partial class Errors
{
    /// <param name="From">The state the conversation is in.</param>
    /// <param name="To">The state it was in then.</param>
    /// <param name="Allowed">The states that may follow now.</param>
    public sealed record NoWayBack(string From, string To, IReadOnlyList<string> Allowed) : Error(ErrorCodes.InvalidTransition)
    {
        public override JsonObject Facts => new() { ["from"] = From, ["to"] = To, ["allowed"] = Texts(Allowed) };
    }

    /// <param name="Name">The name that was asked for.</param>
    /// <param name="Names">Those there are.</param>
    public sealed record NoSuchCheckpoint(string Name, IReadOnlyList<string> Names) : Error(ErrorCodes.NotFound)
    {
        public override JsonObject Facts => new() { ["checkpoint"] = Name, ["checkpoints"] = Texts(Names) };
    }
}
