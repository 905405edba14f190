using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using SupportStateMcp.Conversations;
using SupportStateMcp.Hosting;
using SupportStateMcp.Identity;
using SupportStateMcp.Knowledge;
using SupportStateMcp.Memory;
using SupportStateMcp.Records;

namespace SupportStateMcp.Tests.Support;

/// <summary>The desk of one process with its memory, on a store that others share. Its services are those of the server.</summary>
internal sealed class MemoryDesk : IAsyncDisposable
{
    public static readonly Caller Bot = new(new Actor(ActorKind.Ai, "claude"), Roles.Agent);

    private readonly ServiceProvider _services;

    public MemoryDesk(ServerOptions options, FakeTime time, Action<IServiceCollection>? configure = null)
    {
        Time = time;
        var services = new ServiceCollection().AddDesk(options, LogLevel.Information);
        services.AddSingleton<TimeProvider>(time).AddLogging(l => l.ClearProviders());
        services.AddPatience();
        configure?.Invoke(services);
        _services = services.BuildServiceProvider();
    }

    public FakeTime Time { get; }

    public MemoryService Memory => _services.GetRequiredService<MemoryService>();

    public ResolutionWork Work => _services.GetRequiredService<ResolutionWork>();

    public MemoryUpkeep Upkeep => _services.GetRequiredService<MemoryUpkeep>();

    public ConversationCommandHandler Commands => _services.GetRequiredService<ConversationCommandHandler>();

    public IConversationStore Conversations => _services.GetRequiredService<IConversationStore>();

    public IRecordStore Records => _services.GetRequiredService<IRecordStore>();

    public IMemoryIndex Index => _services.GetRequiredService<IMemoryIndex>();

    public ArticleService Articles => _services.GetRequiredService<ArticleService>();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public T Get<T>() where T : notnull => _services.GetRequiredService<T>();

    public ValueTask<Result<Remembered>> TryRememberAsync(
        string? customer, string text, MemoryKind kind = MemoryKind.Fact, string? key = null, ConversationId? conversation = null, params string[] topics) =>
        Memory.RememberAsync(
            new Remember { Actor = Bot.Actor, Roles = Bot.Roles, CustomerId = customer, Conversation = conversation, Kind = kind, Text = text, Key = key, Topics = topics }, Stop);

    public async Task<Remembered> RememberAsync(
        string? customer, string text, MemoryKind kind = MemoryKind.Fact, string? key = null, ConversationId? conversation = null, params string[] topics) =>
        (await TryRememberAsync(customer, text, kind, key, conversation, topics)).Value;

    public async Task<IReadOnlyList<MemoryItem>> RecallAsync(string customer, string? query, int k = 5, DateTimeOffset? asOf = null, params MemoryKind[] kinds) =>
        (await Memory.RecallAsync(Bot, customer, query, kinds, k, asOf, Stop)).Value.Memories;

    /// <summary>The texts that are recalled, the best first.</summary>
    public async Task<IReadOnlyList<string>> TextsAsync(string customer, string? query, int k = 5, DateTimeOffset? asOf = null, params MemoryKind[] kinds) =>
        [.. (await RecallAsync(customer, query, k, asOf, kinds)).Select(m => m.Text)];

    public async Task<ForgottenMemory> ForgetAsync(string memoryId, string reason = "asked for") =>
        (await Memory.ForgetAsync(new Forget { Actor = Bot.Actor, Roles = Bot.Roles, MemoryId = memoryId, Reason = reason }, Stop)).Value;

    public async Task<MemoryList> ListAsync(string? customer, bool all = false) => (await Memory.ListAsync(customer, [], all, Stop)).Value;

    public ValueTask<Result<UpdatedProfile>> ProfileAsync(string customer, string? preferences, string? history = null, long? expectedVersion = null) => Memory.UpdateAsync(
        new UpdateProfile
        {
            Actor = Bot.Actor,
            Roles = Bot.Roles,
            CustomerId = customer,
            Preferences = preferences is null ? null : TestConversations.Facts(preferences),
            History = history is null ? null : TestConversations.Facts(history),
            ExpectedVersion = expectedVersion,
        }, Stop);

    public ValueTask<Result<SessionValues>> SetAsync(ConversationId id, string key, string? value, int ttl = 300) => Memory.SetAsync(
        new SetSession { Actor = Bot.Actor, Roles = Bot.Roles, Conversation = id, Key = key, Value = value is null ? null : JsonElement.Parse(value), TimeToLive = ttl }, Stop);

    /// <summary>What is shared, in a line.</summary>
    public async Task<string> SharedAsync(ConversationId id) =>
        string.Join(' ', (await Memory.SessionAsync(id, Stop)).Value.Values.Select(v => $"{v.Key}={v.Value.GetRawText()}"));

    public async Task<Conversation> DoAsync(params ConversationCommand[] commands)
    {
        Conversation? last = null;
        foreach (var command in commands)
            last = (await Commands.ExecuteAsync(command, Stop)).Value.Conversation;
        return last!;
    }

    /// <summary>Opens a conversation, with a message of the customer and an answer.</summary>
    public async Task<ConversationId> OpenAsync(string ticket, string customer, string problem, string answer)
    {
        var id = TestConversations.Id(ticket);
        await DoAsync(
            TestConversations.Initialize(id, customer, description: problem),
            TestConversations.Message("c-1", problem, id),
            TestConversations.Message("a-1", answer, id) with { Role = MessageRole.Assistant });
        return id;
    }

    /// <summary>Closes one, and waits until what follows is done.</summary>
    public async Task CloseAsync(ConversationId id)
    {
        await MoveAsync(Commands, id);
        await Work.WhenDoneAsync();
    }

    /// <summary>Closes one by somebody's rules.</summary>
    public static async Task MoveAsync(ConversationCommandHandler commands, ConversationId id)
    {
        foreach (var state in (string[])["processing", "awaiting_confirmation", "resolved"])
            Assert.Null((await commands.ExecuteAsync(TestConversations.Transition(state, "solved", id), Stop)).Error);
    }

    public async ValueTask DisposeAsync() => await _services.DisposeAsync();
}
