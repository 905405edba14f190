using System.Globalization;
using System.Text.Json;
using SupportStateMcp.Conversations;
using SupportStateMcp.Identity;
using SupportStateMcp.Tests.Support;
using SupportStateMcp.Workflow;

namespace SupportStateMcp.Tests.Conversations;

/// <summary>What somebody does next; the numbers pick who, where and with what.</summary>
public sealed record Step(int Kind, int Who, int What, int Instance)
{
    public const int Kinds = 23;

    /// <summary>Time passes now and then; permissions are asked for, decided on and used.</summary>
    public static int[] OfApprovals => [16, 18, 18, 18, 19, 19, 19, 19, 19, 19, 19, 19, 20, 20];
}

/// <summary>
/// Two instances that serve one conversation, each deciding first on what it saw last, and those who work through them: AIs, people,
/// a program and the customer.
/// </summary>
internal sealed class Neighbourhood
{
    public static readonly ConversationId Id = OneConversation.Id;

    private static readonly Actor[] s_ais = [new(ActorKind.Ai, "a"), new(ActorKind.Ai, "b")];
    private static readonly Actor[] s_people = [new(ActorKind.Human, "alice"), new(ActorKind.Human, "bob"), new(ActorKind.Human, "sue")];
    private static readonly Actor[] s_all = [.. s_ais, .. s_people, new(ActorKind.System, "mailer")];
    private static readonly JsonElement[] s_arguments = [JsonElement.Parse("""{"amount":612.4}"""), JsonElement.Parse("""{"amount":500}""")];
    private static readonly string[] s_owners = ["human:alice", "human:bob", "queue:support", "queue:billing", "ai:a", "ai:b", "billing"];
    private static readonly int[] s_seconds = [1, 29, 30, 31, 600, 3_600, 86_400, 700_000];

    private readonly IConversationStore _store;
    private readonly FakeTime _time;
    private readonly ConversationCommandHandler[] _desks;
    private readonly TurnService[] _turns;
    private readonly Conversation?[] _remembered = [null, null];
    private readonly List<(Turn Turn, Actor By)> _tokens = [];
    private readonly WorkflowDefinition _workflow;
    private int _ids;

    public Neighbourhood(IConversationStore store, FakeTime time, WorkflowDefinition workflow)
    {
        (_store, _time, _workflow) = (store, time, workflow);
        var decider = new ConversationDecider(workflow, new ApprovalPolicy());
        _desks = [.. new[] { 0, 1 }.Select(i => new ConversationCommandHandler(
            new StoreAround(store) { Remembers = _ => _remembered[i] }, new LocksThat(areFree: true), decider, ConcurrencyOptions.Default, time, new Random(1)))];
        _turns = [.. _desks.Select(d => new TurnService(d, store))];
    }

    /// <summary>The ids of the messages that were taken in from the customer.</summary>
    public HashSet<string> TakenIn { get; } = [];

    /// <summary>The conversation after each change.</summary>
    public List<Conversation> Snapshots { get; } = [];

    public ValueTask<IReadOnlyList<ConversationEvent>> TrailAsync() => _store.ReadEventsAsync(Id, 0, int.MaxValue, default);

    public ValueTask<IReadOnlyList<Message>> HistoryAsync() => _store.ReadMessagesAsync(Id, long.MaxValue, int.MaxValue, default);

    public async Task<Conversation> StoredAsync() => (await _store.LoadAsync(Id, null, default)).Conversation!;

    public Task OpenAsync() => DoAsync(0, new ConversationCommand.Initialize
    {
        Id = Id,
        Actor = s_ais[0],
        Roles = OneConversation.Trusted,
        UserId = "user-1",
        Priority = Priority.Medium,
        AssignedTo = "a",
    });

