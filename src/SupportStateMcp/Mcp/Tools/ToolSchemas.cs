using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using ModelContextProtocol.Server;

namespace SupportStateMcp.Mcp.Tools;

/// <summary>
/// What is published of a tool's schemas. Every host puts them before its model on every turn, so they hold what a model
/// needs to make a call and to read an answer, and no more; the bounds that it cannot count are told where they are broken.
/// </summary>
internal static class ToolSchemas
{
    /// <summary>From here on a bound tells a model nothing.</summary>
    private const decimal Endless = 10_000;

    /// <summary>The whole schema of a tool's arguments, with every bound: what calls are checked against.</summary>
    public static JsonElement Arguments(McpServerTool tool) => tool is CatalogueTool { Arguments: var arguments } ? arguments : tool.ProtocolTool.InputSchema;

    /// <summary>The schema of arguments as it is published.</summary>
    public static JsonElement Published(JsonObject input)
    {
        var published = (JsonObject)input.DeepClone();
        Walk(published, schema =>
        {
            foreach (var bound in (ReadOnlySpan<string>)["pattern", "minLength", "maxLength", "minItems", "maxItems"])
                schema.Remove(bound);
            if (schema["maximum"] is not JsonValue most || Number(most) < Endless)
                return;
            schema.Remove("maximum");
            if (schema["minimum"] is JsonValue least && Number(least) <= 1)
                schema.Remove("minimum");
        });
        return published.Deserialize(ToolJson.TypeInfo<JsonElement>());
    }

    /// <summary>
    /// The schema of results as it is published: names and types. It demands nothing, so that a refusal fits it too, whose
    /// shape is told once, in the server's instructions.
    /// </summary>
    public static JsonElement Results(JsonObject output)
    {
        Walk(output, schema =>
        {
            foreach (var keyword in (ReadOnlySpan<string>)["description", "required", "enum", "format"])
                schema.Remove(keyword);
        });
        return output.Deserialize(ToolJson.TypeInfo<JsonElement>());
    }

    private static decimal Number(JsonValue value) => decimal.Parse(value.ToJsonString(), NumberStyles.Float, CultureInfo.InvariantCulture);

    /// <summary>Visits a schema, and those of its properties and items.</summary>
    private static void Walk(JsonObject schema, Action<JsonObject> visit)
    {
        visit(schema);
        foreach (var (_, property) in schema["properties"] as JsonObject ?? [])
        {
            if (property is JsonObject inner)
                Walk(inner, visit);
        }

        if (schema["items"] is JsonObject items)
            Walk(items, visit);
    }
}

/// <summary>A tool of the catalogue, with the whole schema of its arguments.</summary>
internal sealed class CatalogueTool(McpServerTool inner, JsonElement arguments) : DelegatingMcpServerTool(inner)
{
    public JsonElement Arguments { get; } = arguments;
}
