using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using SupportStateMcp.Conversations;
using SupportStateMcp.Tickets;
using SupportStateMcp.Views;

namespace SupportStateMcp.Rest;

/// <summary><c>GET /health/data</c>, open without a token: whether there is what tickets are worked with. Counts only.</summary>
internal static class DataRoutes
{
    public static void Map(IEndpointRouteBuilder routes) => routes.MapGet("/health/data", DataAsync)
        .WithTags("health")
        .Describe<DataHealthView>("Tells whether there are customers, systems and articles to work tickets with.")
        .Produces<DataHealthView>(StatusCodes.Status503ServiceUnavailable);

    private static async Task<IResult> DataAsync(SampleData data, CancellationToken cancellationToken)
    {
        var counted = await data.CountAsync(cancellationToken);
        return RestReply.Of(counted, c => RestReply.Of(
            DataHealthView.Of(c), c.Missing.Count == 0 ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable));
    }
}
