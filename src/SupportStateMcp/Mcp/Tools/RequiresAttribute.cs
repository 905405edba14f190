using SupportStateMcp.Conversations;
using SupportStateMcp.Identity;

namespace SupportStateMcp.Mcp.Tools;

/// <summary>Who may call a tool. Every tool of the catalogue says so; without anything named, whoever has any role may.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class RequiresAttribute : Attribute
{
    private ActorKind? _kind;

    /// <summary>One of these roles. Default: any role at all.</summary>
    public Roles Roles { get; set; } = RoleNames.Any;

    /// <summary>This kind of actor. Default: any kind.</summary>
    public ActorKind Kind
    {
        get => _kind ?? throw new InvalidOperationException("Any kind will do.");
        set => _kind = value;
    }

    /// <summary>Why this caller may not, or null.</summary>
    public Error? Refuses(Caller caller) =>
        (_kind is null || caller.Actor.Kind == _kind) && caller.Has(Roles) ? null : Error.NotAuthorized(Needs());

    private List<string> Needs() => _kind is { } kind ? [Requirement.Kind(kind), Requirement.Role(Roles)] : [Requirement.Role(Roles)];
}
