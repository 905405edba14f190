using SupportStateMcp.Tickets;

namespace SupportStateMcp.Views;

/// <summary>What <c>GET /health/data</c> answers.</summary>
public sealed record DataHealthView
{
    /// <summary><c>healthy</c>, or <c>incomplete</c> where something is missing.</summary>
    public required string Status { get; init; }

    public required long Customers { get; init; }

    public required long Systems { get; init; }

    public required long Articles { get; init; }

    /// <summary>What there is none of.</summary>
    public required IReadOnlyList<string> Missing { get; init; }

    public static DataHealthView Of(RecordCounts c) => new()
    {
        Status = c.Missing.Count == 0 ? "healthy" : "incomplete", Customers = c.Customers, Systems = c.Systems, Articles = c.Articles, Missing = c.Missing,
    };
}
