using System.Diagnostics.CodeAnalysis;
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
    /// <summary>Registers the tools; their targets are services.</summary>
    public static IMcpServerBuilder WithCatalogue(this IMcpServerBuilder builder) => builder
        .WithToolsOf<ConversationTools>()
        .WithToolsOf<MessageTools>()
        .WithToolsOf<AuditTools>()
        .WithToolsOf<TurnTools>()
        .WithToolsOf<OwnershipTools>()
        .WithToolsOf<QueueTools>()
        .WithToolsOf<ApprovalTools>()
        .WithToolsOf<WaitingApprovalTools>();

    /// <summary>
    /// As the SDK's <c>WithTools</c>, with schemas of our own making. The type is named in the code, so that a native
    /// program keeps its methods.
    /// </summary>
    private static IMcpServerBuilder WithToolsOf<[DynamicallyAccessedMembers(
        DynamicallyAccessedMemberTypes.PublicMethods | DynamicallyAccessedMemberTypes.PublicConstructors)] T>(this IMcpServerBuilder builder)
        where T : class
    {
        builder.Services.AddSingleton<T>();
        foreach (var method in typeof(T).GetMethods(BindingFlags.Public | BindingFlags.Instance))
        {
            if (method.GetCustomAttribute<McpServerToolAttribute>() is not null)
                builder.Services.AddSingleton<McpServerTool>(services => Create(method, services.GetRequiredService<T>()));
        }

        return builder;
    }

    /// <exception cref="InvalidOperationException">A tool does not say who may call it.</exception>
    private static CatalogueTool Create(MethodInfo method, object target)
    {
        var tool = McpServerTool.Create(method, target, new McpServerToolCreateOptions
        {
            SerializerOptions = ToolJson.Options,
            SchemaCreateOptions = new AIJsonSchemaCreateOptions { TransformSchemaNode = Plain },
        });
        if (AuthorizationFilter.RequirementOf(tool) is null)
            throw new InvalidOperationException($"{tool.ProtocolTool.Name} does not say who may call it: give it a [Requires].");
        var arguments = Input(method, tool.ProtocolTool.InputSchema);
        tool.ProtocolTool.InputSchema = ToolSchemas.Published(arguments);
        tool.ProtocolTool.OutputSchema = ToolSchemas.Results(tool.ProtocolTool.OutputSchema!.Value);
        // It stands beside the annotations already.
        tool.ProtocolTool.Annotations!.Title = null;
        return new CatalogueTool(tool, arguments.Deserialize(ToolJson.TypeInfo<JsonElement>()));
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

        if ((Nullable.GetUnderlyingType(context.TypeInfo.Type) ?? context.TypeInfo.Type) == typeof(DateTimeOffset))
        {
            // Nor does that of a time. Some clients refuse a list with a schema that says nothing.
            var time = schema as JsonObject ?? [];
            time["type"] = "string";
            return time;
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
    private static JsonObject Input(MethodInfo method, JsonElement schema)
    {
        var input = JsonObject.Create(schema)!;
        input["additionalProperties"] = false;
        foreach (var parameter in method.GetParameters())
        {
            if (input["properties"]![parameter.Name!] is not { } array || array["items"] is not { } items)
                continue;
            if (parameter.GetCustomAttribute<ItemCountAttribute>() is { } count)
            {
                if (count.Least > 0)
                    array["minItems"] = count.Least;
                array["maxItems"] = count.Most;
            }

            if (parameter.GetCustomAttribute<AllowedItemsAttribute>() is { } allowed)
                items["enum"] = new JsonArray([.. allowed.Values.Select(v => (JsonNode)v)]);
            if (parameter.GetCustomAttribute<ItemLengthAttribute>() is { } length)
                (items["minLength"], items["maxLength"]) = (length.Least, length.Most);
        }

        return input;
    }
}
