using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using SupportStateMcp.Conversations;
using SupportStateMcp.Knowledge;
using SupportStateMcp.Mcp.Tools;
using SupportStateMcp.Rest;
using SupportStateMcp.Views;
using SupportStateMcp.WebConsole;

namespace SupportStateMcp.Hosting.Http;

/// <summary>What the console has to know of its server.</summary>
/// <param name="AsksForToken">Whether people sign in with a token.</param>
/// <param name="Demo">Whether everybody who opens it is one person.</param>
/// <param name="SignInAt">Where people sign in at a provider; null where they do not.</param>
internal sealed record ConsoleOptions(bool AsksForToken, bool Demo, string? SignInAt = null);

/// <summary>
/// What the console asks for beside the tools: who one is, and four reads that no tool gives. They change nothing and are bounded. What the
/// console does it does by tools, and by <c>POST /support/approve</c> where it sends a solution back to the expert.
/// </summary>
internal static class ConsoleRoutes
{
    /// <summary>How many articles are listed.</summary>
    private const int Articles = 100;

    public static IServiceCollection AddConsole(this IServiceCollection services, ConsoleOptions options) =>
        services.AddSingleton(options).AddSingleton<DeskNumbers>().AddSingleton<TicketListing>().AddSingleton<ArticleListing>();

    public static void Map(IEndpointRouteBuilder app, bool asksForTokens)
    {
        var session = app.MapGroup(ConsoleSession.Path).ExcludeFromDescription().WithMetadata(ConsoleSession.Marked);
        session.MapGet("", ConsoleSession.ShowAsync);
        session.MapPost("", ConsoleSession.SignInAsync);
        session.MapDelete("", ConsoleSession.SignOutAsync);

        var api = app.MapGroup(ConsolePages.Path + "/api").ExcludeFromDescription().WithMetadata(RestLimits.Counted);
        if (asksForTokens)
            api.RequireAuthorization();
        Get(api, "/numbers", Toolsets.Conversations, async (context, ended) =>
            RestReply.Of(await context.RequestServices.GetRequiredService<DeskNumbers>().GetAsync(ended), n => RestReply.Of(n)));
        Get(api, "/tickets", Toolsets.Tickets, async (context, ended) =>
            RestReply.Of(await context.RequestServices.GetRequiredService<TicketListing>().GetAsync(ended), listed => RestReply.Of(listed)));
        Get(api, "/drafts", Toolsets.Knowledge, async (context, ended) => RestReply.Of(
            await context.RequestServices.GetRequiredService<ArticleListing>().ListAsync(ArticleStatus.Draft, Articles, ended), listed => RestReply.Of(ArticleListView.Of(listed))));
        Get(api, "/article", Toolsets.Knowledge, ArticleAsync);
    }

    /// <summary>Adds a read for those who have a toolset.</summary>
    private static void Get(RouteGroupBuilder api, string path, Toolsets set, Func<HttpContext, CancellationToken, Task<IResult>> read) =>
        api.MapGet(path, async context =>
        {
            var toolsets = context.RequestServices.GetRequiredService<ConnectionToolsets>();
            var answer = toolsets.AvailableTo(context.User).HasFlag(set)
                ? await read(context, context.RequestAborted)
                : ProblemReply.Of(toolsets.Refusal(path[1..], set, context.User));
            await answer.ExecuteAsync(context);
        });

    /// <summary>An article as it was written: <c>get_article</c> quotes it for a model, and what is quoted cannot be saved.</summary>
    private static async Task<IResult> ArticleAsync(HttpContext context, CancellationToken cancellationToken)
    {
        if (context.Request.Query["id"] is not [{ Length: > 0 and <= KnowledgeLimits.ArticleId } id])
            return ProblemReply.Of(Error.InvalidArgument("id", $"it is the id of an article, 1 to {KnowledgeLimits.ArticleId} characters"));
        var read = await context.RequestServices.GetRequiredService<ArticleService>().ReadAsync(id, null, cancellationToken);
        return RestReply.Of(read, found => RestReply.Of(ArticleView.Whole(found.Article, null), version: found.Article.Version));
    }
}
