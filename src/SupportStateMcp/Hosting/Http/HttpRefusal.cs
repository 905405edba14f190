using Microsoft.AspNetCore.Http;
using ModelContextProtocol;
using SupportStateMcp.Rest;

namespace SupportStateMcp.Hosting.Http;

/// <summary>
/// Refuses a request in the place of the endpoint that it was for: a status, and the sentence that says why, as a JSON-RPC
/// error or, where REST answers, as a problem.
/// </summary>
internal static class HttpRefusal
{
    public static Task WriteAsync(HttpContext context, int status, string sentence) => RestRoutes.Contains(context.Request.Path)
        ? ProblemReply.Of(status, sentence).ExecuteAsync(context)
        : WriteAsync(context, status, new JsonRpcRefusal(McpErrorCode.InvalidRequest, sentence));

    public static async Task WriteAsync(HttpContext context, int status, JsonRpcRefusal refusal)
    {
        var json = refusal.ToDocument();
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = json.Length;
        await context.Response.Body.WriteAsync(json, context.RequestAborted);
    }
}
