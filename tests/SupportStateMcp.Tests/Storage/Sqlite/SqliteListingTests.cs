using SupportStateMcp.Conversations;
using SupportStateMcp.Storage.Sqlite;
using SupportStateMcp.Tests.Support;
using static SupportStateMcp.Tests.Support.TwoOwners;

namespace SupportStateMcp.Tests.Storage.Sqlite;

public sealed class SqliteListingTests : IDisposable
{
    private readonly StoreFolder _folder = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_lease_that_ran_out_puts_the_conversation_into_its_queue_before_anybody_settles_it()
    {
        var store = _folder.CreateStore();
        await WaitingAsync(store, "first");
        await WaitingAsync(store, "claimed");
        await WaitingAsync(store, "last");
        await _folder.WriteAsync(store, Claim(Alice, TimeSpan.FromMinutes(1)) with { Id = TestConversations.Id("claimed") });
        Assert.Equal(["cs-first", "cs-last"], await QueueAsync(store, 2));

        _folder.Time.Advance(TimeSpan.FromMinutes(1));

        // Where it waited before.
        Assert.Equal(["cs-first", "cs-claimed", "cs-last"], await QueueAsync(store, 3));
        Assert.Equal(Owner.InQueue("billing"), (await store.ListQueueAsync("billing", null, 10, Stop)).Conversations[1].Owner);
        Assert.Equal(Owner.InQueue("billing"), (await store.ListAsync(new(), null, 10, Stop)).Conversations.First(c => c.ConversationId == "cs-claimed").Owner);
        await _folder.WriteAsync(store, Settle() with { Id = TestConversations.Id("claimed") });
        Assert.Equal(["cs-first", "cs-claimed", "cs-last"], await QueueAsync(store, 3));
    }

    [Fact]
    public async Task An_approval_past_its_deadline_is_listed_and_counted_no_more()
    {
        var store = _folder.CreateStore();
        await _folder.WriteAsync(store, TestConversations.Initialize());
        await _folder.WriteAsync(store, Ask() with { ExpiresIn = TimeSpan.FromMinutes(1) });
        await _folder.WriteAsync(store, Ask(HalfOfIt) with { ExpiresIn = TimeSpan.FromMinutes(2) });

        _folder.Time.Advance(TimeSpan.FromMinutes(1));

        foreach (var queue in (string?[])[null, "support"])
        {
            var page = await store.ListPendingApprovalsAsync(queue, 10, Stop);
            Assert.Equal(1, page.Total);
            Assert.Equal(HalfOfIt.GetRawText(), Assert.Single(page.Approvals).Approval.Arguments.GetRawText());
        }
    }

    [Fact]
    public async Task Who_expired_in_a_queue_is_listed_and_counted_no_more()
    {
        var store = _folder.CreateStore();
        await WaitingAsync(store, "old");
        _folder.Time.Advance(TimeSpan.FromDays(20));
        await WaitingAsync(store, "young");

        _folder.Time.Advance(TimeSpan.FromDays(12));

        Assert.Equal(["cs-young"], await QueueAsync(store, 1));
    }

