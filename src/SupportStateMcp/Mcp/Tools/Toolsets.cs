using SupportStateMcp.Primitives;

namespace SupportStateMcp.Mcp.Tools;

/// <summary>Tools that belong together, with their resources and prompts: what a connection has is given by the set.</summary>
[Flags]
public enum Toolsets
{
    None = 0,

    /// <summary>Conversations: workflow, messages, turns, handoffs, approvals, audit trail.</summary>
    Conversations = 1,

    /// <summary>Tickets, worked from triage to the customer's letter.</summary>
    Tickets = 2,

    /// <summary>The knowledge base.</summary>
    Knowledge = 4,

    /// <summary>Customers and their systems.</summary>
    Crm = 8,

    /// <summary>What is remembered of customers.</summary>
    Memory = 16,

    /// <summary>What agents have taken on in conversations: goals, plans, steps.</summary>
    Tasks = 32,

    /// <summary>Versions of conversations: checkpoints, and the way back to one.</summary>
    Versions = 64,

    /// <summary>What an answer needs, from all tiers in one call; summaries.</summary>
    Context = 128,
}

/// <summary>Toolsets by their names in configuration and addresses: <c>conversations</c>, <c>tickets</c>, <c>knowledge</c>, <c>crm</c>, <c>memory</c>, <c>tasks</c>, <c>versions</c>, <c>context</c>.</summary>
public static class ToolsetNames
{
    /// <summary>Every set there is.</summary>
    public const Toolsets Every =
        Toolsets.Conversations | Toolsets.Tickets | Toolsets.Knowledge | Toolsets.Crm | Toolsets.Memory | Toolsets.Tasks | Toolsets.Versions | Toolsets.Context;

    /// <summary>What a host sees that asks for nothing else: as much as a model can have before it on every turn.</summary>
    public const Toolsets Default = Toolsets.Conversations | Toolsets.Tickets | Toolsets.Knowledge;

    /// <summary>The names of all sets, as a sentence lists them.</summary>
    public static string All { get; } = string.Join(", ", Of(Every));

    /// <summary>The names of these sets, always in the same order.</summary>
    public static IReadOnlyList<string> Of(Toolsets sets) => [.. Each(sets).Select(SnakeCaseEnum.Of)];

    /// <summary>These sets one by one, always in the same order.</summary>
    public static IEnumerable<Toolsets> Each(Toolsets sets) => Enum.GetValues<Toolsets>().Where(s => s != Toolsets.None && sets.HasFlag(s));

    /// <summary>The sets of these names, in any case, and those names that name no set.</summary>
    public static (Toolsets Sets, IReadOnlyList<string> Unknown) Parse(IEnumerable<string> names)
    {
        var sets = Toolsets.None;
        var unknown = new List<string>();
        foreach (var name in names)
        {
            if (TryParse(name) is { } set)
                sets |= set;
            else
                unknown.Add(name);
        }

        return (sets, unknown);
    }

    /// <summary>The one set of this name, in any case; null where there is none.</summary>
    public static Toolsets? TryParse(string? name) =>
        SnakeCaseEnum.Parse<Toolsets>(name?.ToLowerInvariant()) is { } set and not Toolsets.None ? set : null;
}
