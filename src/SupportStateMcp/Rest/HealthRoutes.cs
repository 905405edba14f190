using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using SupportStateMcp.Conversations;
using SupportStateMcp.Views;

namespace SupportStateMcp.Rest;

/// <summary>What is served, as <c>GET /health</c> tells it.</summary>
/// <param name="Store">The name of the store: <c>sqlite</c> or <c>redis</c>.</param>
/// <param name="Version">The version of this program.</param>
internal sealed record ServerDescription(string Store, string Version);

/// <summary><c>GET /health</c>, open without a token.</summary>
internal static class HealthRoutes
{
    public static void Map(IEndpointRouteBuilder routes) => routes.MapGet("/health", HealthAsync)
        .WithTags("health")
        .Describe<HealthView>("Tells whether the server can work: its store takes a write.")
        .Produces<HealthView>(StatusCodes.Status503ServiceUnavailable);

    private static async Task<IResult> HealthAsync(IConversationStore store, ServerDescription server, CancellationToken cancellationToken)
    {
        try
        {
            await store.CheckAsync(cancellationToken);
            return RestReply.Of(View("healthy"));
        }
        catch (StoreUnavailableException)
        {
            return RestReply.Of(View("unhealthy"), StatusCodes.Status503ServiceUnavailable);
        }

        HealthView View(string status) => new() { Status = status, Store = server.Store, Version = server.Version };
    }
}