    public Task TakeAsync(Step step) => step.Kind switch
    {
        0 or 1 => BeginAsync(step, NewId("c")),
        2 => BeginAsync(step, $"c-{1 + (step.What % Math.Max(_ids, 1))}"),
        3 => HearAsync(step, automated: step.What % 4 == 0),
        4 or 5 => CompleteAsync(step),
        6 => SayAsync(step, new() { Id = Id, Actor = Any(step), Roles = OneConversation.Trusted, MessageId = NewId("a"), Role = MessageRole.Assistant, Content = "Hello" }),
        7 => SayAsync(step, new()
        {
            Id = Id,
            Actor = Any(step),
            Roles = OneConversation.Trusted,
            MessageId = NewId("x"),
            Role = step.What % 2 == 0 ? MessageRole.Assistant : MessageRole.Tool,
            Content = "Hello",
            Visibility = step.What % 3 == 0 ? Visibility.Internal : Visibility.Public,
            Automated = step.What % 5 < 2,
        }),
        8 or 9 => DoAsync(step.Instance, new ConversationCommand.Claim { Id = Id, Actor = Person(step), Roles = RolesOf(Person(step)), Lease = TimeSpan.FromSeconds(s_seconds[step.What % 6]) }),
        10 => DoAsync(step.Instance, new ConversationCommand.Release { Id = Id, Actor = Person(step), Roles = RolesOf(Person(step)) }),
        11 => DoAsync(step.Instance, new ConversationCommand.HandBack { Id = Id, Actor = Person(step), Roles = RolesOf(Person(step)), Note = "Go on." }),
        12 => DoAsync(step.Instance, new ConversationCommand.Escalate
        {
            Id = Id,
            Actor = Any(step),
            Roles = RolesOf(Any(step)),
            Reason = "stuck",
            Summary = "Nothing helped.",
            Queue = step.What % 3 == 0 ? "billing" : "support",
            CustomerMessage = step.What % 2 == 0 ? "A colleague will answer." : null,
        }),
        13 or 14 => DoAsync(step.Instance, new ConversationCommand.Transition { Id = Id, Actor = Any(step), Roles = RolesOf(Any(step)), NewState = State(step) }),
        15 => DoAsync(step.Instance, new ConversationCommand.Reopen { Id = Id, Actor = Any(step), Roles = RolesOf(Any(step)) }),
        16 => Pass(TimeSpan.FromSeconds(s_seconds[step.What % s_seconds.Length])),
        17 => DoAsync(step.Instance, new ConversationCommand.ExpireOverdue { Id = Id, Actor = Conversation.Clock, Roles = OneConversation.Trusted }),
        18 => RequestAsync(step),
        19 => DecideAsync(step),
        21 or 22 => DoAsync(step.Instance, new ConversationCommand.Assign
        {
            Id = Id,
            Actor = Any(step),
            Roles = RolesOf(Any(step)),
            To = s_owners[step.What % s_owners.Length],
            Note = step.What % 3 == 0 ? "Yours." : null,
            Lease = TimeSpan.FromSeconds(s_seconds[2 + (step.What % 4)]),
        }),
        _ => UseAsync(step),
    };

    private async Task BeginAsync(Step step, string messageId)
    {
        var actor = Any(step);
        var command = new ConversationCommand.BeginTurn { Id = Id, Actor = actor, Roles = RolesOf(actor), MessageId = messageId, Content = "Help" };
        var result = await _turns[step.Instance].BeginAsync(command, new Caller(actor, RolesOf(actor)), 10, Limits.AnswerCharacters, default);
        if (!result.TryGet(out var begun, out _))
            return;
        TakenIn.Add(messageId);
        Saw(step.Instance, begun.Outcome);
        if (begun.Turn is { } turn)
            _tokens.Add((turn, actor));
    }

    private async Task HearAsync(Step step, bool automated)
    {
        var id = NewId("m");
        var said = await DoAsync(step.Instance, new ConversationCommand.AddMessage
        {
            Id = Id,
            Actor = Any(step),
            Roles = OneConversation.Trusted,
            MessageId = id,
            Role = MessageRole.User,
            Content = "Help",
            Automated = automated,
        });
        if (said)
            TakenIn.Add(id);
    }

