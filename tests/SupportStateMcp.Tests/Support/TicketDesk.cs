using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using SupportStateMcp.Conversations;
using SupportStateMcp.Customers;
using SupportStateMcp.Hosting;
using SupportStateMcp.Identity;
using SupportStateMcp.Tests.Conversations;
using SupportStateMcp.Tickets;
using SupportStateMcp.Tickets.Workers;

namespace SupportStateMcp.Tests.Support;

/// <summary>A desk that works tickets, put together as the server puts it together, with the sample data, on a store of its own.</summary>
internal sealed class TicketDesk : IAsyncDisposable
{
    public static readonly Caller Reporter = new(new Actor(ActorKind.Ai, "reporter"), Roles.Agent);

    public static readonly Caller Ann = new(new Actor(ActorKind.Human, "ann"), Roles.Agent | Roles.Approver);

    private readonly TemporaryDirectory? _directory;
    private readonly CancellationTokenSource _ends = new();
    private readonly List<Task> _workers = [];

    private TicketDesk(ServerOptions options, TemporaryDirectory? directory, TimeProvider time)
    {
        _directory = directory;
        var services = new ServiceCollection();
        services.AddSupportState(options, LogLevel.Warning);
        services.AddPatience().AddWorker(new TicketSetup { Worker = WorkerKind.Rules });
        Services = services.AddSingleton(time).BuildServiceProvider();
        Options = options;
    }

    public ServiceProvider Services { get; }

    public ServerOptions Options { get; }

    public TicketService Tickets => Services.GetRequiredService<TicketService>();

    public StepService Steps => Services.GetRequiredService<StepService>();

    public IConversationStore Store => Services.GetRequiredService<IConversationStore>();

    public static async Task<TicketDesk> OnAsync(string store, SharedRedis redis, TimeProvider? time = null, bool withArticles = true, LimitOptions? limits = null)
    {
        var directory = store == "sqlite" ? new TemporaryDirectory() : null;
        var options = directory is not null
            ? new ServerOptions { Backend = Backend.Sqlite, Directory = directory.Path }
            : new ServerOptions { Backend = Backend.Redis, RedisConnection = (await redis.ServerAsync()).ConnectionString, KeyPrefix = $"t{Guid.NewGuid():N}:" };
        var desk = new TicketDesk(
            options with { Limits = limits ?? new LimitOptions(), Concurrency = ConcurrencyOptions.Default with { LockTimeout = Eventually.Patience } }, directory, time ?? TimeProvider.System);
        if (!withArticles)
        {
            var imported = await desk.Services.GetRequiredService<CustomerService>().ImportAsync(
                new ImportCustomers { Actor = new Actor(ActorKind.Human, "sue"), Roles = Roles.Supervisor, Customers = CustomerSampleData.Customers, Systems = CustomerSampleData.Systems },
                null, TestContext.Current.CancellationToken);
            Assert.Null(imported.Error);
            return desk;
        }

        var loaded = await desk.Services.GetRequiredService<SampleData>().LoadAsync(
            new LoadSampleData(new Actor(ActorKind.Human, "sue"), Roles.Supervisor), TestContext.Current.CancellationToken);
        Assert.True(loaded.TryGet(out _, out var error), error?.Code);
        return desk;
    }

    /// <summary>Another process on the same store.</summary>
    public TicketDesk Another() => new(Options, null, Services.GetRequiredService<TimeProvider>());

    /// <summary>Starts the built-in worker, which ends with the desk.</summary>
    public TicketDesk Work(int concurrency = 2, params string[] roles)
    {
        _workers.Add(Services.GetRequiredService<WorkerLoop>().RunAsync(roles.Length == 0 ? null : roles, concurrency, _ends.Token));
        return this;
    }

    public async Task<Conversation> ReportAsync(string ticket, string customer = "CUST001", string description = "The sidecar does not start after the upgrade of the control plane.", Caller? by = null)
    {
        by ??= Reporter;
        var result = await Tickets.CreateAsync(
            new ConversationCommand.OpenTicket
            {
                Id = ConversationId.OfTicket(ticket)!.Value, Actor = by.Actor, Roles = by.Roles, CustomerId = customer, Description = description,
            },
            TestContext.Current.CancellationToken);
        return result.Value.Conversation;
    }

    /// <summary>Reports a ticket, and takes its expert's step.</summary>
    public async Task<TakenStep> ExpertAsync(string ticket)
    {
        await ReportAsync(ticket);
        var triage = await TakeAsync("triage");
        var completed = await Steps.CompleteAsync(
            new ConversationCommand.CompleteStep
            {
                Id = triage.Token.Id, Actor = Reporter.Actor, Roles = Reporter.Roles, Token = triage.Token, Outcome = StepOutcome.Done, Result = OneRun.Triaged,
            },
            TestContext.Current.CancellationToken);
        Assert.Null(completed.Error);
        return await TakeAsync("expert");

        async Task<TakenStep> TakeAsync(string role) =>
            (await Steps.NextAsync(Reporter, [role], TimeSpan.Zero, TimeSpan.FromMinutes(5), TestContext.Current.CancellationToken)).Value.Step!;
    }

    /// <summary>Waits until a ticket is as wanted.</summary>
    public async Task<Conversation> UntilAsync(string ticket, Func<Run, bool> wanted)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(TimeSpan.FromSeconds(60));
        var found = await Services.GetRequiredService<ConversationChangeWaiter>().WaitAsync(
            ConversationId.OfTicket(ticket)!.Value, c => c?.Run is { } run && wanted(run), TimeSpan.FromSeconds(60), limit.Token);
        Assert.True(found?.Run is { } run && wanted(run), $"{ticket}: {found?.Run?.Status} at {found?.Run?.Stage}, {found?.Run?.Reason}");
        return found!;
    }

    public async Task<Error?> DecideAsync(string ticket, bool approved, string? solution = null, string? notes = null, bool revise = false, Caller? by = null)
    {
        var result = await Tickets.DecideAsync(
            new SolutionDecision { TicketId = ticket, Approved = approved, FinalSolution = solution, Notes = notes, Revise = revise }, by ?? Ann, TestContext.Current.CancellationToken);
        return result.Error;
    }

    public async Task<IReadOnlyList<Message>> MessagesAsync(string ticket) =>
        await Store.ReadMessagesAsync(ConversationId.OfTicket(ticket)!.Value, long.MaxValue, 100, 1 << 20, TestContext.Current.CancellationToken);

    public async Task<IReadOnlyList<ConversationEvent>> TrailAsync(string ticket) =>
        await Store.ReadEventsAsync(ConversationId.OfTicket(ticket)!.Value, 0, 1_000, 1 << 24, TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        await _ends.CancelAsync();
        await Task.WhenAll(_workers);
        await Services.DisposeAsync();
        _ends.Dispose();
        _directory?.Dispose();
    }
}
