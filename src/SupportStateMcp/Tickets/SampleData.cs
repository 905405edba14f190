using SupportStateMcp.Conversations;
using SupportStateMcp.Customers;
using SupportStateMcp.Identity;
using SupportStateMcp.Knowledge;

namespace SupportStateMcp.Tickets;

/// <summary>Asks for the sample data.</summary>
[Requires(Roles = Roles.Supervisor)]
public sealed record LoadSampleData(Actor Actor, Roles Roles);

/// <summary>What is there after the sample data was loaded.</summary>
/// <param name="Customers">How many sample customers.</param>
/// <param name="Systems">How many systems of theirs.</param>
/// <param name="Articles">How many sample articles.</param>
/// <param name="Changed">How many of all these were not there, or were another way.</param>
public sealed record LoadedSampleData(int Customers, int Systems, int Articles, int Changed);

/// <summary>How many records there are.</summary>
public sealed record RecordCounts(long Customers, long Systems, long Articles)
{
    /// <summary>What there is none of.</summary>
    public IReadOnlyList<string> Missing { get; } =
        [.. new (string Name, long Count)[] { ("customers", Customers), ("systems", Systems), ("articles", Articles) }.Where(r => r.Count == 0).Select(r => r.Name)];
}

/// <summary>Loads what it takes to try the pipeline: customers, systems, articles.</summary>
public sealed class SampleData(CustomerService customers, ArticleService articles)
{
    /// <summary>How many customers, systems and articles there are.</summary>
    public async ValueTask<Result<RecordCounts>> CountAsync(CancellationToken cancellationToken)
    {
        var people = await customers.CountAsync(cancellationToken);
        if (!people.TryGet(out var counted, out var error))
            return error;
        var texts = await articles.CountAsync(cancellationToken);
        return texts.TryGet(out var written, out error) ? new RecordCounts(counted.Customers, counted.Systems, written) : error;
    }

    /// <summary>Loads it. Where the store fails in between, the same call again loads the rest.</summary>
    public async ValueTask<Result<LoadedSampleData>> LoadAsync(LoadSampleData command, CancellationToken cancellationToken)
    {
        var people = await customers.ImportAsync(
            new ImportCustomers { Actor = command.Actor, Roles = command.Roles, Customers = CustomerSampleData.Customers, Systems = CustomerSampleData.Systems }, null, cancellationToken);
        if (!people.TryGet(out var imported, out var error))
            return error;
        var texts = await articles.ImportAsync(
            new ImportArticles { Actor = command.Actor, Roles = command.Roles, Articles = KnowledgeSampleData.Articles }, null, cancellationToken);
        return texts.TryGet(out var written, out error)
            ? new LoadedSampleData(CustomerSampleData.Customers.Count, CustomerSampleData.Systems.Count, KnowledgeSampleData.Articles.Count, imported.Written + written.Written)
            : error;
    }
}
