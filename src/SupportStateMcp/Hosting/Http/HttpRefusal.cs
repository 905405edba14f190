using System.Text.Json;
using Microsoft.AspNetCore.Http;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;

namespace SupportStateMcp.Hosting.Http;

/// <summary>Refuses a request before the MCP endpoint sees it: a status, and a JSON-RPC error that says why.</summary>
internal static class HttpRefusal
{
    public static async Task WriteAsync(HttpContext context, int status, string sentence)
    {
        var json = JsonSerializer.SerializeToUtf8Bytes(JsonRpcReader.Error(McpErrorCode.InvalidRequest, sentence), JsonRpcWriter.TypeInfo);
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = json.Length;
        await context.Response.Body.WriteAsync(json, context.RequestAborted);
    }
}
