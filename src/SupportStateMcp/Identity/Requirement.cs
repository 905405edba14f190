using System.Collections.Concurrent;
using System.Reflection;
using SupportStateMcp.Primitives;

namespace SupportStateMcp.Identity;

/// <summary>
/// What a command or a query requires of its caller. It stands on the command (<see cref="RequiresAttribute"/>): the command
/// handler enforces it, and every face reads it.
/// </summary>
/// <param name="Roles">One of these roles.</param>
/// <param name="ActorKind">This kind of actor; null for any.</param>
public sealed record Requirement(Roles Roles, ActorKind? ActorKind = null)
{
    private const string ActorPrefix = "actor:";

    private static readonly ConcurrentDictionary<Type, Requirement?> s_ofTypes = new();

    /// <summary>What is required, in the short form of <c>not_authorized {needs}</c>; stable API.</summary>
    public IReadOnlyList<string> Needs => ActorKind is { } kind ? [Kind(kind), Role(Roles)] : [Role(Roles)];

    /// <summary>What a type requires; null where it says nothing.</summary>
    public static Requirement? Of(Type type) =>
        s_ofTypes.GetOrAdd(type, static t => t.GetCustomAttribute<RequiresAttribute>()?.Requirement);

    /// <summary>For example <c>kind:human</c>.</summary>
    public static string Kind(ActorKind kind) => $"kind:{SnakeCaseEnum.Of(kind)}";

    /// <summary>For example <c>role:approver</c>; where one of several is enough, <c>role:agent|approver</c>.</summary>
    public static string Role(Roles roles) => $"role:{string.Join('|', RoleNames.Of(roles))}";

    /// <summary>One actor alone, for example <c>actor:ai:payments</c>.</summary>
    public static string OneActor(string actor) => ActorPrefix + actor;

    /// <summary>The actor of <see cref="OneActor"/>; null for any other need.</summary>
    public static string? ActorOf(string need) => need.StartsWith(ActorPrefix, StringComparison.Ordinal) ? need[ActorPrefix.Length..] : null;

    public bool IsMetBy(Caller caller) => (ActorKind is null || caller.Actor.Kind == ActorKind) && caller.Has(Roles);
}