    /// <summary>Queues, approvals and totals against a plain look at every conversation, after each of many random changes.</summary>
    [Fact]
    public async Task Pages_and_totals_are_those_of_a_look_at_every_conversation()
    {
        var store = _folder.CreateStore();
        var random = new Random(20261125);
        var ids = Enumerable.Range(0, 12).Select(n => TestConversations.Id($"t-{n}")).ToList();
        var handler = HandlerOn(store);
        for (var step = 0; step < 250; step++)
        {
            var id = ids[random.Next(ids.Count)];
            ConversationCommand command = random.Next(9) switch
            {
                0 or 1 => TestConversations.Initialize(id) with { Priority = (Priority)random.Next(4) },
                2 or 3 => Escalate(TestConversations.Agent, random.Next(2) == 0 ? "billing" : "support") with { Id = id },
                4 => Claim(random.Next(2) == 0 ? Alice : Bob, TimeSpan.FromMinutes(1 + random.Next(20))) with { Id = id },
                5 => Release(Alice) with { Id = id },
                6 => Ask(random.Next(2) == 0 ? Refund : HalfOfIt) with { Id = id, ExpiresIn = TimeSpan.FromMinutes(1 + random.Next(30)) },
                7 => random.Next(5) == 0 ? TestConversations.Erase(id) : TestConversations.Message($"m-{step}", id: id),
                _ => Settle() with { Id = id },
            };
            // What the rules refuse changes nothing, which is as good a step as any.
            await handler.ExecuteAsync(command, Stop);
            _folder.Time.Advance(random.Next(40) == 0 ? TimeSpan.FromDays(20) : TimeSpan.FromSeconds(random.Next(120)));

            await AssertRightAsync(store, ids);
        }
    }

    [Fact]
    public async Task Pages_of_a_hundred_thousand_conversations_are_the_right_ones()
    {
        const int Count = 100_000;
        var store = _folder.CreateStore();
        await _folder.WriteAsync(store, TestConversations.Initialize(TestConversations.Id("x"), userId: "of-many", assignedTo: "ai-agent"));
        await WaitingAsync(store, "y");
        Multiply("cs-x", 0, Count - 20_000);
        Multiply("cs-y", Count - 20_000, Count);

        // From the newest to the oldest, a page here and there.
        foreach (var from in (int[])[Count, Count - 20_000 + 3, 50_000, 7])
        {
            var page = await store.ListAsync(new(), CursorAt(from), 10, Stop);
            Assert.Equal(Enumerable.Range(1, 10).Select(n => from - n).Where(n => n >= 0).Select(n => $"cs-b{n:000000}"), page.Conversations.Select(c => c.ConversationId).Take(Math.Min(10, from)));
        }

        Assert.Equal(Enumerable.Range(1, 3).Select(n => $"cs-b{Count - 20_000 - n:000000}"), await IdsAsync(new(UserId: "of-many")));
        Assert.Equal(Enumerable.Range(1, 3).Select(n => $"cs-b{Count - n:000000}"), await IdsAsync(new(UserId: "user-1")));
        Assert.Equal(Enumerable.Range(1, 3).Select(n => $"cs-b{Count - n:000000}"), await IdsAsync(new(State: "escalated", AssignedTo: "queue:billing")));
        Assert.Equal(Enumerable.Range(1, 3).Select(n => $"cs-b{Count - n:000000}"), await IdsAsync(new(Owner: Owner.InQueue("billing"))));
        Assert.Equal(Enumerable.Range(1, 3).Select(n => $"cs-b{Count - 20_000 - n:000000}"), await IdsAsync(new(Owner: Owner.Of(TestConversations.Agent))));
        Assert.Empty(await IdsAsync(new(State: "escalated", Owner: Owner.Of(TestConversations.Agent))));
        Assert.Empty(await IdsAsync(new(State: "escalated", UserId: "of-many")));

        var queue = await store.ListQueueAsync("billing", null, 500, Stop);
        Assert.Equal((500, 20_001), (queue.Conversations.Count, queue.Total));
        var second = await store.ListQueueAsync(null, queue.Next, 500, Stop);
        Assert.Equal(1_000, queue.Conversations.Concat(second.Conversations).Select(c => c.ConversationId).Distinct().Count());

        async Task<IEnumerable<string>> IdsAsync(ConversationFilter filter) =>
            (await store.ListAsync(filter, CursorAt(Count), 3, Stop)).Conversations.Select(c => c.ConversationId);
    }

    public void Dispose() => _folder.Dispose();

    private ConversationCommandHandler HandlerOn(SqliteConversationStore store) => new(
        store, new SqliteConversationLocks(_folder.Options, TimeProvider.System),
        new ConversationDecider(SupportStateMcp.Workflow.WorkflowDefinition.Desk, new ApprovalPolicy()), ConcurrencyOptions.Default, _folder.Time, Random.Shared);

