using System.Reflection;
using System.Security.Claims;
using Microsoft.Extensions.Options;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;
using SupportStateMcp.Mcp.Extensions;
using SupportStateMcp.Mcp.Filters;
using SupportStateMcp.Mcp.Resources;
using SupportStateMcp.Mcp.Tools;

namespace SupportStateMcp.Hosting;

/// <summary>
/// How this server presents itself and handles requests, over every transport. Tools, resources and prompts come from
/// the registrations of <see cref="Composition"/>.
/// </summary>
public sealed class McpServerSetup(
    IEnumerable<McpServerTool> tools, IEnumerable<McpServerPrompt> prompts, ToolsetFilter toolsets, ConnectionToolsets connections,
    TelemetryFilter telemetry, AuthorizationFilter gate, RateLimitFilter rates, ConversationCompletions completions, ConversationSubscriptions subscriptions,
    TaskMessages tasks, AppsExtension apps) : IConfigureOptions<McpServerOptions>
{
    private readonly McpRequestFilter<CallToolRequestParams, CallToolResult> _argumentFilter = ArgumentFilter.For(tools);
    private readonly McpRequestFilter<GetPromptRequestParams, GetPromptResult> _promptFilter = PromptArgumentFilter.For(prompts);

    /// <summary>The version of this program, as clients see it.</summary>
    public static string Version { get; } =
        typeof(McpServerSetup).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion;

    /// <inheritdoc/>
    public void Configure(McpServerOptions options)
    {
        Present(options, user: null);
        options.ScopeRequests = false;
        options.Capabilities = new ServerCapabilities
        {
            Tools = new ToolsCapability(),
            Prompts = new PromptsCapability(),
            Resources = new ResourcesCapability { Subscribe = true },
            Completions = new CompletionsCapability(),
        };

        options.Handlers.CompleteHandler = completions.CompleteAsync;
        options.Handlers.SubscriptionsListenHandler = subscriptions.ListenAsync;
        options.Handlers.SubscribeToResourcesHandler = subscriptions.SubscribeAsync;
        options.Handlers.UnsubscribeFromResourcesHandler = subscriptions.UnsubscribeAsync;

        var requests = options.Filters.Request;
        requests.ReadResourceFilters.Add(ResourceNotFoundFilter.Filter);
        requests.CallToolFilters.Add(telemetry.Calls);
        toolsets.AddTo(options);
        requests.ListToolsFilters.Add(gate.Lists);
        requests.CallToolFilters.Add(gate.Calls);
        rates.AddTo(requests);
        requests.CallToolFilters.Add(_argumentFilter);
        requests.GetPromptFilters.Add(_promptFilter);
        options.Filters.Message.IncomingFilters.Add(RequestParamsRules.Filter);
        options.Filters.Message.OutgoingFilters.Add(SuppressListChanged.Filter);
        tasks.AddTo(options);
        apps.AddTo(options);
    }

    /// <summary>Name and instructions, as the one who connects is told them: those of the toolsets that they have.</summary>
    public void Present(McpServerOptions options, ClaimsPrincipal? user)
    {
        var sets = connections.Of(user);
        options.ServerInfo = new Implementation { Name = "SupportStateMcp", Title = Instructions.Title(sets), Version = Version };
        options.ServerInstructions = Instructions.Of(sets & toolsets.Present);
    }
}
