namespace SupportStateMcp.Context;

/// <summary>Counts what a text costs a model, in tokens of o200k_base: exactly, or never too few.</summary>
public interface ITokenCounter
{
    /// <summary>False where a text may take fewer tokens than is said.</summary>
    bool IsExact { get; }

    /// <summary>How many tokens a text takes at most.</summary>
    int Count(string text);
}
