namespace SupportStateMcp.Mcp.Extensions;

/// <summary>On a tool: hosts that show views show its answer in this one.</summary>
/// <param name="uri">The resource, whose URI begins with <c>ui://</c>.</param>
[AttributeUsage(AttributeTargets.Method)]
public sealed class ShownInAttribute(string uri) : Attribute
{
    /// <summary>The URI of the view.</summary>
    public string Uri { get; } = uri;
}
