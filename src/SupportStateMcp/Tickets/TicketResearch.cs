using SupportStateMcp.Conversations;
using SupportStateMcp.Identity;
using SupportStateMcp.Knowledge;

namespace SupportStateMcp.Tickets;

/// <summary>Queries to the knowledge base on behalf of a step: they are recorded with what they returned, so that the analysis can rest on them.</summary>
public sealed class TicketResearch(KnowledgeSearch search, StepService steps, TimeProvider time)
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
        var asked = await AskAsync(token, queries, limit, tags, cancellationToken);
        if (!asked.TryGet(out var answers, out var error))
            return error;
        var recorded = await RecordAsync(caller, token, answers, cancellationToken);
        return recorded.TryGet(out _, out error) ? answers : error;
    }

    /// <summary>
    /// Asks for a worker of this server, and records. Where the customer has had too many writes, it waits until one more is taken; where the lease
    /// runs out first, the step is lost.
    /// </summary>
    /// <param name="taken">The step.</param>
    /// <param name="queries">The queries.</param>
    /// <param name="limit">How many articles each returns at most.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async ValueTask<Result<KnowledgeAnswers>> QueryAsync(TakenStep taken, IReadOnlyList<string> queries, int limit, CancellationToken cancellationToken)
    {
        var asked = await AskAsync(taken.Token, queries, limit, [], cancellationToken);
        if (!asked.TryGet(out var answers, out var error))
            return error;
        while (true)
        {
            var recorded = await RecordAsync(taken.By, taken.Token, answers, cancellationToken);
            if (recorded.TryGet(out _, out error))
                return answers;
            if (error is not Errors.RateLimited limited)
                return error;
            await Task.Delay(TimeSpan.FromSeconds(limited.RetryAfter), time, cancellationToken);
        }
    }

    private async ValueTask<Result<KnowledgeAnswers>> AskAsync(
        StepToken token, IReadOnlyList<string> queries, int limit, IReadOnlyList<string> tags, CancellationToken cancellationToken)
    {
        var opened = await steps.OpenAsync(token, Tool, cancellationToken);
        return opened.TryGet(out _, out var error) ? await search.QueryAsync(queries, limit, tags, cancellationToken) : error;
    }

    private ValueTask<Result<Outcome>> RecordAsync(Caller caller, StepToken token, KnowledgeAnswers answers, CancellationToken cancellationToken) =>
        steps.RecordAsync(caller, token, [.. answers.Answers.Select(a => ResearchEntry.Of(a.Query, [.. a.Hits.Select(h => h.ArticleId)]))], cancellationToken);
}
