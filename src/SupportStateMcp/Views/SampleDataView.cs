using SupportStateMcp.Tickets;

namespace SupportStateMcp.Views;

/// <summary>What <c>sample-data load</c> answers.</summary>
public sealed record SampleDataView
{
    public required int Customers { get; init; }

    public required int Systems { get; init; }

    public required int Articles { get; init; }

    /// <summary>How many of all these were not there, or were another way.</summary>
    public required int Changed { get; init; }

    public static SampleDataView Of(LoadedSampleData loaded) =>
        new() { Customers = loaded.Customers, Systems = loaded.Systems, Articles = loaded.Articles, Changed = loaded.Changed };
}
