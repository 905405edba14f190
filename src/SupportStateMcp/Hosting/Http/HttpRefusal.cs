using System.Text.Json;
using Microsoft.AspNetCore.Http;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;

namespace SupportStateMcp.Hosting.Http;

/// <summary>Refuses a request in the place of the MCP endpoint: a status, and a JSON-RPC error that says why.</summary>
internal static class HttpRefusal
{
    public static Task WriteAsync(HttpContext context, int status, string sentence) =>
        WriteAsync(context, status, JsonRpcReader.Error(McpErrorCode.InvalidRequest, sentence));

    public static async Task WriteAsync(HttpContext context, int status, JsonRpcError error)
    {
        var json = JsonSerializer.SerializeToUtf8Bytes(error, JsonRpcWriter.TypeInfo);
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = json.Length;
        await context.Response.Body.WriteAsync(json, context.RequestAborted);
    }
}
