using System.Collections.Frozen;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

namespace SupportStateMcp.Mcp.Extensions;

/// <summary>
/// The extension <c>io.modelcontextprotocol/ui</c> (SEP-1865): a host shows the answer of a tool in a view that this server brings. Clients
/// that declare it are told which view belongs to a tool; the lists of all others are as if there were none.
/// </summary>
/// <param name="tools">Those that say with <see cref="ShownInAttribute"/> where they are shown.</param>
public sealed class AppsExtension(IEnumerable<McpServerTool> tools)
{
    /// <summary>The name of the extension.</summary>
    public const string Name = "io.modelcontextprotocol/ui";

    /// <summary>The media type of a view, which a client names to say that it shows such.</summary>
    public const string MimeType = "text/html;profile=mcp-app";

    private const string Scheme = "ui://";

    private readonly Lazy<FrozenDictionary<string, Tool>> _shown = new(() => tools
        .Select(t => (Tool: t.ProtocolTool, View: t.Metadata.OfType<ShownInAttribute>().SingleOrDefault()))
        .Where(t => t.View is not null)
        .ToFrozenDictionary(t => t.Tool.Name, t => With(t.Tool, t.View!.Uri), StringComparer.Ordinal));

    /// <summary>Tells clients that the server has the extension, and adds the filters.</summary>
    public void AddTo(McpServerOptions options)
    {
        options.Capabilities!.AddExtension(Name);
        options.Filters.Request.ListToolsFilters.Add(next => async (request, cancellationToken) =>
        {
            var result = await next(request, cancellationToken);
            if (IsDeclaredBy(request))
                result.Tools = [.. result.Tools.Select(t => _shown.Value.GetValueOrDefault(t.Name, t))];
            return result;
        });
        options.Filters.Request.ListResourcesFilters.Add(next => async (request, cancellationToken) =>
        {
            var result = await next(request, cancellationToken);
            if (!IsDeclaredBy(request))
                result.Resources = [.. result.Resources.Where(r => !r.Uri.StartsWith(Scheme, StringComparison.Ordinal))];
            return result;
        });
    }

    /// <summary>True where the client declares that it shows views of this type.</summary>
    private static bool IsDeclaredBy(MessageContext call) =>
        call.ClientExtension(Name) is JsonElement { ValueKind: JsonValueKind.Object } settings
        && settings.TryGetProperty("mimeTypes", out var types) && types.ValueKind == JsonValueKind.Array
        && types.EnumerateArray().Any(t => t.ValueKind == JsonValueKind.String && t.ValueEquals(MimeType));

    /// <summary>The tool with its view; the one that other clients are told of stays as it is.</summary>
    private static Tool With(Tool tool, string uri)
    {
        var type = (JsonTypeInfo<Tool>)McpJsonUtilities.DefaultOptions.GetTypeInfo(typeof(Tool));
        var copy = JsonSerializer.SerializeToElement(tool, type).Deserialize(type)!;
        (copy.Meta ??= [])["ui"] = new JsonObject { ["resourceUri"] = uri };
        return copy;
    }
}
