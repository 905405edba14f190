using Microsoft.AspNetCore.Http;
using ModelContextProtocol;

namespace SupportStateMcp.Hosting.Http;

/// <summary>Refuses a request in the place of the MCP endpoint: a status, and a JSON-RPC error that says why.</summary>
internal static class HttpRefusal
{
    public static Task WriteAsync(HttpContext context, int status, string sentence) =>
        WriteAsync(context, status, new JsonRpcRefusal(McpErrorCode.InvalidRequest, sentence));

    public static async Task WriteAsync(HttpContext context, int status, JsonRpcRefusal refusal)
    {
        var json = refusal.ToDocument();
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = json.Length;
        await context.Response.Body.WriteAsync(json, context.RequestAborted);
    }
}
