using System.Text.Json;
using Microsoft.AspNetCore.Http;
using ModelContextProtocol.Protocol;

namespace SupportStateMcp.Hosting.Http;

/// <summary>Writes a whole JSON-RPC message as the body of a response.</summary>
internal static class JsonRpcReply
{
    public static async Task WriteAsync(HttpResponse response, JsonRpcMessage message)
    {
        var json = JsonSerializer.SerializeToUtf8Bytes(message, JsonRpcWriter.TypeInfo);
        response.ContentType = "application/json";
        response.ContentLength = json.Length;
        await response.Body.WriteAsync(json);
    }

    public static Task WriteAsync(HttpResponse response, int status, JsonRpcError error)
    {
        response.StatusCode = status;
        return WriteAsync(response, error);
    }
}
