using SupportStateMcp.Conversations;
using SupportStateMcp.Identity;
using SupportStateMcp.Tests.Support;
using SupportStateMcp.Workflow;
using static SupportStateMcp.Tests.Support.TwoOwners;

namespace SupportStateMcp.Tests.Contracts;

/// <summary>What two instances on one store do alike, on whichever store: of many who want the same at once, the right number get it.</summary>
public abstract class CommandHandlerContract
{
    private const int Crowd = 50;

    private static readonly ConversationId Id = TestConversations.Id();

    protected abstract TimeProvider Time { get; }

    /// <summary>A store on this test's data, as another process would have it, and the locks that go with it.</summary>
    protected abstract (IConversationStore Store, IConversationLocks Locks) Create();


    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_lease_that_two_instances_see_run_out_ends_once()
    {
        var clock = new ShiftedTime(Time);
        var desks = Two(clock);
        await DoAsync(desks[0], TestConversations.Initialize());
        for (var round = 0; round < 10; round++)
        {
            await DoAsync(desks[0], Claim(Alice, TimeSpan.FromSeconds(Limits.ShortestLease)));
            clock.Advance(TimeSpan.FromSeconds(Limits.ShortestLease + 1));
            var settled = await AllAsync(desks, 8, _ => Settle());
            Assert.Equal(1, settled.Count(r => r.Value.Changed));
        }

        var lapses = (await TrailAsync()).OfType<ConversationEvent.OwnerChanged>().Count(e => e.Cause == OwnershipCause.LeaseExpired);
        Assert.Equal(10, lapses);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task Of_a_crowd_that_decides_at_once_as_many_count_as_the_quorum_takes(int quorum)
    {
        var desks = Two();
        var id = await AskAsync(desks[0], quorum);

        var decided = await AllAsync(desks, Crowd, i => TwoOwners.Decide(id, new Actor(ActorKind.Human, $"person-{i}")));

        Assert.Equal(quorum, decided.Count(r => r.Error is null));
        Assert.All(decided.Where(r => r.Error is not null), r => Assert.Equal("already_decided", r.Error!.Code));
        var approval = (await StoredAsync()).Approvals[0];
        Assert.Equal((ApprovalStatus.Granted, quorum, quorum), (approval.Status, approval.Votes.Count, approval.Yes));
        Assert.Equal(quorum, (await TrailAsync()).OfType<ConversationEvent.ApprovalDecided>().Count());
    }

    [Fact]
    public async Task Of_a_crowd_that_uses_one_permission_at_once_one_gets_it()
    {
        var desks = Two();
        var id = await GrantAsync(desks[0]);

        var used = await AllAsync(desks, Crowd, i => Use(id, key: $"key-{i}"));

        Assert.True(Assert.Single(used, r => r.Error is null).Value.Changed);
        Assert.Equal(Crowd - 1, used.Count(r => r.Error?.Code == "approval_used"));
        Assert.Single((await TrailAsync()).OfType<ConversationEvent.ApprovalUsed>());
    }

    [Fact]
    public async Task A_request_that_found_an_approval_is_answered_with_it_again_also_when_that_is_used()
    {
        var desks = Two();
        var id = await AskAsync(desks[0], 1);
        var asked = Ask() with { IdempotencyKey = "k" };
        var found = (await DoAsync(desks[0], asked)).IdempotencyRecord;
        await DoAsync(desks[1], TwoOwners.Decide(id, Alice));
        await DoAsync(desks[1], Use(id));
        var version = (await TrailAsync()).Count;

        var again = await DoAsync(desks[1], asked);

        Assert.Equal((id, id, true, true), (found.ApprovalId, again.IdempotencyRecord.ApprovalId, found.Unchanged, again.Replayed));
        Assert.Equal(version, (await TrailAsync()).Count);
    }

    [Fact]
    public async Task A_use_repeated_by_who_made_it_is_one_use()
    {
        var desks = Two();
        var id = await GrantAsync(desks[0]);

        var used = await AllAsync(desks, Crowd, _ => Use(id));

        Assert.Equal(1, used.Count(r => r.Value.Changed));
        Assert.Single((await TrailAsync()).OfType<ConversationEvent.ApprovalUsed>());
    }

    private ConversationCommandHandler[] Two(TimeProvider? time = null) => [.. Enumerable.Range(0, 2).Select(i =>
    {
        var (store, locks) = Create();
        return new ConversationCommandHandler(
            store, locks, new ConversationDecider(WorkflowDefinition.Desk, new ApprovalPolicy()),
            new ConcurrencyOptions(3, Eventually.Patience), time ?? Time, new Random(i));
    })];

    private static async Task<string> AskAsync(ConversationCommandHandler commands, int quorum)
    {
        await DoAsync(commands, TestConversations.Initialize());
        return (await DoAsync(commands, Ask(quorum: quorum))).Conversation.Approvals[0].ApprovalId;
    }

    private static async Task<string> GrantAsync(ConversationCommandHandler commands)
    {
        var id = await AskAsync(commands, quorum: 1);
        await DoAsync(commands, TwoOwners.Decide(id, Alice));
        return id;
    }

    private static async Task<Outcome> DoAsync(ConversationCommandHandler commands, ConversationCommand command) => (await commands.ExecuteAsync(command, Stop)).Value;

    private static Task<Result<Outcome>[]> AllAsync(ConversationCommandHandler[] desks, int count, Func<int, ConversationCommand> command) =>
        Task.WhenAll(Enumerable.Range(0, count).Select(i => Task.Run(async () => await desks[i % desks.Length].ExecuteAsync(command(i), Stop), Stop)));

    private async Task<Conversation> StoredAsync() => (await Create().Store.LoadAsync(Id, null, Stop)).Conversation!;

    private ValueTask<IReadOnlyList<ConversationEvent>> TrailAsync() => Create().Store.ReadEventsAsync(Id, 0, 1_000, Stop);
}
