using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;
using SupportStateMcp.Conversations;
using SupportStateMcp.Workflow;

namespace SupportStateMcp.Mcp.Resources;

/// <summary>Completes conversation ids and state names while a person types them.</summary>
public sealed class ConversationCompletions(ConversationQueries queries, WorkflowDefinition workflow)
{
    /// <summary>The most values one answer may have (MCP, completion/complete).</summary>
    public const int MaxValues = 100;

    public async ValueTask<CompleteResult> CompleteAsync(RequestContext<CompleteRequestParams> request, CancellationToken cancellationToken)
    {
        var typed = request.Params.Argument.Value;
        IReadOnlyList<string> values = request.Params.Argument.Name switch
        {
            "conversation_id" => await ConversationsAsync(typed, cancellationToken),
            "state" or "new_state" => [.. workflow.States.Where(s => s.StartsWith(typed, StringComparison.OrdinalIgnoreCase))],
            _ => [],
        };
        return new CompleteResult
        {
            Completion = new Completion
            {
                Values = [.. values.Take(MaxValues)],
                Total = values.Count <= MaxValues ? values.Count : null,
                HasMore = values.Count > MaxValues,
            },
        };
    }

    /// <summary>The conversations that changed last, among those whose id begins as typed; with or without the prefix.</summary>
    private async ValueTask<IReadOnlyList<string>> ConversationsAsync(string typed, CancellationToken cancellationToken)
    {
        var result = await queries.ListAsync(new ConversationFilter(), null, Limits.Page, cancellationToken);
        return result.TryGet(out var page, out _)
            ? [.. page.Conversations.Select(c => c.ConversationId).Where(id =>
                id.StartsWith(typed, StringComparison.OrdinalIgnoreCase)
                || id.AsSpan(ConversationId.Prefix.Length).StartsWith(typed, StringComparison.OrdinalIgnoreCase))]
            : [];
    }
}
