using SupportStateMcp.Conversations;
using SupportStateMcp.Tests.Support;
using SupportStateMcp.Workflow;

namespace SupportStateMcp.Tests.Contracts;

/// <summary>What is stored and cannot be read is told as that; it hides nothing else, and nothing of it is lost.</summary>
public abstract partial class ConversationStoreContract
{
    /// <summary>What of this test's conversation can be damaged.</summary>
    public enum Stored
    {
        Snapshot,
        Message,
        Event,
        Record,
        Schema,
    }

    /// <summary>Puts a text in the place of what is stored, behind the back of the stores; of several, of all.</summary>
    protected abstract Task SetRawAsync(Stored what, string text);

    [Theory]
    [InlineData(Stored.Snapshot, "", "snapshot")]
    [InlineData(Stored.Snapshot, "null", "snapshot")]
    [InlineData(Stored.Snapshot, "[]", "snapshot")]
    [InlineData(Stored.Snapshot, "{}", "snapshot")]
    [InlineData(Stored.Snapshot, "{\"conversation_id\":\"cs-TKT-001\"", "snapshot")]
    [InlineData(Stored.Schema, "999", "snapshot")]
    [InlineData(Stored.Schema, "-1", "snapshot")]
    [InlineData(Stored.Schema, "99999999999", "snapshot")]
    [InlineData(Stored.Record, "{}", "idempotency record")]
    [InlineData(Stored.Record, "\u0001", "idempotency record")]
    [InlineData(Stored.Message, "null", "history")]
    [InlineData(Stored.Message, "{\"number\":\"one\"}", "history")]
    [InlineData(Stored.Event, "{}", "trail")]
    [InlineData(Stored.Event, "{\"type\":\"unheard_of\"}", "trail")]
    public async Task What_cannot_be_read_is_store_damaged_whoever_asks(Stored what, string damage, string part)
    {
        var writer = CreateStore();
        await WriteAsync(writer, TestConversations.Initialize());
        await WriteAsync(writer, TestConversations.Message("m-1"));
        var other = await WriteAsync(writer, TestConversations.Initialize(TestConversations.Id("OTHER")));
        await SetRawAsync(what, damage);

        var store = CreateStore();
        var queries = new ConversationQueries(store, Time);
        var commands = new ConversationCommandHandler(
            store, new NoLocks(), new ConversationDecider(WorkflowDefinition.Default, new ApprovalPolicy()), ConcurrencyOptions.Default, Time, Random.Shared);
        var error = part switch
        {
            "snapshot" => (await queries.GetAsync(Id, Stop)).Error,
            "history" => (await queries.GetHistoryAsync(Id, 10, null, null, Limits.AnswerCharacters, Stop)).Error,
            "trail" => (await queries.GetEventsAsync(Id, 0, 10, Stop)).Error,
            _ => (await commands.ExecuteAsync(TestConversations.Message("m-1"), Stop)).Error,
        };

        Assert.Equal(new Errors.StoreDamaged(Id, part), error);
        if (part == "snapshot")
        {
            Assert.Equal(error, (await commands.ExecuteAsync(TestConversations.Message("m-2"), Stop)).Error);
            Assert.Equal(["cs-OTHER"], Ids(await ListAsync(store)));
        }

        TestConversations.AssertSame(other, await FindAsync(store, TestConversations.Id("OTHER")));
    }

    [Theory]
    [InlineData(Stored.Message, 1)]
    [InlineData(Stored.Message, 2)]
    [InlineData(Stored.Message, 3)]
    [InlineData(Stored.Event, 2)]
    [InlineData(Stored.Event, 5)]
    public async Task A_gap_in_what_was_acknowledged_is_damage_and_not_a_shorter_answer(Stored what, int number)
    {
        var writer = CreateStore();
        await WriteAsync(writer, TestConversations.Initialize());
        foreach (var message in (string[])["m-1", "m-2", "m-3"])
            await WriteAsync(writer, TestConversations.Message(message));
        var queries = new ConversationQueries(CreateStore(), Time);
        Assert.Equal(3, (await queries.GetHistoryAsync(Id, 10, null, null, 60_000, Stop)).Value.Messages.Count);
        await RemoveRawAsync(what, number);

        var error = what == Stored.Message
            ? (await queries.GetHistoryAsync(Id, 10, null, null, 60_000, Stop)).Error
            : await TrailErrorAsync(queries);

        Assert.Equal(new Errors.StoreDamaged(Id, what == Stored.Message ? "history" : "trail"), error);
    }

