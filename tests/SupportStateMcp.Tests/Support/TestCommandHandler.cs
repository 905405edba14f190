using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using SupportStateMcp.Conversations;
using SupportStateMcp.Hosting;
using SupportStateMcp.Identity;
using SupportStateMcp.Workflow;

namespace SupportStateMcp.Tests.Support;

/// <summary>A desk on an embedded store of its own, put together as the server puts it together.</summary>
public sealed class TestCommandHandler : IAsyncDisposable
{
    public static readonly Actor Agent = new(ActorKind.Ai, "desk-agent");

    private readonly TemporaryDirectory _directory = new();
    private readonly ServiceProvider _services;

    public TestCommandHandler(WorkflowDefinition? workflow = null)
    {
        var options = new ServerOptions { Backend = Backend.Sqlite, Directory = _directory.Path };
        if (workflow is not null)
            options = options with { Workflow = workflow };
        var services = new ServiceCollection();
        services.AddSupportState(options, LogLevel.Warning);
        _services = services.AddSingleton<TimeProvider>(Time).BuildServiceProvider();
    }

    /// <summary>Starts at the time of day: an embedded store may look at the machine's clock as well.</summary>
    public FakeTime Time { get; } = new(TimeProvider.System.GetUtcNow());

    public IConversationStore Store => _services.GetRequiredService<IConversationStore>();

    public ConversationCommandHandler Desk => _services.GetRequiredService<ConversationCommandHandler>();

    public ConversationQueries Reader => _services.GetRequiredService<ConversationQueries>();

    public ConversationDecider Decider => _services.GetRequiredService<ConversationDecider>();

    /// <summary>A desk on the same store, or on what a test put around it.</summary>
    public ConversationCommandHandler Another(IConversationStore? store = null, IConversationLocks? locks = null, ConcurrencyOptions? concurrency = null) =>
        new(store ?? Store, locks ?? _services.GetRequiredService<IConversationLocks>(), Decider,
            concurrency ?? ConcurrencyOptions.Default, Time, new Random(1));

    public ValueTask<Result<Outcome>> DoAsync(ConversationCommand command) =>
        Desk.ExecuteAsync(command, TestContext.Current.CancellationToken);

    public ValueTask<Loaded> LoadAsync(ConversationId id) => Store.LoadAsync(id, null, TestContext.Current.CancellationToken);

    public ValueTask<IReadOnlyList<ConversationEvent>> TrailAsync(ConversationId id) =>
        Store.ReadEventsAsync(id, 0, 10_000, TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync();
        _directory.Dispose();
    }
}
