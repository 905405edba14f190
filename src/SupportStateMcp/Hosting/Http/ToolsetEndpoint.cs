using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;
using SupportStateMcp.Mcp.Tools;

namespace SupportStateMcp.Hosting.Http;

/// <summary>The addresses of one toolset each, <c>/mcp/{set}</c>: a server of its own to who connects there.</summary>
internal static class ToolsetEndpoint
{
    private const string Name = "toolset";

    /// <summary>What follows the address of all sets, as a route.</summary>
    public const string Pattern = "/{" + Name + "}";

    /// <summary>The addresses, as a sentence lists them.</summary>
    public static string All { get; } = Addresses(ToolsetNames.Every);

    /// <summary>
    /// As a middleware behind all that reads and identifies a request: a set that nobody knows or that this server was started
    /// without is not found (404), one that the token does not have is forbidden (403; RFC 6750, section 3.1).
    /// </summary>
    public static Task ApplyAsync(HttpContext context, RequestDelegate next)
    {
        if (context.GetRouteValue(Name) is not string name)
            return next(context);
        if (ToolsetNames.TryParse(name) is not { } set)
            return RefuseAsync(context, StatusCodes.Status404NotFound, $"There is no such toolset. One alone is served at {All}; /mcp serves those that are configured.");

        var available = context.RequestServices.GetRequiredService<ConnectionToolsets>().AvailableTo(context.User);
        if (available.HasFlag(set))
        {
            context.User = ToolsetClaims.AtEndpoint(context.User, set);
            return next(context);
        }

        if (ToolsetClaims.GrantedTo(context.User) is null)
            return RefuseAsync(context, StatusCodes.Status404NotFound, $"This server was started without the toolset {name}; it serves {Addresses(available)}. --toolsets or tools.sets switches a set on.");
        context.Response.Headers.WWWAuthenticate = "Bearer error=\"insufficient_scope\", error_description=\"The token does not have this toolset\"";
        return RefuseAsync(context, StatusCodes.Status403Forbidden, $"The token does not have the toolset {name}; it may call {Addresses(available)}. The operator can give it more (toolsets in http.tokens).");
    }

    private static string Addresses(Toolsets sets) => string.Join(", ", ToolsetNames.Of(sets).Select(s => $"/mcp/{s}"));

    private static Task RefuseAsync(HttpContext context, int status, string sentence) => HttpRefusal.WriteAsync(
        context, status, new JsonRpcRefusal(McpErrorCode.InvalidRequest, sentence, (context.Features.Get<JsonRpcMessage>() as JsonRpcRequest)?.Id is { } id ? JsonRpcRefusal.IdOf(id) : null));
}
