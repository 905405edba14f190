using System.Runtime.InteropServices;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using ModelContextProtocol.Server;
using SupportStateMcp.Cli;
using SupportStateMcp.Events;
using SupportStateMcp.Mcp.Tools;
using SupportStateMcp.Primitives;

namespace SupportStateMcp.Hosting;

/// <summary>The server of one client on standard input and output. Nothing but protocol goes to the output; logs go to the error stream.</summary>
public static class StdioHost
{
    /// <param name="options">What is configured.</param>
    /// <param name="console">Its input and output carry the protocol.</param>
    /// <param name="configure">Adds to its services, or changes them; for tests and benchmarks.</param>
    /// <param name="cancellationToken">Ends the input.</param>
    internal static async Task<int> RunAsync(
        ServerOptions options, CliConsole console, Action<IServiceCollection>? configure, CancellationToken cancellationToken)
    {
        var collection = new ServiceCollection();
        collection.AddSupportState(options, LogLevel.Warning, served: options.Toolsets ?? ToolsetNames.Default);
        collection.AddTelemetryExport(options, hasHttp: false);
        configure?.Invoke(collection);
        await using var services = collection.BuildServiceProvider();
        services.StartTelemetryExport();
        // Making tools from their methods is most of a start; it happens while the store is tried.
        var making = Task.Run(services.GetServices<McpServerTool>, cancellationToken);
        var refusal = await StartCheck.RefusalAsync(services, cancellationToken);
        await making;
        if (refusal is not null)
        {
            await Console.Error.WriteLineAsync(refusal);
            return CommandLine.BadConfiguration;
        }

        await Console.Error.WriteLineAsync(StartNotice.OverStdio(options, isTyped: !Console.IsInputRedirected));
        var ending = services.GetRequiredService<ServerStopping>();
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var onTerm = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        using var onInt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);

        await using var transport = new StdioTransport(
            console.OpenInput(), console.OpenOutput(), services.GetRequiredService<ILogger<StdioTransport>>());
        await using var server = McpServer.Create(
            transport,
            services.GetRequiredService<IOptions<McpServerOptions>>().Value,
            services.GetRequiredService<ILoggerFactory>(),
            services);
        await using var upkeep = services.GetRequiredService<StoreMaintenance>().Start();
        await using var publishing = services.GetService<EventPublisher>()?.Start();
        await using var idle = new RunningTask(new IdleMemory(services.GetRequiredService<TimeProvider>()).RunAsync);

        // When the input ends, the loop ends once every running call is answered. A signal ends the input, and what is still in
        // it is refused.
        var running = server.RunAsync(CancellationToken.None);
        var reading = Task.Run(() => transport.ReadAsync(stopping.Token), CancellationToken.None);
        await Task.WhenAny(reading, running);
        // Who closed the input waits for nothing that has yet to happen.
        ending.Tell();
        await running;
        return 0;

        void Stop(PosixSignalContext signal)
        {
            signal.Cancel = true;
            stopping.Cancel();
            ending.Tell();
        }
    }
}
