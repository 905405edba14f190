using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using ModelContextProtocol.Server;
using SupportStateMcp.Briefs;
using SupportStateMcp.Context;
using SupportStateMcp.Conversations;
using SupportStateMcp.Customers;
using SupportStateMcp.Knowledge;
using SupportStateMcp.Identity;
using SupportStateMcp.Mcp.Clients;
using SupportStateMcp.Mcp.Extensions;
using SupportStateMcp.Mcp.Filters;
using SupportStateMcp.Mcp.Prompts;
using SupportStateMcp.Mcp.Resources;
using SupportStateMcp.Mcp.Tools;
using SupportStateMcp.Memory;
using SupportStateMcp.Records;
using SupportStateMcp.Storage;
using SupportStateMcp.Storage.FullText;
using SupportStateMcp.Storage.Postgres;
using SupportStateMcp.Storage.Redis;
using SupportStateMcp.Storage.Sqlite;
using SupportStateMcp.Tickets;
using SupportStateMcp.Workflow;

namespace SupportStateMcp.Hosting;

/// <summary>Puts the parts together.</summary>
public static class Composition
{
    /// <summary>The store, the rules, and what works with both.</summary>
    /// <param name="services">Where they are added.</param>
    /// <param name="options">What is configured.</param>
    /// <param name="level">What is logged.</param>
    /// <param name="mustExist">True where an embedded store that is not there is not made.</param>
    public static IServiceCollection AddDesk(this IServiceCollection services, ServerOptions options, LogLevel level, bool mustExist = false)
    {
        services.AddLogging(logging =>
        {
            logging
                .SetMinimumLevel(level)
                // To the error stream: the output belongs to the protocol.
                .AddConsole(console => console.LogToStandardErrorThreshold = LogLevel.Trace)
                // The SDK warns of every request that it refuses; the refusal itself is the answer.
                .AddFilter("ModelContextProtocol", LogLevel.Error)
                // It tells of every try at a lock, by the conversation's id.
                .AddFilter("RedLockNet", LogLevel.Warning);
            if (options.Telemetry.JsonLogs)
            {
                // The scopes hold the ids of trace and span.
                logging.AddJsonConsole(json => (json.UseUtcTimestamp, json.IncludeScopes, json.TimestampFormat) = (true, true, "yyyy-MM-ddTHH:mm:ss.fffZ"));
                logging.Configure(factory => factory.ActivityTrackingOptions = ActivityTrackingOptions.TraceId | ActivityTrackingOptions.SpanId);
            }
        });

        services.AddSingleton(TimeProvider.System);
        services.AddSingleton(Random.Shared);
        services.AddSingleton(options.Workflow);
        services.AddSingleton(options.ApprovalPolicy);
        services.AddSingleton(options.Concurrency);
        services.AddSingleton(options.Pipelines);
        services.AddSingleton(options.Tickets.Rules);
        services.AddSingleton(options.Limits);
        services.AddSingleton<RateLimits>();
        if (options.Facts is { } facts)
            services.AddSingleton(facts);
        services.AddSingleton(StoredSchema.Current);
        if (options.Backend == Backend.Redis)
            AddRedis(services, options);
        else
            AddSqlite(services, options, mustExist);

        services.AddSingleton<ArticleService>();
        services.AddSingleton<ArticleIndexing>();
        services.AddSingleton<KnowledgeSearch>();
        if (options.ForeignKnowledge is { } foreign)
            services.AddSingleton(foreign).AddSingleton<IForeignKnowledge, McpKnowledge>();
        else if (options.Embeddings is { } embeddings)
            services.AddSingleton<IEmbedder>(_ => Embedder.Of(embeddings)).AddSingleton<VectorIndex>().AddSingleton<VectorFilling>().AddSingleton<VectorSearch>();
        AddMemory(services, options);
        services.AddEvents(options);
        services.AddSingleton<ConversationDecider>();
        services.AddSingleton<ConversationCommandHandler>();
        services.AddSingleton<ConversationQueries>();
        services.AddSingleton<ConversationChangeWaiter>();
        services.AddSingleton<TurnService>();
        services.AddSingleton(new StateSuggestions(options.Workflow, options.Suggestions));
        services.AddSingleton(options.Context);
        services.AddSingleton<ITokenCounter>(_ => options.Context.CountsExactly ? new ExactTokens() : new TokenEstimate());
        services.AddSingleton<ContextService>();
        services.AddSingleton<ApprovalService>();
        services.AddSingleton<Reopening>();
        services.AddSingleton<TaskService>();
        services.AddSingleton<ConversationVersions>();
        services.AddSingleton<Forking>();
        services.AddSingleton<CustomerService>();
        services.AddSingleton<StoreMaintenance>();
        services.AddSingleton<SampleData>();
        services.AddSingleton<WorkSignal>();
        services.AddSingleton<StepService>();
        services.AddSingleton<TicketService>();
        services.AddSingleton<TicketResearch>();
        return services;
    }

