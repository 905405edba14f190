using System.Runtime.InteropServices;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using SupportStateMcp.Context;
using SupportStateMcp.Events;
using SupportStateMcp.Primitives;
using SupportStateMcp.Tickets;
using SupportStateMcp.Tickets.Workers;

namespace SupportStateMcp.Hosting;

/// <summary><c>work</c>: a built-in worker as a process of its own, on the configured store, until it is told to stop.</summary>
internal static class WorkHost
{
    /// <param name="options">What is configured.</param>
    /// <param name="roles">The roles whose steps it takes, with commas between them; null for all.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static async Task<int> RunAsync(ServerOptions options, string? roles, CancellationToken cancellationToken)
    {
        // Who starts a worker wants one: without a word of the configuration it is the one that needs no model.
        var setup = options.Tickets.Worker == WorkerKind.None ? options.Tickets with { Worker = WorkerKind.Rules } : options.Tickets;
        var collection = new ServiceCollection().AddDesk(options, LogLevel.Warning).AddWorker(setup);
        collection.AddTelemetryExport(options, hasHttp: false);
        await using var services = collection.BuildServiceProvider();
        services.StartTelemetryExport();
        if (await StartCheck.RefusalAsync(services, cancellationToken) is { } refusal)
        {
            await Console.Error.WriteLineAsync(refusal);
            return CommandLine.BadConfiguration;
        }

        var known = services.GetRequiredService<StepService>().Roles;
        string[]? wanted = roles?.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        if (wanted?.FirstOrDefault(r => !known.Contains(r)) is { } unknown)
        {
            await Console.Error.WriteLineAsync($"--roles: '{unknown}' is no role of a pipeline; use {string.Join(", ", known)}.");
            return CommandLine.BadConfiguration;
        }

        using var ends = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var onTerm = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        using var onInt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        await Console.Error.WriteLineAsync(
            $"SupportStateMcp works as {services.GetRequiredService<IStepWorker>().Name} on {string.Join(", ", wanted is { Length: > 0 } ? wanted : known)}, {setup.Workers} steps at a time, until Ctrl+C.");
        // Steps whose lease ran out are given back also where no server runs.
        await using var maintenance = services.GetRequiredService<StoreMaintenance>().Start();
        await using var idle = new RunningTask(new IdleMemory(services.GetRequiredService<TimeProvider>()).RunAsync);
        await using var publishing = services.GetService<EventPublisher>()?.Start();
        await Task.WhenAll(
            services.GetRequiredService<WorkerLoop>().RunAsync(wanted, setup.Workers, ends.Token),
            options.Context.Strategy == ContextStrategy.Summarise ? services.GetRequiredService<SummaryLoop>().RunAsync(ends.Token) : Task.CompletedTask);
        return 0;

        void Stop(PosixSignalContext context)
        {
            context.Cancel = true;
            ends.Cancel();
        }
    }
}
