using System.Reflection;

namespace SupportStateMcp.Mcp.Tools;

/// <summary>States which set the tools, resources or prompts of a class belong to. Each class of them states one.</summary>
/// <param name="set">One set.</param>
[AttributeUsage(AttributeTargets.Class)]
public sealed class ToolsetAttribute(Toolsets set) : Attribute
{
    public Toolsets Set { get; } = set;

    /// <summary>The set that a class states.</summary>
    /// <exception cref="InvalidOperationException">It states none, so that nobody could say who has it.</exception>
    public static Toolsets Of(Type type) =>
        type.GetCustomAttribute<ToolsetAttribute>() is { Set: not Toolsets.None and var set }
            ? set
            : throw new InvalidOperationException($"{type.Name} does not say which set it belongs to: give it a [Toolset].");
}
