namespace SupportStateMcp.Context;

/// <summary>The bounds of a context.</summary>
public static class ContextLimits
{
    /// <summary>The smallest context that can be asked for, in tokens.</summary>
    public const int LeastTokens = 500;

    /// <summary>The largest, in tokens. No answer is longer than 60,000 characters, whatever it costs.</summary>
    public const int MostTokens = 20_000;

    /// <summary>The size of a context that nobody says the size of, in tokens.</summary>
    public const int DefaultTokens = 8_000;

    /// <summary>What is looked for, in characters.</summary>
    public const int Query = 4_000;

    /// <summary>What is looked for where the caller does not say: so much of what the customer wrote last, in characters.</summary>
    public const int ImpliedQuery = 1_000;

    /// <summary>The most memories, articles or earlier conversations of one context.</summary>
    public const int Found = 20;

    /// <summary>How many of each there are where nobody says.</summary>
    public const int DefaultFound = 5;

    /// <summary>What a turn begins with of the customer's profile and memories, in tokens.</summary>
    public const int BriefTokens = 300;

    /// <summary>How many memories a turn begins with at most.</summary>
    public const int BriefMemories = 3;
}