    /// <summary>The desk, and what serves it over MCP; a transport is yet to be added.</summary>
    /// <param name="services">Where it is registered.</param>
    /// <param name="options">What is configured.</param>
    /// <param name="level">From which level on it logs.</param>
    /// <param name="served">The toolsets that any connection can have.</param>
    public static IMcpServerBuilder AddSupportState(
        this IServiceCollection services, ServerOptions options, LogLevel level, Toolsets served = ToolsetNames.Every)
    {
        services.AddDesk(options, level);
        services.AddSingleton<LoggerFactory>();
        services.Replace(ServiceDescriptor.Singleton<ILoggerFactory, RefusalLogging>());
        services.AddSingleton(new ConnectionIdentity(options.Actor, options.Roles));
        services.AddSingleton<ConnectionCaller>();
        services.AddSingleton(new ConnectionToolsets(options.Toolsets));
        services.AddSingleton<TelemetryFilter>();
        services.AddSingleton<AuthorizationFilter>();
        services.AddSingleton<ToolsetFilter>();
        services.AddSingleton<RateLimitFilter>();
        services.AddSingleton<ConversationBriefs>();
        services.AddSingleton<ApprovalRequests>();
        services.AddSingleton(new HostPerson(options.Person));
        services.AddSingleton<ElicitationService>();
        services.AddSingleton<ServerStopping>();
        services.AddSingleton<ConversationCompletions>();
        services.AddSingleton<ConversationSubscriptions>();
        services.AddSingleton<DeskTasks>();
        services.AddSingleton<IExtensionTasks>(provider => provider.GetRequiredService<DeskTasks>());
        services.AddSingleton<TaskMessages>();
        services.AddSingleton<AppsExtension>();
        services.AddSingleton<IAppDocuments>(new AppDocuments(() => null));
        services.AddSingleton<McpServerSetup>();
        services.AddSingleton<IConfigureOptions<McpServerOptions>>(provider => provider.GetRequiredService<McpServerSetup>());
        return services.AddMcpServer()
            .WithCatalogue(served)
            .WithResourceCatalogue()
            .WithPrompts<SupportPrompts>()
            .WithPrompts<TicketPrompts>();
    }

    /// <summary>What is remembered: its records, its index, and what follows the end of a conversation.</summary>
    private static void AddMemory(IServiceCollection services, ServerOptions options)
    {
        services.AddSingleton(options.Memory);
        services.AddSingleton<MemoryIndexing>();
        services.AddSingleton<MemoryParts>();
        services.AddSingleton<MemoryService>();
        services.AddSingleton<IMemory>(s => s.GetRequiredService<MemoryService>());
        services.AddSingleton<Episodes>();
        services.AddSingleton<ResolutionWork>();
        services.AddSingleton<MemoryUpkeep>();
        if (options.MemoryEmbeddings is { } local)
            services.AddSingleton(s => Vectors(s, Embedder.Of(local)));
        else if (options.Embeddings is { } service)
            services.AddSingleton(s => Vectors(s, Embedder.Of(service)));

        static MemoryVectors Vectors(IServiceProvider services, Embedder embedder) =>
            new(services.GetRequiredService<IRecordStore>(), embedder, services.GetRequiredService<TimeProvider>(), services.GetRequiredService<ILoggerFactory>());
    }

    private static void AddSqlite(IServiceCollection services, ServerOptions options, bool mustExist)
    {
        services.AddSingleton(new SqliteStoreOptions(options.Directory, options.TimeToLive, options.Concurrency.LockTimeout) { MustExist = mustExist });
        services.AddSingleton<SqliteConnections>();
        services.AddSingleton<IRateCounter, ProcessRateCounter>();
        if (options.Archive)
            services.AddSingleton<SqliteArchive>().AddSingleton<IConversationArchive>(s => s.GetRequiredService<SqliteArchive>());
        services.AddSingleton<IConversationStore, SqliteConversationStore>();
        services.AddSingleton<IRecordStore, SqliteRecordStore>();
        services.AddSingleton<IArticleIndex>(s => new FullTextIndex(new SqliteFullText(s.GetRequiredService<SqliteConnections>())));
        services.AddSingleton<IMemoryIndex>(s => new MemoryIndex(new SqliteFullText(s.GetRequiredService<SqliteConnections>())));
        services.AddSingleton<ISessionStore, SqliteSessionStore>();
        services.AddSingleton<IConversationLocks, SqliteConversationLocks>();
    }

    private static void AddRedis(IServiceCollection services, ServerOptions options)
    {
        services.AddSingleton(RedisOptionsOf(options));
        services.AddSingleton<RedisConnection>();
        services.AddSingleton<IRateCounter, RedisRateCounter>();
        if (options is { Archive: true, ArchiveConnection: { } archive })
        {
            services.AddSingleton(new PostgresOptions { ConnectionString = archive, KeyPrefix = options.KeyPrefix });
            services.AddSingleton<IArchiveTable, PostgresArchive>();
            services.AddSingleton<RedisArchive>().AddSingleton<IConversationArchive>(s => s.GetRequiredService<RedisArchive>());
        }

        services.AddSingleton<IConversationStore, RedisConversationStore>();
        services.AddSingleton<IRecordStore, RedisRecordStore>();
        services.AddSingleton<IArticleIndex>(_ => new FullTextIndex(new ProcessFullText()));
        services.AddSingleton<IMemoryIndex>(_ => new MemoryIndex(new ProcessFullText()));
        services.AddSingleton<ISessionStore, RedisSessionStore>();
        services.AddSingleton<IConversationLocks, RedLockConversationLocks>();
    }

    internal static RedisOptions RedisOptionsOf(ServerOptions options) => new()
    {
        ConnectionString = options.RedisConnection,
        KeyPrefix = options.KeyPrefix,
        TimeToLive = options.TimeToLive,
        LockEndpoints = options.LockEndpoints,
    };
}
