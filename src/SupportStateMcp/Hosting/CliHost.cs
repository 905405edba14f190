using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using SupportStateMcp.Cli;
using SupportStateMcp.Conversations;
using SupportStateMcp.Identity;
using SupportStateMcp.Workflow;

namespace SupportStateMcp.Hosting;

/// <summary>One command of a person on the configured store: no server, no upkeep, nothing that listens.</summary>
internal static class CliHost
{
    public static async Task<int> RunAsync(
        ServerOptions options, Func<CliContext, CancellationToken, Task<int>> work, CancellationToken cancellationToken)
    {
        // What the store logs as a warning, the person is told as a refusal.
        await using var services = new ServiceCollection().AddDesk(options, LogLevel.Error).BuildServiceProvider();
        return await work(new CliContext(
            new Caller(options.Actor!, options.Roles ?? RoleNames.DefaultFor(options.Actor!.Kind)),
            services.GetRequiredService<ConversationCommandHandler>(),
            services.GetRequiredService<ConversationQueries>(),
            services.GetRequiredService<Reopening>(),
            services.GetRequiredService<WorkflowDefinition>(),
            services.GetRequiredService<StoreMaintenance>().ExpireOverdueAsync,
            services.GetRequiredService<TimeProvider>()), cancellationToken);
    }
}
