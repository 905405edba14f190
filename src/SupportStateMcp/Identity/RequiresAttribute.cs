namespace SupportStateMcp.Identity;

/// <summary>
/// States a <see cref="Identity.Requirement"/>: on a command, or on a tool. A tool that carries out a command names it
/// instead of repeating what it requires.
/// </summary>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Method)]
public sealed class RequiresAttribute : Attribute
{
    private readonly Type? _command;
    private ActorKind? _kind;

    /// <summary>A requirement of its own.</summary>
    public RequiresAttribute() { }

    /// <summary>The requirement of a command.</summary>
    public RequiresAttribute(Type command) => _command = command;

    /// <summary>The command whose requirement this is; null where it is its own.</summary>
    public Type? Command => _command;

    /// <summary>One of these roles. Default: any role.</summary>
    public Roles Roles { get; set; } = RoleNames.Any;

    /// <summary>This kind of actor. Default: any kind.</summary>
    public ActorKind Kind
    {
        get => _kind ?? throw new InvalidOperationException("Any kind of actor is accepted.");
        set => _kind = value;
    }

    /// <summary>What is required.</summary>
    /// <exception cref="InvalidOperationException">The command that is named states no requirement.</exception>
    public Requirement Requirement => _command is null
        ? new Requirement(Roles, _kind)
        : Requirement.Of(_command) ?? throw new InvalidOperationException($"{_command.Name} does not state what it requires.");
}
