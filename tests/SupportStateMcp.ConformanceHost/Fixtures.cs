using System.Reflection;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

namespace SupportStateMcp.ConformanceHost;

/// <summary>
/// What the suite <c>@modelcontextprotocol/conformance</c> expects to find on a server. SnakeCaseEnum, texts and behaviour are
/// the suite's; each scenario's description states them.
/// </summary>
internal sealed class Fixtures
{
    private readonly IReadOnlyList<McpServerTool> _tools =
    [
        .. Marked<McpServerToolAttribute>(typeof(ContentTools)).Select(m => McpServerTool.Create(m, new ContentTools())),
        .. Marked<McpServerToolAttribute>(typeof(ProtocolTools)).Select(m => McpServerTool.Create(m, new ProtocolTools())),
        .. Marked<McpServerToolAttribute>(typeof(AskingTools)).Select(m => McpServerTool.Create(m, new AskingTools())),
        SchemaTool.Create(),
    ];

    private readonly IReadOnlyList<McpServerPrompt> _prompts =
        [.. Marked<McpServerPromptAttribute>(typeof(FixturePrompts)).Select(m => McpServerPrompt.Create(m, new FixturePrompts()))];

    private readonly IReadOnlyList<McpServerResource> _resources =
        [.. Marked<McpServerResourceAttribute>(typeof(FixtureResources)).Select(m => McpServerResource.Create(m, new FixtureResources()))];

    /// <summary>Puts the fixtures beside what a server offers.</summary>
    public void AddTo(McpServerOptions options, ChangeDelivery delivery)
    {
        options.ToolCollection = Joined(options.ToolCollection!, _tools);
        options.PromptCollection = Joined(options.PromptCollection!, _prompts);
        var resources = new McpServerResourceCollection();
        foreach (var resource in options.ResourceCollection!.Concat(_resources))
            resources.Add(resource);
        options.ResourceCollection = resources;

        // The handshake revisions have requests that the product, without sessions, has no use for.
        if (delivery != ChangeDelivery.None)
            return;
        options.Capabilities!.Resources!.Subscribe = true;
        options.Handlers.SubscribeToResourcesHandler = (_, _) => ValueTask.FromResult(new EmptyResult());
        options.Handlers.UnsubscribeFromResourcesHandler = (_, _) => ValueTask.FromResult(new EmptyResult());
        options.Handlers.SetLoggingLevelHandler = (_, _) => ValueTask.FromResult(new EmptyResult());
    }

    private static McpServerPrimitiveCollection<T> Joined<T>(IEnumerable<T> own, IEnumerable<T> fixtures)
        where T : IMcpServerPrimitive
    {
        var all = new McpServerPrimitiveCollection<T>(StringComparer.Ordinal);
        foreach (var item in own.Concat(fixtures))
            all.Add(item);
        return all;
    }

    private static IEnumerable<MethodInfo> Marked<T>(Type type) where T : Attribute =>
        type.GetMethods(BindingFlags.Public | BindingFlags.Instance).Where(m => m.GetCustomAttribute<T>() is not null);
}
