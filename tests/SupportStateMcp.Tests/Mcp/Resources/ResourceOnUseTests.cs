using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;
using SupportStateMcp.Hosting;
using SupportStateMcp.Mcp.Resources;
using SupportStateMcp.Tests.Support;

namespace SupportStateMcp.Tests.Mcp.Resources;

public sealed class ResourceOnUseTests : IAsyncDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly ServiceProvider _services;
    private readonly McpServerResource[] _resources;

    public ResourceOnUseTests()
    {
        var services = new ServiceCollection();
        services.AddSupportState(new ServerOptions { Backend = Backend.Sqlite, Directory = _directory.Path }, LogLevel.Warning);
        _services = services.BuildServiceProvider();
        _resources = [.. _services.GetServices<McpServerResource>()];
    }

    public async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync();
        _directory.Dispose();
    }

    [Fact]
    public void What_is_listed_is_what_the_SDK_makes_of_the_same_method()
    {
        var builder = new ServiceCollection();
        builder.AddMcpServer().WithResources<SupportResources>().WithResources<TicketResources>().WithResources<AppResources>();
        using var made = builder.BuildServiceProvider();

        Assert.Equal(made.GetServices<McpServerResource>().Select(Listed).Order(StringComparer.Ordinal), _resources.Select(Listed).Order(StringComparer.Ordinal));
        Assert.Equal(6, _resources.Count(r => r.IsTemplated));

        static string Listed(McpServerResource resource) =>
            JsonSerializer.Serialize(resource.ProtocolResourceTemplate, McpJsonUtilities.DefaultOptions)
            + JsonSerializer.Serialize(resource.ProtocolResource, McpJsonUtilities.DefaultOptions);
    }

    [Theory]
    [InlineData("support://workflow")]
    [InlineData("support://conversation/cs-1")]
    [InlineData("file:///etc/passwd")]
    [InlineData("")]
    public void An_address_that_begins_otherwise_makes_none(string uri)
    {
        Assert.DoesNotContain(_resources.OfType<ResourceOnUse>(), r => r.IsMatch(uri));
        Assert.DoesNotContain(_resources.OfType<ResourceOnUse>(), r => r.IsMade);
    }

    [Theory]
    [InlineData("support://conversations/cs-1", "conversation")]
    [InlineData("SUPPORT://Conversations/cs-1", "conversation")]
    [InlineData("support://conversations/cs-1/history", "history")]
    [InlineData("support://tickets/T-1/analysis", "analysis")]
    [InlineData("support://tickets", null)]
    [InlineData("support://conversations/cs-1/secrets", null)]
    public void An_address_has_the_resource_whose_template_it_is(string uri, string? name)
    {
        Assert.Equal(name is null ? [] : [name], _resources.Where(r => r.IsMatch(uri)).Select(r => r.ProtocolResourceTemplate.Name));
    }

    [Fact]
    public void One_that_is_asked_for_is_made_and_the_others_are_not()
    {
        Assert.True(_resources.Single(r => r.ProtocolResourceTemplate.Name == "ticket").IsMatch("support://tickets/T-1"));

        Assert.Equal(["ticket"], _resources.OfType<ResourceOnUse>().Where(r => r.IsMade).Select(r => r.ProtocolResourceTemplate.Name));
    }
}
