using System.Security.Claims;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using SupportStateMcp.Conversations;

namespace SupportStateMcp.Rest;

/// <summary>Why a user does not have what belongs to a toolset; null where they have the set. Which sets there are is not known to REST.</summary>
/// <param name="name">What it is, for the refusal.</param>
/// <param name="set">The name of its set.</param>
/// <param name="user">The user of the request.</param>
internal delegate Error? ToolsetRefusal(string name, string set, ClaimsPrincipal user);

/// <summary>A caller of REST has the toolsets that they have over MCP, and no others.</summary>
internal static class RestToolsets
{
    public const string Conversations = "conversations";
    public const string Tickets = "tickets";

    /// <summary>Refuses these routes to who does not have a set.</summary>
    /// <param name="routes">The routes.</param>
    /// <param name="set">The set.</param>
    /// <param name="name">What they are, for the refusal.</param>
    public static TRoutes RequireToolset<TRoutes>(this TRoutes routes, string set, string name) where TRoutes : IEndpointConventionBuilder =>
        routes.AddEndpointFilter(async (call, next) => Refusal(call.HttpContext, set, name) is { } error ? ProblemReply.Of(error) : await next(call));

    /// <inheritdoc cref="ToolsetRefusal"/>
    public static Error? Refusal(HttpContext context, string set, string name) =>
        context.RequestServices.GetRequiredService<ToolsetRefusal>()(name, set, context.User);
}