    /// <summary>What a reader of the whole trail is refused with, at the latest where it should go on.</summary>
    private static async Task<Error?> TrailErrorAsync(ConversationQueries queries)
    {
        for (var after = (long?)0; after is { } next;)
        {
            var read = await queries.GetEventsAsync(Id, next, 10, Stop);
            if (!read.TryGet(out var page, out var error))
                return error;
            after = page.After;
        }

        return null;
    }

    /// <summary>Removes the message of a number, or the event of a version, behind the back of the stores.</summary>
    protected abstract Task RemoveRawAsync(Stored what, int number);

    [Fact]
    public async Task What_can_be_read_again_is_all_there()
    {
        var writer = CreateStore();
        await WriteAsync(writer, TestConversations.Initialize());
        var asked = await WriteAsync(writer, TwoOwners.Ask() with { ExpiresIn = Day });
        await WriteAsync(writer, TwoOwners.Escalate(TestConversations.Agent));
        var last = await WriteAsync(writer, TestConversations.Message("m-1"));
        var raw = (await RawSnapshotAsync())!;
        await SetRawAsync(Stored.Snapshot, "{");

        for (var round = 0; round < 2; round++)
        {
            var store = CreateStore();
            Assert.Empty((await ListAsync(store)).Conversations);
            Assert.Empty((await store.ListQueueAsync(null, null, 10, Stop)).Conversations);
            Assert.Empty((await store.ListPendingApprovalsAsync(null, 10, Stop)).Approvals);
            await store.FindOverdueAsync(Now.AddDays(2), 10, Stop);
            await store.SweepAsync(Stop);
        }

        await SetRawAsync(Stored.Snapshot, raw);
        var again = CreateStore();
        TestConversations.AssertSame(last, await FindAsync(again));
        Assert.Equal(["cs-TKT-001"], Ids(await ListAsync(again)));
        Assert.Equal(["cs-TKT-001"], (await again.ListQueueAsync(null, null, 10, Stop)).Conversations.Select(c => c.ConversationId));
        Assert.Equal([asked.Approvals[0].ApprovalId], (await again.ListPendingApprovalsAsync(null, 10, Stop)).Approvals.Select(a => a.Approval.ApprovalId));
        Assert.Equal([Id], await again.FindOverdueAsync(Now.AddDays(2), 10, Stop));
    }

    [Fact]
    public async Task What_cannot_be_read_keeps_no_other_lease_and_no_other_approval_from_being_recorded()
    {
        var writer = CreateStore();
        await WriteAsync(writer, TestConversations.Initialize());
        await WriteAsync(writer, TwoOwners.Ask() with { ExpiresIn = TimeSpan.FromHours(1) });
        var other = TestConversations.Id("OTHER");
        await WriteAsync(writer, TestConversations.Initialize(other));
        await WriteAsync(writer, TwoOwners.Ask() with { Id = other, ExpiresIn = TimeSpan.FromHours(2) });
        await SetRawAsync(Stored.Snapshot, "{");

        var store = CreateStore();
        for (var round = 0; round < 2; round++)
            Assert.Equal([other], await store.FindOverdueAsync(Now.AddHours(3), 1, Stop));
    }

    /// <summary>Nobody else writes here.</summary>
    private sealed class NoLocks : IConversationLocks
    {
        public ValueTask<IAsyncDisposable?> TryAcquireAsync(ConversationId id, TimeSpan wait, CancellationToken cancellationToken) =>
            throw new InvalidOperationException("Nothing is contended.");
    }

    /// <summary>The core of the snapshot of this test's conversation as it is stored.</summary>
    protected abstract Task<string?> RawSnapshotAsync();
}
