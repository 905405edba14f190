using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;
using SupportStateMcp.Conversations;
using SupportStateMcp.Identity;
using SupportStateMcp.Knowledge;
using SupportStateMcp.Mcp.Filters;
using SupportStateMcp.Primitives;
using SupportStateMcp.Tickets;
using SupportStateMcp.Views;

namespace SupportStateMcp.Mcp.Tools;

/// <summary>The tools of the knowledge base.</summary>
[McpServerToolType]
[Toolset(Toolsets.Knowledge)]
public sealed class KnowledgeTools(KnowledgeSearch search, TicketResearch research, ArticleService articles, ConnectionCaller callers)
{
    [McpServerTool(Name = "query_knowledge_base", Title = "Search the knowledge base", ReadOnly = false, Destructive = false,
        Idempotent = true, OpenWorld = false, UseStructuredContent = true, OutputSchemaType = typeof(KnowledgeAnswersView))]
    [Description("Finds published articles for one question or several at once, the best first, each with the section that fits best. Ask in words, as the customer says it, and again in the terms of the product; get_article returns what an excerpt leaves out.")]
    [Requires]
    [OpenedByStep]
    public async Task<CallToolResult> QueryKnowledgeBase(
        RequestContext<CallToolRequestParams> call,
        [Description("One question, in words."), StringLength(KnowledgeLimits.Query, MinimumLength = 1)] string? query = null,
        [Description("Several questions, up to 8."), ItemCount(1, KnowledgeLimits.Queries), ItemLength(1, KnowledgeLimits.Query)] string[]? queries = null,
        [Description("How many articles for each."), Range(1, KnowledgeLimits.Results)] int k = KnowledgeLimits.DefaultResults,
        [Description("Only articles with all of these tags."), ItemCount(0, KnowledgeLimits.Tags), ItemLength(1, KnowledgeLimits.Tag)] string[]? tags = null,
        [Description("The step_token of next_step, where you work on a step: the queries are recorded with it."), StringLength(StepToken.MaxTokenLength, MinimumLength = 1)] string? step_token = null,
        [Description("The conversation of that step, to make sure."), RegularExpression(ConversationId.Pattern)] string? conversation_id = null,
        CancellationToken cancellationToken = default)
    {
        // Both mean all of them.
        string[] asked = [.. query is null ? [] : (string[])[query], .. (queries ?? []).Where(q => q != query)];
        if (asked.Length == 0)
            return ToolReply.Of(Error.InvalidArgument("query", "it is required, unless queries has some: ask in words"));
        if (step_token is null)
            return ToolReply.Of(await search.QueryAsync(asked, k, tags ?? [], cancellationToken), KnowledgeAnswersView.Of);
        if (!StepToken.Parse(step_token).TryGet(out var token, out var unread))
            return ToolReply.Of(unread);
        if (conversation_id is not null && conversation_id != token.Id.Value)
            return ToolReply.Of(Error.InvalidArgument("conversation_id", $"it is that of the step, {token.Id.Value}; leave it out, or take the step of the other conversation"));
        return ToolReply.Of(await research.QueryAsync(callers.Of(call), token, asked, k, tags ?? [], cancellationToken), KnowledgeAnswersView.Of);
    }

    [McpServerTool(Name = "get_article", Title = "Read an article", ReadOnly = true, Destructive = false,
        Idempotent = true, OpenWorld = false, UseStructuredContent = true, OutputSchemaType = typeof(ArticleView))]
    [Description("Reads an article of the knowledge base, or one section of it.")]
    [Requires]
    public async Task<CallToolResult> GetArticle(
        [Description("As query_knowledge_base names it."), StringLength(KnowledgeLimits.ArticleId, MinimumLength = 1)] string article_id,
        [Description("The heading of one section."), StringLength(KnowledgeLimits.Section, MinimumLength = 1)] string? section = null,
        CancellationToken cancellationToken = default) => ToolReply.Of(
            await articles.ReadAsync(article_id, section, cancellationToken), read => ArticleView.Quoted(read.Article, read.Section));

    [McpServerTool(Name = "save_article", Title = "Write an article", ReadOnly = false, Destructive = false,
        Idempotent = true, OpenWorld = false, UseStructuredContent = true, OutputSchemaType = typeof(SavedArticleView))]
    [Description("Writes an article of the knowledge base, whole. An AI saves drafts, which no search finds; a supervisor publishes and archives.")]
    [Requires(typeof(SaveArticle))]
    public async Task<CallToolResult> SaveArticle(
        RequestContext<CallToolRequestParams> call,
        [Description("Its id; that of an article replaces it."), StringLength(KnowledgeLimits.ArticleId, MinimumLength = 1)] string article_id,
        [Description("What it is about, in a line."), StringLength(KnowledgeLimits.Title, MinimumLength = 1)] string title,
        [Description("Markdown; each section under a heading, steps as a numbered list under ## Solution."), StringLength(KnowledgeLimits.Content, MinimumLength = 1)] string content,
        [Description("Words to filter by."), ItemCount(0, KnowledgeLimits.Tags), ItemLength(1, KnowledgeLimits.Tag)] string[]? tags = null,
        [Description("Whether searches find it."), AllowedValues("draft", "published", "archived")] string status = "draft",
        [Description("Refuse if the version is different; 0 where there must be none."), Range(0, Limits.Number)] long? expected_version = null,
        CancellationToken cancellationToken = default)
    {
        var caller = callers.Of(call);
        var result = await articles.SaveAsync(new SaveArticle
        {
            Actor = caller.Actor,
            Roles = caller.Roles,
            Article = new ArticleInput
            {
                ArticleId = article_id,
                Title = title,
                Content = content,
                Tags = tags ?? [],
                Status = SnakeCaseEnum.Parse<ArticleStatus>(status)!.Value,
            },
            ExpectedVersion = expected_version,
        }, cancellationToken);
        return ToolReply.Of(result, SavedArticleView.Of);
    }
}
