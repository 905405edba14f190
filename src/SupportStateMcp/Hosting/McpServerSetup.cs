using System.Reflection;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;
using SupportStateMcp.Conversations;
using SupportStateMcp.Mcp.Filters;
using SupportStateMcp.Mcp.Prompts;
using SupportStateMcp.Mcp.Resources;
using SupportStateMcp.Mcp.Tools;

namespace SupportStateMcp.Hosting;

/// <summary>How a connection can hear of changes.</summary>
public enum ChangeDelivery
{
    /// <summary>It cannot: an older client over stateless HTTP.</summary>
    None,

    /// <summary>By <c>subscriptions/listen</c>, from revision 2026-07-28 on.</summary>
    Listen,

    /// <summary>By either: the session of a stdio client of any revision.</summary>
    ListenOrSubscribe,
}

/// <summary>What this server offers: tools, resources, prompts, completions, subscriptions.</summary>
public sealed class McpServerSetup
{
    private readonly McpServerPrimitiveCollection<McpServerTool> _tools;
    private readonly McpServerResourceCollection _resources = [];
    private readonly McpServerPrimitiveCollection<McpServerPrompt> _prompts = new(StringComparer.Ordinal);
    private readonly AuthorizationFilter _gate;
    private readonly McpRequestFilter<CallToolRequestParams, CallToolResult> _argumentFilter;
    private readonly ConversationCompletions _completions;
    private readonly ConversationSubscriptions _subscriptions;

    public McpServerSetup(
        IEnumerable<McpServerTool> tools, ConnectionCaller callers, SupportResources resources, SupportPrompts prompts,
        ConversationCompletions completions, ConversationSubscriptions subscriptions)
    {
        _tools = new McpServerPrimitiveCollection<McpServerTool>(StringComparer.Ordinal);
        foreach (var tool in tools)
            _tools.Add(tool);
        foreach (var method in Marked<McpServerResourceAttribute>(resources))
            _resources.Add(McpServerResource.Create(method, resources));
        foreach (var method in Marked<McpServerPromptAttribute>(prompts))
            _prompts.Add(McpServerPrompt.Create(method, prompts));
        _gate = new AuthorizationFilter(_tools, callers);
        _argumentFilter = ArgumentFilter.For(_tools);
        _completions = completions;
        _subscriptions = subscriptions;
    }

    /// <summary>The version of this program, as clients see it.</summary>
    public static string Version { get; } =
        typeof(McpServerSetup).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion;

    /// <summary>The options of a server object for connections of one kind.</summary>
    public McpServerOptions OptionsFor(ChangeDelivery delivery) => new()
    {
        ServerInfo = new Implementation { Name = "SupportStateMcp", Title = "Support desk state", Version = Version },
        ServerInstructions = Instructions.Text,
        ScopeRequests = false,
        ToolCollection = _tools,
        ResourceCollection = _resources,
        PromptCollection = _prompts,
        Capabilities = new ServerCapabilities
        {
            Tools = new ToolsCapability(),
            Prompts = new PromptsCapability(),
            Resources = new ResourcesCapability { Subscribe = delivery != ChangeDelivery.None },
            Completions = new CompletionsCapability(),
        },
        Filters = new McpServerFilters
        {
            Request = new McpRequestFilters
            {
                ListToolsFilters = [_gate.Lists],
                CallToolFilters = [_gate.Calls, _argumentFilter],
                GetPromptFilters = [PromptArgumentFilter.For(_prompts)],
                ReadResourceFilters = [ResourceNotFoundFilter.Filter],
            },
            Message = new McpMessageFilters { OutgoingFilters = [SuppressListChanged.Filter] },
        },
        Handlers = new McpServerHandlers
        {
            CompleteHandler = _completions.CompleteAsync,
            SubscriptionsListenHandler = delivery == ChangeDelivery.None ? null : _subscriptions.ListenAsync,
            SubscribeToResourcesHandler = delivery == ChangeDelivery.None ? RefuseToSubscribe : _subscriptions.SubscribeAsync,
            UnsubscribeFromResourcesHandler = delivery == ChangeDelivery.None ? RefuseToSubscribe : _subscriptions.UnsubscribeAsync,
        },
    };

    /// <summary>Without a handler the SDK would accept, and the client wait for news that never come.</summary>
    private static ValueTask<EmptyResult> RefuseToSubscribe<T>(RequestContext<T> request, CancellationToken cancellationToken) =>
        throw new McpProtocolException("This endpoint keeps no sessions that a subscription could belong to.", McpErrorCode.MethodNotFound);

    private static IEnumerable<MethodInfo> Marked<T>(object target) where T : Attribute =>
        target.GetType().GetMethods(BindingFlags.Public | BindingFlags.Instance).Where(m => m.GetCustomAttribute<T>() is not null);
}
