using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;
using SupportStateMcp.Context;
using SupportStateMcp.Conversations;
using SupportStateMcp.Identity;
using SupportStateMcp.Mcp.Filters;
using SupportStateMcp.Primitives;
using SupportStateMcp.Views;
using SupportStateMcp.Workflow;

namespace SupportStateMcp.Mcp.Tools;

/// <summary>What an answer needs, from all tiers in one call; and the summaries that stand for older messages.</summary>
[McpServerToolType]
[Toolset(Toolsets.Context)]
public sealed class ContextTools(
    ContextService contexts, ConversationCommandHandler commands, ITokenCounter counter, WorkflowDefinition workflow, ConnectionCaller callers)
{
    [McpServerTool(Name = "get_context", Title = "Read what an answer needs", ReadOnly = true, Destructive = false,
        Idempotent = true, OpenWorld = false, UseStructuredContent = true, OutputSchemaType = typeof(ContextView))]
    [Description("Returns what an answer to the customer needs, in one call and at most max_tokens: the newest messages, the summary of older ones, the customer's profile and memories, articles, earlier conversations, open tasks, session. Call it when you take a conversation up. What had no room is counted in dropped. With summary_due, call save_summary.")]
    [Requires]
    public async Task<CallToolResult> GetContext(
        RequestContext<CallToolRequestParams> call,
        [Description(Describe.ConversationId), RegularExpression(ConversationId.Pattern)] string conversation_id,
        [Description("What memories and articles are looked for. Default: what the customer wrote last."), StringLength(ContextLimits.Query, MinimumLength = 1)] string? query = null,
        [Description("How many memories, articles and earlier conversations."), Range(1, ContextLimits.Found)] int k = ContextLimits.DefaultFound,
        [Description("How much the answer may cost."), Range(ContextLimits.LeastTokens, ContextLimits.MostTokens)] int max_tokens = ContextLimits.DefaultTokens,
        [Description("Only these parts."), ItemCount(1, 8), AllowedItems("messages", "summary", "profile", "memories", "articles", "earlier_conversations", "tasks", "session")] string[]? include = null,
        CancellationToken cancellationToken = default)
    {
        var request = new ContextRequest
        {
            Id = ConversationId.TryParse(conversation_id)!.Value,
            Query = query,
            Found = k,
            Tokens = max_tokens,
            Include = [.. (include ?? []).Select(p => SnakeCaseEnum.Parse<ContextPart>(p)!.Value)],
        };
        return ToolReply.Of(await contexts.GatherAsync(request, callers.Of(call), cancellationToken), m => ContextFitting.Fit(m, counter, max_tokens, workflow));
    }

    [McpServerTool(Name = "save_summary", Title = "Save a summary of messages", ReadOnly = false, Destructive = false,
        Idempotent = true, OpenWorld = false, UseStructuredContent = true, OutputSchemaType = typeof(SaveSummaryView))]
    [Description("Keeps a summary of all messages up to through_number, which get_context then returns in their place. It replaces the summary before and has to cover more; no message is deleted. Say in it what the customer wants, what was tried, promised and decided.")]
    [Requires(typeof(ConversationCommand.SaveSummary))]
    public async Task<CallToolResult> SaveSummary(
        RequestContext<CallToolRequestParams> call,
        [Description(Describe.ConversationId), RegularExpression(ConversationId.Pattern)] string conversation_id,
        [Description("The last message that it covers, such as the to of summary_due."), Range(1, Limits.Number)] long through_number,
        [Description("The summary, with what the one before says."), StringLength(Limits.Summary, MinimumLength = 1)] string summary,
        [Description(Describe.ExpectedVersion), Range(0, Limits.Number)] long? expected_version = null,
        [Description(Describe.IdempotencyKey), StringLength(Limits.Key, MinimumLength = 1)] string? idempotency_key = null,
        CancellationToken cancellationToken = default)
    {
        var caller = callers.Of(call);
        var command = new ConversationCommand.SaveSummary
        {
            Id = ConversationId.TryParse(conversation_id)!.Value,
            Actor = caller.Actor,
            Roles = caller.Roles,
            Through = through_number,
            Summary = summary,
            ExpectedVersion = expected_version,
            IdempotencyKey = idempotency_key,
        };
        return ToolReply.Of(await commands.ExecuteAsync(command, cancellationToken), o => new SaveSummaryView(command, o, workflow));
    }
}
