using System.Collections.Frozen;
using System.Reflection;
using System.Text.Json;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;
using SupportStateMcp.Conversations;
using SupportStateMcp.Mcp.Tools;
using SupportStateMcp.Primitives;

namespace SupportStateMcp.Mcp.Filters;

/// <summary>
/// Shows a connection the tools, prompts and resources of its toolsets, and refuses the others with the set that they are in.
/// What a host of this server adds of its own belongs to no set, and passes; a name that nobody knows is the SDK's to refuse.
/// </summary>
public sealed class ToolsetFilter(
    IEnumerable<McpServerTool> tools, ToolNames catalogue, IEnumerable<McpServerPrompt> prompts, IEnumerable<McpServerResource> resources,
    ConnectionToolsets connections)
{
    private readonly FrozenDictionary<string, Toolsets> _tools =
        Sets(tools, t => t.ProtocolTool.Name).Union(catalogue.Sets).ToFrozenDictionary(StringComparer.Ordinal);
    private readonly FrozenSet<string> _openedByStep = tools.Where(IsOpenedByStep).Select(t => t.ProtocolTool.Name).ToFrozenSet(StringComparer.Ordinal);
    private readonly FrozenDictionary<string, Toolsets> _prompts = Sets(prompts, p => p.ProtocolPrompt.Name);
    private readonly FrozenDictionary<string, Toolsets> _templates = Sets(resources, r => r.ProtocolResourceTemplate.UriTemplate);
    private readonly McpServerResource[] _resources = [.. resources];

    /// <summary>The sets that there are tools of.</summary>
    public Toolsets Present { get; } = tools.Select(SetOf).Aggregate(Toolsets.None, (all, set) => all | (set ?? Toolsets.None));

    /// <summary>Adds the filters, before those that look at what is called; the handlers are there already.</summary>
    public void AddTo(McpServerOptions options)
    {
        var requests = options.Filters.Request;
        requests.ListToolsFilters.Add(next => async (request, cancellationToken) =>
        {
            var result = await next(request, cancellationToken);
            result.Tools = [.. result.Tools.Where(t => Has(request, _tools, t.Name) || IsOpenedByStep(request, t.Name))];
            return result;
        });
        requests.ListPromptsFilters.Add(next => async (request, cancellationToken) =>
        {
            var result = await next(request, cancellationToken);
            result.Prompts = [.. result.Prompts.Where(p => Has(request, _prompts, p.Name))];
            return result;
        });
        requests.ListResourcesFilters.Add(next => async (request, cancellationToken) =>
        {
            var result = await next(request, cancellationToken);
            result.Resources = [.. result.Resources.Where(r => Has(request, _templates, r.Uri))];
            return result;
        });
        requests.ListResourceTemplatesFilters.Add(next => async (request, cancellationToken) =>
        {
            var result = await next(request, cancellationToken);
            result.ResourceTemplates = [.. result.ResourceTemplates.Where(r => Has(request, _templates, r.UriTemplate))];
            return result;
        });
        requests.CallToolFilters.Add(next => (request, cancellationToken) =>
            Refusal(request) is { } error ? ValueTask.FromResult(ToolReply.Of(error)) : next(request, cancellationToken));
        requests.GetPromptFilters.Add(next => (request, cancellationToken) =>
            Refusal(request, _prompts, request.Params?.Name) is { } error
                ? throw new McpProtocolException(McpErrorMessages.Of(error), McpErrorCode.InvalidParams)
                : next(request, cancellationToken));
        requests.ReadResourceFilters.Add(next => (request, cancellationToken) =>
        {
            RefuseResource(request, request.Params?.Uri);
            return next(request, cancellationToken);
        });
        requests.SubscribeToResourcesFilters.Add(next => (request, cancellationToken) =>
        {
            RefuseResource(request, request.Params?.Uri);
            return next(request, cancellationToken);
        });
        requests.CompleteFilters.Add(next => (request, cancellationToken) =>
            // What is completed are ids of conversations and states of their workflow.
            connections.Of(request.User).HasFlag(Toolsets.Conversations)
                ? next(request, cancellationToken)
                : ValueTask.FromResult(new CompleteResult { Completion = new Completion { Values = [], HasMore = false, Total = 0 } }));
        if (options.Handlers.SubscriptionsListenHandler is { } listen)
        {
            options.Handlers.SubscriptionsListenHandler = (request, cancellationToken) =>
            {
                // What is not granted is left out of the acknowledgement (SEP-2575).
                if (request.Params.Notifications?.ResourceSubscriptions is { } uris)
                    request.Params.Notifications.ResourceSubscriptions = [.. uris.Where(u => Has(request, _templates, TemplateOf(u)))];
                return listen(request, cancellationToken);
            };
        }
    }

    /// <summary>True where the tool belongs to the set of tickets too, for those who send the token of a step.</summary>
    public static bool IsOpenedByStep(McpServerTool tool) => tool.Metadata.OfType<OpenedByStepAttribute>().Any();

    /// <summary>
    /// The one place that decides whether a tool may be called as to its set. Where the token of a step opens it, the tool
    /// itself looks whether this one does.
    /// </summary>
    private Error? Refusal(RequestContext<CallToolRequestParams> call)
    {
        var refusal = Refusal(call, _tools, call.Params?.Name);
        if (refusal is null || !IsOpenedByStep(call, call.Params!.Name))
            return refusal;
        // It is read here: what a later filter takes for none would open the tool without a step.
        return call.Params.Arguments?.TryGetValue(StepToken.Argument, out var token) is true && token is { ValueKind: JsonValueKind.String } && !string.IsNullOrWhiteSpace(token.GetString())
            ? StepToken.Parse(token.GetString()!).Error
            : Error.StepTokenRequired(call.Params.Name, SnakeCaseEnum.Of(_tools[call.Params.Name]));
    }

    private bool IsOpenedByStep(MessageContext request, string name) =>
        _openedByStep.Contains(name) && connections.Of(request.User).HasFlag(Toolsets.Tickets);

    private Error? Refusal(MessageContext request, FrozenDictionary<string, Toolsets> sets, string? name) =>
        Has(request, sets, name) ? null : connections.Refusal(name!, sets[name!], request.User);

    private bool Has(MessageContext request, FrozenDictionary<string, Toolsets> sets, string? name) =>
        name is null || !sets.TryGetValue(name, out var set) || connections.Of(request.User).HasFlag(set);

    /// <exception cref="McpProtocolException">The resource is in another set.</exception>
    private void RefuseResource(MessageContext request, string? uri)
    {
        if (TemplateOf(uri) is { } template && !Has(request, _templates, template))
            throw new McpProtocolException(McpErrorMessages.Of(connections.Refusal(uri!, _templates[template], request.User)), McpErrorCode.InvalidParams);
    }

    private string? TemplateOf(string? uri) =>
        uri is null ? null : _resources.FirstOrDefault(r => r.IsMatch(uri))?.ProtocolResourceTemplate.UriTemplate;

    private static FrozenDictionary<string, Toolsets> Sets<T>(IEnumerable<T> items, Func<T, string> name) where T : IMcpServerPrimitive => items
        .Select(i => KeyValuePair.Create(name(i), SetOf(i)))
        .Where(s => s.Value is not null)
        .ToFrozenDictionary(s => s.Key, s => s.Value!.Value, StringComparer.Ordinal);

    /// <exception cref="InvalidOperationException">A class of this server does not say which set it belongs to.</exception>
    private static Toolsets? SetOf<T>(T item) where T : IMcpServerPrimitive =>
        item.Metadata.OfType<MethodInfo>().FirstOrDefault()?.DeclaringType is { } type && type.Assembly == typeof(ToolsetFilter).Assembly
            ? ToolsetAttribute.Of(type)
            : item.Metadata.OfType<ToolsetAttribute>().SingleOrDefault()?.Set;
}
