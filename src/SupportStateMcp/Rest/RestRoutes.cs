using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace SupportStateMcp.Rest;

/// <summary>
/// The routes of REST, and the one place where they are added. A route is thin, as a tool is: a body to a command, an outcome
/// to a view. Those below <c>/support</c> and <c>/events</c> ask for a token where the server has any.
/// </summary>
internal static class RestRoutes
{
    public const string OpenApiPath = "/openapi/v1.json";

    private const string SupportPath = "/support";

    private static readonly PathString[] s_paths = [SupportPath, EventRoutes.Path, "/health", "/openapi", "/console"];

    /// <summary>Adds all routes.</summary>
    /// <param name="app">The application.</param>
    /// <param name="asksForTokens">Whether the server has tokens.</param>
    public static void MapRest(this IEndpointRouteBuilder app, bool asksForTokens)
    {
        HealthRoutes.Map(app);
        DataRoutes.Map(app);
        TicketRoutes.Map(Support(app, asksForTokens));
        EventRoutes.Map(Guarded(app, EventRoutes.Path, "events", asksForTokens));
        app.MapOpenApi(OpenApiPath);
    }

    /// <summary>The group of the routes that work on tickets. What is mapped on it is guarded, whoever maps it.</summary>
    internal static RouteGroupBuilder Support(IEndpointRouteBuilder app, bool asksForTokens) =>
        Guarded(app, SupportPath, "tickets", asksForTokens).RequireToolset(RestToolsets.Tickets, SupportPath);

    private static RouteGroupBuilder Guarded(IEndpointRouteBuilder app, string path, string tag, bool asksForTokens)
    {
        var group = app.MapGroup(path).WithTags(tag).WithMetadata(RestLimits.Counted, ProblemView.Answers(403), ProblemView.Answers(500), ProblemView.Answers(503));
        if (asksForTokens)
            group.RequireAuthorization().WithMetadata(ProblemView.Answers(401));
        return group;
    }

    /// <summary>Whether REST answers at a path, so that what is refused there is a problem and no JSON-RPC error.</summary>
    public static bool Contains(PathString path) => s_paths.Any(p => path.StartsWithSegments(p));

    /// <summary>Describes a route for the OpenAPI document: what it does, what it answers, and how it refuses.</summary>
    /// <typeparam name="T">The view of its answer.</typeparam>
    /// <param name="route">The route.</param>
    /// <param name="summary">What it does, in a sentence.</param>
    /// <param name="problems">The statuses of its refusals, beside those that every route has.</param>
    public static RouteHandlerBuilder Describe<T>(this RouteHandlerBuilder route, string summary, params int[] problems)
    {
        route.WithSummary(summary).Produces<T>();
        foreach (var status in problems)
            route.WithMetadata(ProblemView.Answers(status));
        return route;
    }
}
