namespace SupportStateMcp.Mcp.Tools;

/// <summary>The values the items of an array argument may have; becomes <c>items.enum</c> in the schema.</summary>
[AttributeUsage(AttributeTargets.Parameter)]
internal sealed class AllowedItemsAttribute(params string[] values) : Attribute
{
    public IReadOnlyList<string> Values { get; } = values;
}

/// <summary>
/// How many items an array argument may have; becomes <c>minItems</c> and <c>maxItems</c> in the schema. The attributes of
/// the base class library for this are not made for native programs.
/// </summary>
[AttributeUsage(AttributeTargets.Parameter)]
internal sealed class ItemCountAttribute(int least, int most) : Attribute
{
    public int Least { get; } = least;

    public int Most { get; } = most;
}

/// <summary>How long the items of an array argument may be; becomes <c>items.minLength</c> and <c>items.maxLength</c> in the schema.</summary>
[AttributeUsage(AttributeTargets.Parameter)]
internal sealed class ItemLengthAttribute(int least, int most) : Attribute
{
    public int Least { get; } = least;

    public int Most { get; } = most;
}
