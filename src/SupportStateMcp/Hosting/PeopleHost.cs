using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using SupportStateMcp.Conversations;
using SupportStateMcp.People;
using SupportStateMcp.Workflow;

namespace SupportStateMcp.Hosting;

/// <summary>One command of a person on the configured store: no server, no upkeep, nothing that listens.</summary>
internal static class PeopleHost
{
    public static async Task<int> RunAsync(
        ServerOptions options, Func<PersonsDesk, CancellationToken, Task<int>> work, CancellationToken cancellationToken)
    {
        // What the store logs as a warning, the person is told as a refusal.
        await using var services = new ServiceCollection().AddDesk(options, LogLevel.Error).BuildServiceProvider();
        return await work(new PersonsDesk(
            new Caller(options.Actor!, options.Roles ?? RoleNames.DefaultFor(options.Actor!.Kind)),
            services.GetRequiredService<ConversationDesk>(),
            services.GetRequiredService<ConversationReader>(),
            services.GetRequiredService<Reopening>(),
            services.GetRequiredService<WorkflowDefinition>(),
            services.GetRequiredService<StoreUpkeep>().SettleAsync,
            services.GetRequiredService<TimeProvider>()), cancellationToken);
    }
}
