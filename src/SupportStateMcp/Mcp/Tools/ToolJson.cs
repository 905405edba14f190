using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using ModelContextProtocol;
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
        options.TypeInfoResolverChain.Add(McpJsonUtilities.DefaultOptions.TypeInfoResolver!);
        options.MakeReadOnly();
        return options;
    }
}
