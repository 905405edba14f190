using System.Reflection;
using Microsoft.Extensions.Options;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;
using SupportStateMcp.Mcp.Filters;
using SupportStateMcp.Mcp.Resources;

namespace SupportStateMcp.Hosting;

/// <summary>
/// How this server presents itself and handles requests, over every transport. Tools, resources and prompts come from
/// the registrations of <see cref="Composition"/>.
/// </summary>
public sealed class McpServerSetup(
    IEnumerable<McpServerTool> tools, IEnumerable<McpServerPrompt> prompts, AuthorizationFilter gate,
    ConversationCompletions completions, ConversationSubscriptions subscriptions) : IConfigureOptions<McpServerOptions>
{
    private readonly McpRequestFilter<CallToolRequestParams, CallToolResult> _argumentFilter = ArgumentFilter.For(tools);
    private readonly McpRequestFilter<GetPromptRequestParams, GetPromptResult> _promptFilter = PromptArgumentFilter.For(prompts);

    /// <summary>The version of this program, as clients see it.</summary>
    public static string Version { get; } =
        typeof(McpServerSetup).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion;

    /// <inheritdoc/>
    public void Configure(McpServerOptions options)
    {
        options.ServerInfo = new Implementation { Name = "SupportStateMcp", Title = "Support desk state", Version = Version };
        options.ServerInstructions = Instructions.Text;
        options.ScopeRequests = false;
        options.Capabilities = new ServerCapabilities
        {
            Tools = new ToolsCapability(),
            Prompts = new PromptsCapability(),
            Resources = new ResourcesCapability { Subscribe = true },
            Completions = new CompletionsCapability(),
        };

        var requests = options.Filters.Request;
        requests.ListToolsFilters.Add(gate.Lists);
        requests.CallToolFilters.Add(gate.Calls);
        requests.CallToolFilters.Add(_argumentFilter);
        requests.GetPromptFilters.Add(_promptFilter);
        requests.ReadResourceFilters.Add(ResourceNotFoundFilter.Filter);
        options.Filters.Message.IncomingFilters.Add(RequestParamsRules.Filter);
        options.Filters.Message.OutgoingFilters.Add(SuppressListChanged.Filter);

        options.Handlers.CompleteHandler = completions.CompleteAsync;
        options.Handlers.SubscriptionsListenHandler = subscriptions.ListenAsync;
        options.Handlers.SubscribeToResourcesHandler = subscriptions.SubscribeAsync;
        options.Handlers.UnsubscribeFromResourcesHandler = subscriptions.UnsubscribeAsync;
    }
}
