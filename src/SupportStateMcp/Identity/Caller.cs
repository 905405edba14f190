using SupportStateMcp.Primitives;

namespace SupportStateMcp.Identity;

/// <summary>Who makes a call, and what they are trusted with; both belong to the connection.</summary>
/// <param name="Actor">Who acts.</param>
/// <param name="Roles">What was given to them.</param>
public sealed record Caller(Actor Actor, Roles Roles)
{
    /// <summary>Whether there is a person at the other end, and not a program.</summary>
    public bool IsPerson => Actor.Kind == ActorKind.Human;

    /// <summary>Whether they have this role, or one of these. A supervisor has also what agents and approvers have.</summary>
    public bool Has(Roles role) =>
        ((Roles.HasFlag(Roles.Supervisor) ? Roles | Roles.Agent | Roles.Approver : Roles) & role) != Roles.None;
}