    private Task<bool> SayAsync(Step step, ConversationCommand.AddMessage message) => DoAsync(step.Instance, message with { Roles = RolesOf(message.Actor) });

    private async Task CompleteAsync(Step step)
    {
        if (_tokens.Count == 0)
            return;
        // Mostly the newest token, by the one who began the turn; at times an old one, or somebody else.
        var (turn, by) = _tokens[step.Kind == 4 ? ^1 : step.What % _tokens.Count];
        var actor = step.Who % 3 == 0 ? Any(step) : by;
        await DoAsync(step.Instance, new ConversationCommand.CompleteTurn
        {
            Id = Id,
            Actor = actor,
            Roles = RolesOf(actor),
            Turn = turn,
            Content = step.What % 7 == 0 ? "Other words" : "An answer",
            NewState = step.What % 4 == 0 ? State(step) : null,
        });
    }

    private Task<bool> RequestAsync(Step step) => DoAsync(step.Instance, new ConversationCommand.RequestApproval
    {
        Id = Id,
        Actor = s_all[step.Who % 4],
        Roles = OneConversation.Trusted,
        Action = "refund",
        Arguments = s_arguments[step.What % 2],
        Reason = "broken",
        Confidence = step.What % 5 == 0 ? 0.95m : null,
        Quorum = 1 + (step.What % 3),
        ExpiresIn = TimeSpan.FromSeconds(s_seconds[step.What % 7]),
    });

    private async Task DecideAsync(Step step)
    {
        if ((await StoredAsync()).Approvals is not { Count: > 0 } approvals)
            return;
        // Mostly a person on one that is pending; at times anybody on any.
        var actor = step.What % 5 == 0 ? Any(step) : Person(step);
        var pending = approvals.LastOrDefault(a => a.Status == ApprovalStatus.Pending && step.What % 7 != 0) ?? approvals[step.What % approvals.Count];
        await DoAsync(step.Instance, new ConversationCommand.DecideApproval
        {
            Id = Id,
            Actor = actor,
            Roles = RolesOf(actor) | Roles.Approver,
            ApprovalId = pending.ApprovalId,
            Approved = step.What % 11 != 0,
            FinalArguments = step.What % 3 == 0 ? null : s_arguments[step.What % 2],
        });
    }

    private async Task UseAsync(Step step)
    {
        if ((await StoredAsync()).Approvals is not { Count: > 0 } approvals)
            return;
        await DoAsync(step.Instance, new ConversationCommand.UseApproval
        {
            Id = Id,
            Actor = Any(step),
            Roles = OneConversation.Trusted,
            ApprovalId = approvals[step.What % 3 == 0 ? 0 : approvals.Count - 1].ApprovalId,
            Action = "refund",
            Arguments = s_arguments[step.What % 2],
            UseKey = step.What % 4 == 0 ? "k" : null,
        });
    }

    private async Task<bool> DoAsync(int instance, ConversationCommand command)
    {
        var result = await _desks[instance].ExecuteAsync(command, default);
        if (!result.TryGet(out var outcome, out _))
            return false;
        Saw(instance, outcome);
        return true;
    }

    private void Saw(int instance, Outcome outcome)
    {
        if (!outcome.Changed)
            return;
        _remembered[instance] = outcome.Conversation;
        Snapshots.Add(outcome.Conversation);
    }

    private Task Pass(TimeSpan by)
    {
        _time.Advance(by);
        return Task.CompletedTask;
    }

    private string NewId(string prefix) => string.Create(CultureInfo.InvariantCulture, $"{prefix}-{++_ids}");

    private string State(Step step) => _workflow.States[step.What % _workflow.States.Count];

    private static Actor Any(Step step) => s_all[step.Who % s_all.Length];

    private static Actor Person(Step step) => s_people[step.Who % s_people.Length];

    private static Roles RolesOf(Actor actor) => actor.Id == "sue" ? Roles.Supervisor : RoleNames.DefaultFor(actor.Kind);
}