    private async Task WaitingAsync(SqliteConversationStore store, string ticket)
    {
        await _folder.WriteAsync(store, TestConversations.Initialize(TestConversations.Id(ticket)));
        await _folder.WriteAsync(store, Escalate(TestConversations.Agent, "billing") with { Id = TestConversations.Id(ticket) });
        _folder.Time.Advance(TimeSpan.FromSeconds(1));
    }

    private static async Task<IEnumerable<string>> QueueAsync(SqliteConversationStore store, int total)
    {
        var one = await store.ListQueueAsync("billing", null, 10, Stop);
        var all = await store.ListQueueAsync(null, null, 10, Stop);
        Assert.Equal((total, total), (one.Total, all.Total));
        Assert.Equal(one.Conversations.Select(c => c.ConversationId), all.Conversations.Select(c => c.ConversationId));
        return one.Conversations.Select(c => c.ConversationId);
    }

    private async Task AssertRightAsync(SqliteConversationStore store, List<ConversationId> ids)
    {
        var now = _folder.Time.GetUtcNow();
        var standing = new List<Conversation>();
        foreach (var id in ids)
        {
            if ((await store.LoadAsync(id, null, Stop)).Conversation is { ErasedAt: null } c)
                standing.Add(c.AsOf(now));
        }

        foreach (var queue in (string?[])[null, "billing", "support"])
        {
            var waiting = standing.Where(c => c.Queue is not null && (queue is null || c.Queue == queue)).OrderBy(QueueCursor.Of, QueueCursor.Order).ToList();
            var page = await store.ListQueueAsync(queue, null, 100, Stop);
            Assert.Equal(waiting.Count, page.Total);
            Assert.Equal(waiting.Select(c => c.ConversationId), page.Conversations.Select(c => c.ConversationId));
            Assert.Equal(waiting.Select(QueueCursor.Of), page.Conversations.Select(QueueCursor.Of));

            var approvals = PendingApprovals.Of(standing, queue, null, 100);
            var found = await store.ListPendingApprovalsAsync(queue, 100, Stop);
            Assert.Equal(approvals.Total, found.Total);
            Assert.Equal(approvals.Approvals.Select(a => a.Approval.ApprovalId), found.Approvals.Select(a => a.Approval.ApprovalId));
        }
    }

    private static readonly DateTimeOffset s_start = DateTimeOffset.FromUnixTimeMilliseconds(1_800_000_000_000);

    private static ConversationCursor CursorAt(int n) => new(s_start.AddMilliseconds(n), "");

    /// <summary>Copies a conversation, each copy a millisecond younger than the one before.</summary>
    private void Multiply(string id, int from, int to) => _folder.Raw($"""
        WITH RECURSIVE n (i) AS (SELECT {from} UNION ALL SELECT i + 1 FROM n WHERE i + 1 < {to}),
        copies AS (SELECT printf('cs-b%06d', i) AS copy, {s_start.ToUnixTimeMilliseconds()} + i AS at FROM n)
        INSERT INTO conversations (id, version, schema, updated_at, expires_at, erased, state, user_digest, assigned_to, owner,
          queue, queue_from, urgency, queued_since, due_at, snapshot)
        SELECT copy, version, schema, at, expires_at, erased, state, user_digest, assigned_to, owner, queue, queue_from, urgency, queued_since, due_at,
          CAST(json_set(CAST(snapshot AS TEXT), '$.conversation_id', copy,
            '$.updated_at', printf('%s.%03d+00:00', strftime('%Y-%m-%dT%H:%M:%S', at / 1000, 'unixepoch'), at % 1000)) AS BLOB)
        FROM copies CROSS JOIN conversations c WHERE c.id = '{id}'
        """);
}
