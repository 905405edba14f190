using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using ModelContextProtocol.Server;
using SupportStateMcp.Mcp.Filters;
using SupportStateMcp.Primitives;
using SupportStateMcp.Views;

namespace SupportStateMcp.Mcp.Tools;

/// <summary>All tools of this server, with the schemas that bind their arguments and results.</summary>
public static class ToolCatalogue
{
    private static readonly Type[] s_types = [typeof(ConversationTools), typeof(MessageTools), typeof(AuditTools),
        typeof(TurnTools), typeof(OwnershipTools), typeof(QueueTools),
        typeof(ApprovalTools), typeof(WaitingApprovalTools)];

    /// <summary>Makes the tools; their targets come from <paramref name="services"/>.</summary>
    /// <exception cref="InvalidOperationException">A tool does not say who may call it.</exception>
    public static IEnumerable<McpServerTool> Create(IServiceProvider services) =>
        from type in s_types
        let target = services.GetRequiredService(type)
        from method in type.GetMethods(BindingFlags.Public | BindingFlags.Instance)
        where method.GetCustomAttribute<McpServerToolAttribute>() is not null
        select Create(method, target);

    private static McpServerTool Create(MethodInfo method, object target)
    {
        var tool = McpServerTool.Create(method, target, new McpServerToolCreateOptions
        {
            SerializerOptions = ToolJson.Options,
            SchemaCreateOptions = new AIJsonSchemaCreateOptions { TransformSchemaNode = Plain },
        });
        if (AuthorizationFilter.RequirementOf(tool) is null)
            throw new InvalidOperationException($"{tool.ProtocolTool.Name} does not say who may call it: give it a [Requires].");
        tool.ProtocolTool.InputSchema = Input(method, tool.ProtocolTool.InputSchema);
        tool.ProtocolTool.OutputSchema = Output(tool.ProtocolTool.OutputSchema!.Value);
        return tool;
    }

    /// <summary>Nothing is null on the wire: what is not there is absent. So a schema names one type, not a union with null.</summary>
    private static JsonNode Plain(AIJsonSchemaCreateContext context, JsonNode schema)
    {
        if (SnakeCaseEnum(context.TypeInfo.Type) is { } names)
        {
            // The converter of an enumeration tells the schema nothing.
            var named = schema as JsonObject ?? [];
            named["type"] = "string";
            named["enum"] = names;
            return named;
        }

        if (schema is not JsonObject plain)
            return schema;

        if (plain["type"] is JsonArray types)
            plain["type"] = types.Select(t => t!.GetValue<string>()).Single(t => t != "null");
        if (plain.TryGetPropertyValue("default", out var value) && value is null)
            plain.Remove("default");
        if (plain["enum"] is JsonArray values && values.Any(v => v is null))
            plain["enum"] = new JsonArray([.. values.Where(v => v is not null).Select(v => v!.DeepClone())]);
        return plain;
    }

    /// <summary>The names of an enumeration's values; null for any other type.</summary>
    private static JsonArray? SnakeCaseEnum(Type type)
    {
        var value = Nullable.GetUnderlyingType(type) ?? type;
        return value.IsEnum
            ? [.. Enum.GetNames(value).Select(n => (JsonNode)JsonNamingPolicy.SnakeCaseLower.ConvertName(n))]
            : null;
    }

    /// <summary>No arguments but those described; items of arrays bound like the rest.</summary>
    private static JsonElement Input(MethodInfo method, JsonElement schema)
    {
        var input = JsonObject.Create(schema)!;
        input["additionalProperties"] = false;
        foreach (var parameter in method.GetParameters())
        {
            if (input["properties"]![parameter.Name!]?["items"] is not { } items)
                continue;
            if (parameter.GetCustomAttribute<AllowedItemsAttribute>() is { } allowed)
                items["enum"] = new JsonArray([.. allowed.Values.Select(v => (JsonNode)v)]);
            if (parameter.GetCustomAttribute<ItemLengthAttribute>() is { } length)
                (items["minLength"], items["maxLength"]) = (length.Least, length.Most);
        }

        return input.Deserialize(ToolJson.TypeInfo<JsonElement>());
    }

    /// <summary>
    /// A result, or a refusal: clients check structured content of either kind against this schema. What may be absent is
    /// not required.
    /// </summary>
    private static JsonElement Output(JsonElement schema)
    {
        var output = JsonObject.Create(schema)!;
        var required = output["required"]!.DeepClone();
        output.Remove("required");
        output["properties"]!["code"] = new JsonObject { ["type"] = "string", ["description"] = "Only in a refusal: its code." };
        output["properties"]!["message"] = new JsonObject { ["type"] = "string", ["description"] = "Only in a refusal: what was refused, why, and what is allowed instead." };
        output["anyOf"] = new JsonArray(
            new JsonObject { ["required"] = required },
            new JsonObject { ["required"] = new JsonArray("code", "message") });
        return output.Deserialize(ToolJson.TypeInfo<JsonElement>());
    }
}
