using System.Text.Json.Nodes;

namespace SupportStateMcp.Conversations;

public abstract partial record Error
{
    /// <param name="id">The copy.</param>
    /// <param name="of">What it is a copy of.</param>
    public static Error WhatIfCopy(string id, string of) => new Errors.WhatIfCopy(id, of);

    public static Error TooManyForks(int limit) => new Errors.TooManyForks(limit);

    /// <summary>The conversation has what-if copies that are not erased yet.</summary>
    public static Error ForksLeft(IReadOnlyList<string> forks) => new Errors.ForksLeft(forks);
}

/// <content>What is refused about what-if copies.</content>
public static partial class Errors
{
    /// <param name="Id">The copy.</param>
    /// <param name="Of">What it is a copy of.</param>
    public sealed record WhatIfCopy(string Id, string Of) : Error(ErrorCodes.WhatIfCopy)
    {
        public override JsonObject Facts => new() { ["conversation_id"] = Id, ["fork_of"] = Of };
    }

    public sealed record TooManyForks(int Limit) : Error(ErrorCodes.LimitReached)
    {
        public override JsonObject Facts => new() { ["limit"] = Limit };
    }

    /// <param name="Forks">Their ids.</param>
    public sealed record ForksLeft(IReadOnlyList<string> Forks) : Error(ErrorCodes.WhatIfCopy)
    {
        public override JsonObject Facts => new() { ["forks"] = Texts(Forks) };
    }
}
