using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Runtime.ExceptionServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Schema;
using System.Text.Json.Serialization.Metadata;
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
    /// <param name="builder">The server that gets them.</param>
    /// <param name="served">The sets that any connection can have. Making a tool is work at the start, so no others are made.</param>
    /// <exception cref="InvalidOperationException">A class of tools does not say which set it belongs to.</exception>
    public static IMcpServerBuilder WithCatalogue(this IMcpServerBuilder builder, Toolsets served)
    {
        var methods = new List<(MethodInfo Method, Type Target)>();
        var names = new Dictionary<string, Toolsets>(StringComparer.Ordinal);
        Add<ConversationTools>();
        Add<MessageTools>();
        Add<AuditTools>();
        Add<TurnTools>();
        Add<OwnershipTools>();
        Add<QueueTools>();
        Add<ApprovalTools>();
        Add<WaitingApprovalTools>();
        Add<TicketTools>();
        Add<KnowledgeTools>();
        Add<CustomerTools>();
        Add<MemoryTools>();
        Add<ContextTools>();
        Add<TaskTools>();
        Add<VersionTools>();
        builder.Services.AddSingleton(new ToolNames(names));
        builder.Services.AddSingleton(services => new Tools(CreateAll(methods, services)));
        for (var i = 0; i < methods.Count; i++)
        {
            var index = i;
            builder.Services.AddSingleton<McpServerTool>(services => services.GetRequiredService<Tools>().All[index]);
        }

        return builder;

        // The type is named in the code, so that a native program keeps its methods.
        void Add<[DynamicallyAccessedMembers(
            DynamicallyAccessedMemberTypes.PublicMethods | DynamicallyAccessedMemberTypes.PublicConstructors)] T>()
            where T : class
        {
            var set = ToolsetAttribute.Of(typeof(T));
            builder.Services.AddSingleton<T>();
            foreach (var method in typeof(T).GetMethods(BindingFlags.Public | BindingFlags.Instance))
            {
                if (method.GetCustomAttribute<McpServerToolAttribute>() is not { Name: { } name })
                    continue;
                names.Add(name, set);
                if (served.HasFlag(set) || (served.HasFlag(Toolsets.Tickets) && method.IsDefined(typeof(OpenedByStepAttribute))))
                    methods.Add((method, typeof(T)));
            }
        }
    }

    /// <summary>Makes the tools side by side: reading their attributes is most of the work of a start.</summary>
    private static CatalogueTool[] CreateAll(List<(MethodInfo Method, Type Target)> methods, IServiceProvider services)
    {
        var targets = methods.ConvertAll(m => services.GetRequiredService(m.Target));
        var tools = new CatalogueTool[methods.Count];
        try
        {
            Parallel.For(0, tools.Length, i => tools[i] = Create(methods[i].Method, targets[i]));
        }
        catch (AggregateException e) when (e.InnerExceptions is [var first, ..])
        {
            ExceptionDispatchInfo.Throw(first);
        }

        return tools;
    }

    private sealed record Tools(CatalogueTool[] All);

    /// <exception cref="InvalidOperationException">A tool does not say who may call it.</exception>
    private static CatalogueTool Create(MethodInfo method, object target)
    {
        var tool = McpServerTool.Create(method, target, new McpServerToolCreateOptions
        {
            SerializerOptions = ToolJson.Options,
            SchemaCreateOptions = new AIJsonSchemaCreateOptions { TransformSchemaNode = (context, schema) => Plain(context.TypeInfo, schema) },
            OutputSchema = Results(method),
        });
        if (AuthorizationFilter.RequirementOf(tool) is null)
            throw new InvalidOperationException($"{tool.ProtocolTool.Name} does not say who may call it: give it a [Requires].");
        var arguments = Input(method, tool.ProtocolTool.InputSchema);
        tool.ProtocolTool.InputSchema = ToolSchemas.Published(arguments);
        // It stands beside the annotations already.
        tool.ProtocolTool.Annotations!.Title = null;
        return new CatalogueTool(tool, arguments.Deserialize(ToolJson.TypeInfo<JsonElement>()));
    }

    /// <summary>
    /// The schema of a tool's results. The SDK would look for nine attributes on each member of each view, which took half of
    /// the start of the native program, and nothing they say is published.
    /// </summary>
    private static JsonElement Results(MethodInfo method)
    {
        var view = method.GetCustomAttribute<McpServerToolAttribute>()!.OutputSchemaType
            ?? throw new InvalidOperationException($"{method.Name} does not say what it answers: give it an OutputSchemaType.");
        var schema = ToolJson.Options.GetJsonSchemaAsNode(view, new JsonSchemaExporterOptions
        {
            TreatNullObliviousAsNonNullable = true,
            TransformSchemaNode = (context, node) => Plain(context.TypeInfo, node),
        });
        return ToolSchemas.Results((JsonObject)schema);
    }

    /// <summary>Nothing is null on the wire: what is not there is absent. So a schema names one type, not a union with null.</summary>
    private static JsonNode Plain(JsonTypeInfo type, JsonNode schema)
    {
        if (SnakeCaseEnum(type.Type) is { } names)
        {
            // The converter of an enumeration tells the schema nothing.
            var named = schema as JsonObject ?? [];
            named["type"] = "string";
            named["enum"] = names;
            return named;
        }

        if ((Nullable.GetUnderlyingType(type.Type) ?? type.Type) == typeof(DateTimeOffset))
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

/// <summary>The set of each tool of the catalogue by its name, also of those that this server does not serve.</summary>
public sealed record ToolNames(IReadOnlyDictionary<string, Toolsets> Sets);
