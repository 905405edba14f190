namespace SupportStateMcp.Memory;

/// <summary>What is remembered by itself, and what is forgotten by itself.</summary>
public sealed record MemoryOptions
{
    /// <summary>How old a memory gets. Default two years; null: as old as it may.</summary>
    public TimeSpan? MaxAge { get; init; } = TimeSpan.FromDays(730);

    /// <summary>How long a memory stays that nobody recalls. Default one year; null: as long as it may.</summary>
    public TimeSpan? MaxIdle { get; init; } = TimeSpan.FromDays(365);

    /// <summary>How many memories a customer has; with more, those go first that nobody has recalled for longest. Default 500, 1 to 10,000.</summary>
    public int MostPerCustomer { get; init; } = 500;

    /// <summary>How many solutions the desk has. Default 10,000, 1 to 100,000.</summary>
    public int MostSolutions { get; init; } = 10_000;

    /// <summary>Whether the server remembers what happened in a conversation when that is closed. Default true.</summary>
    public bool Episodes { get; init; } = true;

    /// <summary>Whether it then writes a draft of an article, where no article covers the problem. Default true.</summary>
    public bool Drafts { get; init; } = true;
}
