using Microsoft.Extensions.DependencyInjection;
using ModelContextProtocol.Server;
using SupportStateMcp.Mcp.Tools;

namespace SupportStateMcp.Tests.Support;

/// <summary>
/// A tool for each toolset, and a prompt for tickets, beside those of the server: what is said of sets holds for each of them,
/// whatever else is in it.
/// </summary>
internal static class ToolsetProbes
{
    public static void AddTo(IServiceCollection services)
    {
        foreach (var set in ToolsetNames.Each(ToolsetNames.Every))
        {
            services.AddSingleton(McpServerTool.Create(
                () => "It was called.",
                new McpServerToolCreateOptions { Name = NameOf(set), Description = "Says that it was called.", SerializerOptions = ToolJson.Options, Metadata = [new ToolsetAttribute(set)] }));
        }

        services.AddSingleton(McpServerPrompt.Create(
            () => "Work on a ticket.",
            new McpServerPromptCreateOptions { Name = "probe_prompt", SerializerOptions = ToolJson.Options, Metadata = [new ToolsetAttribute(Toolsets.Tickets)] }));
    }

    public static string NameOf(Toolsets set) => $"probe_{ToolsetNames.Of(set).Single()}";

    /// <summary>Those of these names that are probes.</summary>
    public static IEnumerable<string> Of(IEnumerable<string> names) => names.Where(n => n.StartsWith("probe_", StringComparison.Ordinal)).Order(StringComparer.Ordinal);
}
