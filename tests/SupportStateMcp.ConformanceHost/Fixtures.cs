using Microsoft.Extensions.DependencyInjection;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;
using SupportStateMcp.Mcp.Extensions;

namespace SupportStateMcp.ConformanceHost;

/// <summary>
/// What the suite <c>@modelcontextprotocol/conformance</c> expects to find on a server. SnakeCaseEnum, texts and behaviour are
/// the suite's; each scenario's description states them.
/// </summary>
internal static class Fixtures
{
    /// <summary>Puts the fixtures beside what a server offers.</summary>
    public static void AddTo(IServiceCollection services)
    {
        services.AddSingleton<FixtureTasks>();
        services.AddSingleton<IExtensionTasks>(s => s.GetRequiredService<FixtureTasks>());
        services.AddMcpServer()
            .WithTools<ContentTools>()
            .WithTools<ProtocolTools>()
            .WithTools<AskingTools>()
            .WithTools<SessionTools>()
            .WithTools<TaskTools>()
            .WithTools([SchemaTool.Create()])
            .WithPrompts<FixturePrompts>()
            .WithResources<FixtureResources>();
    }

    /// <summary>Takes subscriptions to any resource; the product knows its own alone.</summary>
    public static void AddSubscriptionsTo(IServiceCollection services) => services.PostConfigure<McpServerOptions>(options =>
    {
        options.Handlers.SubscribeToResourcesHandler = (_, _) => ValueTask.FromResult(new EmptyResult());
        options.Handlers.UnsubscribeFromResourcesHandler = (_, _) => ValueTask.FromResult(new EmptyResult());
    });
}
