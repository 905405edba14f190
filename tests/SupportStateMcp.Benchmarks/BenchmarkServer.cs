using System.ComponentModel;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;
using SupportStateMcp.Cli;
using SupportStateMcp.Hosting;
using SupportStateMcp.Storage.Redis;

namespace SupportStateMcp.Benchmarks;

/// <summary>The server as it is, with one tool more: one that does nothing, to measure the others against.</summary>
internal static class BenchmarkServer
{
    public static async Task<int> RunAsync(string[] args)
    {
        // serve stdio|http redis|sqlite WHERE [URL]
        var options = new ServerOptions
        {
            Backend = args[1] == "redis" ? Backend.Redis : Backend.Sqlite,
            RedisConnection = args[2],
            Directory = args[2],
            Url = new Uri(args.ElementAtOrDefault(3) ?? "http://127.0.0.1:3001"),
        };

        if (args[0] == "stdio")
            return await StdioHost.RunAsync(options, CliConsole.OfProcess, AddNoop, CancellationToken.None);

        await using var app = HttpHost.Build(options, AddNoop);
        await app.RunAsync();
        return 0;
    }

    private static void AddNoop(IServiceCollection services) => services.AddSingleton(McpServerTool.Create(Noop));

    [McpServerTool(Name = "noop"), Description("Does nothing.")]
    private static CallToolResult Noop([Description("Any text.")] string text) =>
        new() { Content = [new TextContentBlock { Text = text }] };
}
