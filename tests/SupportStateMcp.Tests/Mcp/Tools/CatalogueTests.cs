using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using ModelContextProtocol.Client;
using ModelContextProtocol.Server;
using Snapshooter.Xunit3;
using SupportStateMcp.Hosting;
using SupportStateMcp.Mcp.Tools;
using SupportStateMcp.Tests.Support;

namespace SupportStateMcp.Tests.Mcp.Tools;

/// <summary>What a client sees of this server is an interface: a change of it is a decision.</summary>
public class CatalogueTests(SupervisedServer server) : IClassFixture<SupervisedServer>
{
    [Fact]
    public async Task The_catalogue_is_the_approved_one()
    {
        var text = ConnectedServer.Pretty(new
        {
            name = server.Client.ServerInfo!.Name,
            instructions = server.Client.ServerInstructions,
            capabilities = server.Client.ServerCapabilities,
            tools = (await ToolsAsync()).OrderBy(t => t.Name, StringComparer.Ordinal).Select(t => t.ProtocolTool),
            resources = (await server.Client.ListResourcesAsync(cancellationToken: TestContext.Current.CancellationToken)).Select(r => r.ProtocolResource),
            resourceTemplates = (await server.Client.ListResourceTemplatesAsync(cancellationToken: TestContext.Current.CancellationToken))
                .OrderBy(t => t.UriTemplate, StringComparer.Ordinal).Select(t => t.ProtocolResourceTemplate),
            prompts = (await server.Client.ListPromptsAsync(cancellationToken: TestContext.Current.CancellationToken)).Select(p => p.ProtocolPrompt),
        });

        Snapshot.Match(text);
    }

    [Fact]
    public async Task Every_tool_says_what_it_does_and_how_it_behaves()
    {
        var tools = await ToolsAsync();

        Assert.Equal(33, tools.Count);
        Assert.All(tools.Select(t => t.ProtocolTool), tool =>
        {
            Assert.Matches("^[a-z]+(_[a-z]+)+$", tool.Name);
            Assert.True(tool.Description?.Length > 40, tool.Name);
            Assert.NotNull(tool.Title);
            Assert.NotNull(tool.OutputSchema);
            Assert.NotNull(tool.Annotations?.ReadOnlyHint);
            Assert.NotNull(tool.Annotations.DestructiveHint);
            Assert.NotNull(tool.Annotations.IdempotentHint);
            Assert.False(tool.Annotations.OpenWorldHint);
        });
        Assert.Equal(
            ["await_approval", "get_approval", "get_article", "get_events", "get_history", "get_state", "list_conversations", "list_pending_approvals", "list_queue", "lookup_customer", "lookup_system_info", "ticket_status"],
            tools.Select(t => t.ProtocolTool).Where(t => t.Annotations!.ReadOnlyHint is true).Select(t => t.Name).Order());
        Assert.Equal(
            ["delete_conversation"],
            tools.Select(t => t.ProtocolTool).Where(t => t.Annotations!.DestructiveHint is true).Select(t => t.Name));
    }

    [Fact]
    public async Task Every_part_of_every_schema_says_a_type()
    {
        // Some clients refuse a whole list for a schema that is true or {}.
        var untyped = (await ToolsAsync()).SelectMany(t => ((JsonElement?[])[t.ProtocolTool.InputSchema, t.ProtocolTool.OutputSchema])
            .SelectMany(s => Untyped(s!.Value, t.ProtocolTool.Name)));

        Assert.Empty(untyped);

        static IEnumerable<string> Untyped(JsonElement schema, string path)
        {
            if (schema.ValueKind != JsonValueKind.Object || !schema.TryGetProperty("type", out _))
                return [path];
            var inner = schema.TryGetProperty("properties", out var properties)
                ? properties.EnumerateObject().SelectMany(p => Untyped(p.Value, $"{path}.{p.Name}"))
                : [];
            return schema.TryGetProperty("items", out var items) ? inner.Concat(Untyped(items, path + "[]")) : inner;
        }
    }

    [Fact]
    public async Task Every_argument_is_described_and_bounded_and_there_are_no_others()
    {
        // The whole schemas: the published ones leave out what no model can count.
        using var directory = new TemporaryDirectory();
        var services = new ServiceCollection();
        services.AddSupportState(new ServerOptions { Backend = Backend.Sqlite, Directory = directory.Path }, LogLevel.Warning);
        await using var provider = services.BuildServiceProvider();
        foreach (var tool in provider.GetServices<McpServerTool>())
        {
            var schema = ToolSchemas.Arguments(tool);
            Assert.False(schema.GetProperty("additionalProperties").GetBoolean(), tool.ProtocolTool.Name);
            foreach (var argument in schema.GetProperty("properties").EnumerateObject())
            {
                var name = $"{tool.ProtocolTool.Name}.{argument.Name}";
                Assert.True(argument.Value.GetProperty("description").GetString()!.Length >= 10, name);
                Assert.True(IsBounded(argument.Value), $"{name} is not bounded.");
            }
        }
    }

    [Fact]
    public async Task The_instructions_tell_of_each_set_that_has_tools()
    {
        using var directory = new TemporaryDirectory();
        var services = new ServiceCollection();
        services.AddSupportState(new ServerOptions { Backend = Backend.Sqlite, Directory = directory.Path }, LogLevel.Warning);
        await using var provider = services.BuildServiceProvider();

        foreach (var set in provider.GetServices<McpServerTool>().GroupBy(t => t.Metadata.OfType<ToolsetAttribute>().Single().Set))
        {
            var told = Instructions.Of(set.Key);
            Assert.True(told.Length > Instructions.Of(Toolsets.None).Length, $"{set.Key} has tools; Hosting/Instructions.cs says nothing of them.");
            // At the address of a set alone there are no others.
            var others = provider.GetServices<McpServerTool>().Select(t => t.ProtocolTool.Name).Except(set.Select(t => t.ProtocolTool.Name));
            Assert.DoesNotContain(others, name => told.Contains(name, StringComparison.Ordinal));
        }
    }

    private static bool IsBounded(JsonElement schema) => schema.GetProperty("type").GetString() switch
    {
        "string" => Has(schema, "enum") || Has(schema, "maxLength") || Has(schema, "pattern"),
        "boolean" => true,
        "integer" or "number" => Has(schema, "minimum") && Has(schema, "maximum"),
        "array" => Has(schema, "maxItems") && IsBounded(schema.GetProperty("items")),
        // Custom facts are bounded by rules of their own, told in the description.
        "object" => !schema.TryGetProperty("properties", out var members) || members.EnumerateObject().All(m => IsBounded(m.Value)),
        _ => false,
    };

    private static bool Has(JsonElement schema, string keyword) => schema.TryGetProperty(keyword, out _);

    private async Task<IList<McpClientTool>> ToolsAsync() =>
        await server.Client.ListToolsAsync(cancellationToken: TestContext.Current.CancellationToken);
}
