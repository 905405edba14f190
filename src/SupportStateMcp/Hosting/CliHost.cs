using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using SupportStateMcp.Cli;
using SupportStateMcp.Conversations;
using SupportStateMcp.Customers;
using SupportStateMcp.Events;
using SupportStateMcp.Identity;
using SupportStateMcp.Knowledge;
using SupportStateMcp.Memory;
using SupportStateMcp.Storage.Redis;
using SupportStateMcp.Tickets;
using SupportStateMcp.Workflow;

namespace SupportStateMcp.Hosting;

/// <summary>One command of a person on the configured store: no server, no upkeep, nothing that listens.</summary>
internal static class CliHost
{
    /// <param name="options">What is configured.</param>
    /// <param name="createsStore">True where the command may be the first on a store.</param>
    /// <param name="console">What the command reads and writes.</param>
    /// <param name="configure">Adds to its services, or changes them; for tests.</param>
    /// <param name="work">What is done.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static async Task<int> RunAsync(
        ServerOptions options, bool createsStore, CliConsole console, Action<IServiceCollection>? configure,
        Func<CliContext, CancellationToken, Task<int>> work, CancellationToken cancellationToken)
    {
        // What the store logs as a warning, and why Redis cannot be used, the person is told as a refusal.
        var collection = new ServiceCollection().AddDesk(options, LogLevel.Error, mustExist: !createsStore);
        collection.AddLogging(logging => logging.AddFilter(typeof(RedisConnection).FullName, LogLevel.None));
        configure?.Invoke(collection);
        await using var services = collection.BuildServiceProvider();
        return await work(new CliContext(
            new Caller(options.Actor!, options.Roles ?? RoleNames.DefaultFor(options.Actor!.Kind)),
            console,
            services.GetRequiredService<ConversationCommandHandler>(),
            services.GetRequiredService<ConversationQueries>(),
            services.GetRequiredService<Reopening>(),
            services.GetRequiredService<CustomerService>(),
            services.GetRequiredService<ArticleService>(),
            services.GetRequiredService<KnowledgeSearch>(),
            services.GetRequiredService<MemoryService>(),
            services.GetRequiredService<TicketService>(),
            services.GetRequiredService<TaskService>(),
            services.GetRequiredService<ConversationVersions>(),
            services.GetRequiredService<Forking>(),
            services.GetRequiredService<SampleData>(),
            services.GetRequiredService<EventFeed>(),
            services.GetService<EventDeliveries>(),
            services.GetRequiredService<WorkflowDefinition>(),
            services.GetRequiredService<StoreMaintenance>().ExpireOverdueAsync,
            services.GetRequiredService<TimeProvider>()), cancellationToken);
    }
}
