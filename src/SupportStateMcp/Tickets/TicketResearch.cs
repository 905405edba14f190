using SupportStateMcp.Conversations;
using SupportStateMcp.Identity;
using SupportStateMcp.Knowledge;

namespace SupportStateMcp.Tickets;

/// <summary>Queries to the knowledge base on behalf of a step: they are recorded with what they returned, so that the analysis can rest on them.</summary>
public sealed class TicketResearch(KnowledgeSearch search, StepService steps)
{
    /// <summary>The tool that these queries come through.</summary>
    public const string Tool = "query_knowledge_base";

    /// <summary>Asks, and records. Nothing is returned that is not recorded.</summary>
    /// <param name="caller">Who works.</param>
    /// <param name="token">The step.</param>
    /// <param name="queries">The queries.</param>
    /// <param name="limit">How many articles each returns at most.</param>
    /// <param name="tags">Only articles that have all of these tags.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async ValueTask<Result<KnowledgeAnswers>> QueryAsync(
        Caller caller, StepToken token, IReadOnlyList<string> queries, int limit, IReadOnlyList<string> tags, CancellationToken cancellationToken)
    {
        var opened = await steps.OpenAsync(token, Tool, cancellationToken);
        if (!opened.TryGet(out _, out var error))
            return error;
        var asked = await search.QueryAsync(queries, limit, tags, cancellationToken);
        if (!asked.TryGet(out var answers, out error))
            return error;
        var recorded = await steps.RecordAsync(
            caller, token, [.. answers.Answers.Select(a => ResearchEntry.Of(a.Query, [.. a.Hits.Select(h => h.ArticleId)]))], cancellationToken);
        return recorded.TryGet(out _, out error) ? answers : error;
    }
}
