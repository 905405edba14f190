using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;
using SupportStateMcp.Views;

namespace SupportStateMcp.Mcp.Tools;

/// <summary>The serializer that the SDK is given: the views and the tools' arguments first, then the protocol's own types.</summary>
internal static class ToolJson
{
    public static JsonSerializerOptions Options { get; } = Create();

    public static JsonTypeInfo<T> TypeInfo<T>() => (JsonTypeInfo<T>)Options.GetTypeInfo(typeof(T));

    private static JsonSerializerOptions Create()
    {
        var options = new JsonSerializerOptions(ViewJson.Options);
        options.TypeInfoResolverChain.Insert(0, new NoSchemaOfReplies());
        options.TypeInfoResolverChain.Add(McpJsonUtilities.DefaultOptions.TypeInfoResolver!);
        options.MakeReadOnly();
        return options;
    }

    /// <summary>
    /// The SDK describes what a tool's method returns, and then publishes the schema of its results instead: for each tool the
    /// whole protocol's content, which took a quarter of the start of the native program. Here a reply is a value without parts.
    /// </summary>
    private sealed class NoSchemaOfReplies : JsonConverter<CallToolResult>, IJsonTypeInfoResolver
    {
        public JsonTypeInfo? GetTypeInfo(Type type, JsonSerializerOptions options) =>
            type == typeof(CallToolResult) ? JsonMetadataServices.CreateValueInfo<CallToolResult>(options, this) : null;

        public override CallToolResult Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            JsonSerializer.Deserialize(ref reader, Protocol)!;

        public override void Write(Utf8JsonWriter writer, CallToolResult value, JsonSerializerOptions options) =>
            JsonSerializer.Serialize(writer, value, Protocol);

        private static JsonTypeInfo<CallToolResult> Protocol => (JsonTypeInfo<CallToolResult>)McpJsonUtilities.DefaultOptions.GetTypeInfo(typeof(CallToolResult));
    }
}
