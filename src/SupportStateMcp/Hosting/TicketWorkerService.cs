using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using SupportStateMcp.Tickets;
using SupportStateMcp.Tickets.Workers;

namespace SupportStateMcp.Hosting;

/// <summary>The built-in worker as a service of an application.</summary>
internal sealed class TicketWorkerService(WorkerLoop loop, TicketSetup setup) : BackgroundService
{
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => loop.RunAsync(null, setup.Workers, stoppingToken);
}

/// <summary>The summaries that stand for older messages, as a service of an application.</summary>
internal sealed class SummaryService(SummaryLoop loop) : BackgroundService
{
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => loop.RunAsync(stoppingToken);
}

/// <summary>Puts the built-in worker together.</summary>
internal static class TicketWorkers
{
    /// <summary>The worker that is configured, and the loop that gives it steps.</summary>
    /// <exception cref="ArgumentException">None is configured.</exception>
    public static IServiceCollection AddWorker(this IServiceCollection services, TicketSetup setup)
    {
        services.AddSingleton(setup);
        services.AddSingleton<WorkerLoop>();
        services.AddSingleton<SummaryLoop>();
        return setup switch
        {
            { Worker: WorkerKind.Rules } => services.AddSingleton<IStepWorker, RulesWorker>().AddSingleton<ISummaryWriter, RulesSummaryWriter>(),
            { Worker: WorkerKind.Llm, Llm: { } llm } => services.AddSingleton(llm).AddSingleton(_ => OpenAiClients.Create(llm.Endpoint, llm.ApiKey, llm.Timeout).GetChatClient(llm.Model).AsIChatClient()).AddSingleton<IStepWorker, LlmWorker>().AddSingleton<ISummaryWriter, LlmSummaryWriter>(),
            _ => throw new ArgumentException("No worker is configured.", nameof(setup)),
        };
    }
}
