using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;

namespace SupportStateMcp.Hosting;

/// <summary>How messages are written to the wire: as the SDK writes them, but with text left as it is, which is a third shorter.</summary>
internal static class JsonRpcWriter
{
    public static JsonTypeInfo<JsonRpcMessage> TypeInfo { get; } = (JsonTypeInfo<JsonRpcMessage>)new JsonSerializerOptions(McpJsonUtilities.DefaultOptions)
    {
        // The replies are JSON documents, never part of a web page.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    }.GetTypeInfo(typeof(JsonRpcMessage));
}
