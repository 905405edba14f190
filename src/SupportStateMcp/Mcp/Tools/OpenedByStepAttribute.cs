namespace SupportStateMcp.Mcp.Tools;

/// <summary>
/// States that a tool, besides its own set, is in the set <see cref="Toolsets.Tickets"/>: there it takes the
/// <c>step_token</c> of a step that opens it, so that a worker looks at what its ticket needs and at nothing else.
/// </summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class OpenedByStepAttribute : Attribute;
