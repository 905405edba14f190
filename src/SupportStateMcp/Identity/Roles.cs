using System.Text.Json.Serialization;
using SupportStateMcp.Primitives;

namespace SupportStateMcp.Identity;

/// <summary>What a connection is trusted with. A role is given by configuration, never by an argument of a call.</summary>
[Flags]
[JsonConverter(typeof(SnakeCaseEnumConverter<Roles>))]
public enum Roles
{
    None = 0,

    /// <summary>Works on conversations: opens, changes and erases them.</summary>
    Agent = 1,

    /// <summary>May be asked to approve; it decides nothing unless it is a person too.</summary>
    Approver = 2,

    /// <summary>Has what agents and approvers have, and looks after both.</summary>
    Supervisor = 4,

    /// <summary>Reads everything and changes nothing.</summary>
    Auditor = 8,
}

/// <summary>Roles by their names in configuration: <c>agent</c>, <c>approver</c>, <c>supervisor</c>, <c>auditor</c>.</summary>
public static class RoleNames
{
    /// <summary>Any role at all.</summary>
    public const Roles Any = Roles.Agent | Roles.Approver | Roles.Supervisor | Roles.Auditor;

    /// <summary>The names of all roles, as a sentence lists them.</summary>
    public static string All { get; } = string.Join(", ", Of(Any));

    /// <summary>The names of these roles, always in the same order.</summary>
    public static IReadOnlyList<string> Of(Roles roles) =>
        [.. Enum.GetValues<Roles>().Where(r => r != Roles.None && roles.HasFlag(r)).Select(SnakeCaseEnum.Of)];

    /// <summary>The roles of these names, in any case, and those names that name no role.</summary>
    public static (Roles Roles, IReadOnlyList<string> Unknown) Parse(IEnumerable<string> names)
    {
        var roles = Roles.None;
        var unknown = new List<string>();
        foreach (var name in names)
        {
            if (SnakeCaseEnum.Parse<Roles>(name.ToLowerInvariant()) is { } role and not Roles.None)
                roles |= role;
            else
                unknown.Add(name);
        }

        return (roles, unknown);
    }

    /// <summary>Reads <c>approver,agent</c>; null where it names no role, or anything that is none.</summary>
    public static Roles? TryParse(string list)
    {
        var (roles, unknown) = Parse(list.Split(',', StringSplitOptions.TrimEntries));
        return unknown.Count == 0 ? roles : null;
    }

    /// <summary>
    /// The roles of an actor that was given none. An AI is an approver only in that the person before its host may be
    /// asked: it never decides itself.
    /// </summary>
    public static Roles DefaultFor(ActorKind kind) => kind switch
    {
        ActorKind.Ai or ActorKind.Human => Roles.Agent | Roles.Approver,
        ActorKind.System => Roles.Agent,
        _ => Roles.None,
    };
}
