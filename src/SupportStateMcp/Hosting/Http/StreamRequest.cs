using Microsoft.AspNetCore.Http;
using ModelContextProtocol.Protocol;

namespace SupportStateMcp.Hosting.Http;

/// <summary>Which requests stay open to tell of changes: <c>subscriptions/listen</c>, and the stream of a session.</summary>
internal static class StreamRequest
{
    /// <summary>True for a request that stays open; behind <see cref="MessageGuard"/>, and only where somebody answers at its address.</summary>
    public static bool IsOne(HttpContext context) => context.GetEndpoint() is not null
        && (HttpMethods.IsGet(context.Request.Method) || context.Features.Get<JsonRpcMessage>() is JsonRpcRequest { Method: RequestMethods.SubscriptionsListen });
}
