using Microsoft.Extensions.Logging.Abstractions;
using StackExchange.Redis;
using SupportStateMcp.Conversations;
using SupportStateMcp.Storage.Redis;
using SupportStateMcp.Tests.Conversations;
using SupportStateMcp.Tests.Support;
using static SupportStateMcp.Tests.Support.TwoOwners;

namespace SupportStateMcp.Tests.Storage.Redis;

/// <summary>What lies in Redis of conversations that wait for people, as seen from outside.</summary>
public sealed class RedisWaitingTests(SharedRedis redis) : IAsyncLifetime
{
    private RedisPlace _place = null!;
    private IDatabase _raw = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _place = new RedisPlace((await redis.ServerAsync()).ConnectionString);
        _raw = await _place.RawAsync();
    }

    public ValueTask DisposeAsync() => _place.DisposeAsync();

    [Fact]
    public async Task All_keys_of_a_conversation_outlive_its_open_approval_together()
    {
        var store = _place.Store();
        var current = await WriteAsync(store, null, TestConversations.Initialize(), TestConversations.Message("m-1"), Ask() with { ExpiresIn = TimeSpan.FromDays(5) });

        var expiries = await Task.WhenAll(((string[])["state", "events", "history", "seen"]).Select(async k =>
            (long)await _raw.ExecuteAsync("PEXPIRETIME", (RedisKey)$"{_place.Prefix}conversation:{{cs-TKT-001}}:{k}")));

        Assert.InRange(expiries.Max() - expiries.Min(), 0, 100);
        var lives = DateTimeOffset.FromUnixTimeMilliseconds(expiries[0]);
        Assert.InRange(lives - current.Approvals[0].Deadline, TimeSpan.FromHours(23.9), TimeSpan.FromHours(24.1));
        Assert.InRange(lives - (await store.LoadAsync(TestConversations.Id(), null, Stop)).ExpiresAt!.Value, -Eventually.Patience, Eventually.Patience);
    }

    [Fact]
    public async Task An_erased_conversation_waits_nowhere()
    {
        var store = _place.Store();
        var current = await WriteAsync(store, null, TestConversations.Initialize(), Ask(), Escalate(TestConversations.Agent));
        var approval = current.Approvals[0].ApprovalId;
        // What was left goes a little later, at the next listing of this process at the latest.
        await store.ListAsync(new(), null, 1, Stop);
        Assert.Equal(["cs-TKT-001:2"], await MembersAsync("by-queue"));
        Assert.Equal(["cs-TKT-001:2"], await MembersAsync("by-queue:support"));
        Assert.Equal([approval], await MembersAsync("by-deadline"));
        Assert.Equal([$"{approval}:2"], await MembersAsync("by-deadline:support"));
        Assert.Equal(["cs-TKT-001"], await MembersAsync("by-due"));

        await WriteAsync(store, current, TestConversations.Erase());

        await AssertWaitsNowhereAsync();
    }

    [Fact]
    public async Task A_conversation_that_is_gone_waits_nowhere()
    {
        var time = new ShiftedTime(TimeProvider.System);
        var store = _place.Store(_place.Options with { TimeToLive = TimeSpan.FromHours(1) }, time: time);
        await WriteAsync(store, null, TestConversations.Initialize(), Ask(), Escalate(TestConversations.Agent));
        // A listing first writes what waits for the indexes, which would come back behind the sweep.
        Assert.Single((await store.ListQueueAsync(null, null, 10, Stop)).Conversations);
        await _raw.KeyDeleteAsync([.. ((string[])["state", "events", "history", "seen"]).Select(k => (RedisKey)$"{_place.Prefix}conversation:{{cs-TKT-001}}:{k}")]);
        time.Advance(TimeSpan.FromHours(2));

        Assert.Equal(1, await store.SweepAsync(Stop));
        Assert.Empty(await store.FindOverdueAsync(DateTimeOffset.MaxValue, 10, Stop));

        await AssertWaitsNowhereAsync();
    }

    [Fact]
    public async Task A_step_that_waits_for_another_try_goes_with_its_conversation()
    {
        var (time, life) = (new ShiftedTime(TimeProvider.System), TimeSpan.FromHours(1));
        var store = _place.Store(_place.Options with { TimeToLive = life }, time: time);
        var leased = await WriteAsync(store, null, OneRun.Report(), OneRun.Lease());
        await WriteAsync(store, leased, OneRun.Fail(leased));
        Assert.Equal(1, (await store.ListReadyStepsAsync(["triage"], 10, verified: false, Stop)).Later);
        await _raw.KeyDeleteAsync([.. ((string[])["state", "events", "history", "seen"]).Select(k => (RedisKey)$"{_place.Prefix}conversation:{{cs-TKT-001}}:{k}")]);
        // Its conversation is over by then, and the step is not ready yet.
        time.Advance(life + TimeSpan.FromMilliseconds(100));

        Assert.Equal(1, await store.SweepAsync(Stop));

        Assert.Empty(await MembersAsync("by-work:triage"));
    }

    [Fact]
    public async Task What_takes_a_step_out_leaves_the_one_of_the_ticket_that_was_opened_again()
    {
        var now = TimeProvider.System.GetUtcNow();
        var (gone, opened) = (EntryAt(now - TimeSpan.FromDays(2)), EntryAt(now));
        Assert.Equal(gone.Work!.Version, opened.Work!.Version);
        await using var connection = new RedisConnection(_place.Options, TimeProvider.System, NullLogger<RedisConnection>.Instance);
        var index = new RedisIndex(connection, new RedisKeys(_place.Prefix), _place.Options.TimeToLive);

        await index.AddAsync([gone], places: true, Stop);
        await index.AddAsync([opened], places: true, Stop);
        await index.RemoveAsync([gone], gone.UpdateScore() + 1, Stop);
        Assert.Equal([$"cs-TKT-001:{opened.Work.Version}"], await MembersAsync("by-work:triage"));

        await index.RemoveAsync([opened], opened.UpdateScore() + 1, Stop);
        Assert.Empty(await MembersAsync("by-work:triage"));

        static ConversationIndexEntry EntryAt(DateTimeOffset at) => ConversationIndexEntry.Of(TestConversations.Commit(null, OneRun.Report(), at).After);
    }

    [Fact]
    public async Task What_takes_a_conversation_out_leaves_the_places_of_the_one_of_its_ticket_that_was_opened_again()
    {
        var now = TimeProvider.System.GetUtcNow();
        var (gone, opened) = (EntryAt(now - TimeSpan.FromDays(2)), EntryAt(now));
        await using var connection = new RedisConnection(_place.Options, TimeProvider.System, NullLogger<RedisConnection>.Instance);
        var index = new RedisIndex(connection, new RedisKeys(_place.Prefix), _place.Options.TimeToLive);
        RedisKey entries = _place.Prefix + "conversations:entries";

        await index.AddAsync([gone], places: true, Stop);
        await index.AddAsync([opened], places: true, Stop);
        await index.RemoveAsync([gone], gone.UpdateScore() + 1, Stop);
        Assert.True(await _raw.HashExistsAsync(entries, "cs-TKT-001"));

        await index.RemoveAsync([opened], opened.UpdateScore() + 1, Stop);
        Assert.False(await _raw.KeyExistsAsync(entries));

        static ConversationIndexEntry EntryAt(DateTimeOffset at) => ConversationIndexEntry.Of(TestConversations.Commit(null, TestConversations.Initialize(), at).After);
    }

    [Fact]
    public async Task The_places_of_a_change_that_never_came_go_with_its_conversation()
    {
        var (time, life) = (new ShiftedTime(TimeProvider.System), TimeSpan.FromHours(1));
        var store = _place.Store(_place.Options with { TimeToLive = life }, time: time);
        var opened = await WriteAsync(store, null, TestConversations.Initialize());
        await using var connection = new RedisConnection(_place.Options, TimeProvider.System, NullLogger<RedisConnection>.Instance);
        var index = new RedisIndex(connection, new RedisKeys(_place.Prefix), life);
        var change = TestConversations.Commit(opened, TestConversations.Transition("processing"), opened.UpdatedAt + (2 * life)).After;
        await index.AddAsync([ConversationIndexEntry.Of(change)], places: true, Stop);
        // A listing puts its place by last change right.
        Assert.Single((await store.ListAsync(new(), null, 10, Stop)).Conversations);
        await _raw.KeyDeleteAsync([.. ((string[])["state", "events", "history", "seen"]).Select(k => (RedisKey)$"{_place.Prefix}conversation:{{cs-TKT-001}}:{k}")]);
        time.Advance(life * 1.1);

        Assert.Equal(1, await store.SweepAsync(Stop));

        Assert.False(await _raw.KeyExistsAsync(_place.Prefix + "conversations:entries"));
    }

    [Fact]
    public async Task A_message_just_before_does_not_put_a_lease_back()
    {
        var store = _place.Store();
        var asked = await WriteAsync(store, null, TestConversations.Initialize(), Ask());
        await WriteAsync(store, asked, TestConversations.Message("m-1"), Claim(Alice));
        await Task.Delay(200, Stop);

        Assert.Equal([TestConversations.Id()], await store.FindOverdueAsync(asked.UpdatedAt + (2 * Lease), 10, Stop));
    }

    [Fact]
    public async Task A_claim_right_after_one_that_came_too_late_keeps_its_lease()
    {
        var (here, elsewhere) = (_place.Store(), _place.Store());
        var waits = await WriteAsync(here, null, TestConversations.Initialize(), Ask(), Escalate(TestConversations.Agent));
        var current = await WriteAsync(elsewhere, waits, TestConversations.Message("m-1"));
        Assert.IsType<CommitResult.Conflict>(await here.CommitAsync(TestConversations.Commit(waits, Claim(Alice), TimeProvider.System.GetUtcNow()), Stop));

        var claimed = await WriteAsync(here, current, Claim(Alice));

        // A listing first writes what waits for the indexes.
        Assert.Empty((await here.ListQueueAsync(null, null, 10, Stop)).Conversations);
        Assert.Equal(RedisIndexPlaces.DueScore(claimed.DueAt), await DueAsync());
        Assert.Contains(Alice.ToString(), (string?)await _raw.HashGetAsync(_place.Prefix + "conversations:entries", "cs-TKT-001"), StringComparison.Ordinal);
        Assert.Equal([TestConversations.Id()], await here.FindOverdueAsync(claimed.UpdatedAt + (2 * Lease), 10, Stop));
    }

    [Fact]
    public async Task What_is_written_late_puts_a_time_earlier_and_never_later()
    {
        var asked = await WriteAsync(_place.Store(), null, TestConversations.Initialize(), Ask());
        var claimed = TestConversations.Commit(asked, Claim(Alice), TimeProvider.System.GetUtcNow()).After;
        var (lease, deadline) = (RedisIndexPlaces.DueScore(claimed.DueAt), RedisIndexPlaces.DueScore(asked.DueAt));
        await using var connection = new RedisConnection(_place.Options, TimeProvider.System, NullLogger<RedisConnection>.Instance);
        var index = new RedisIndex(connection, new RedisKeys(_place.Prefix), _place.Options.TimeToLive);
        await using var queue = new RedisIndexQueue(index, NullLogger.Instance);

        foreach (var (late, expected) in ((Conversation, long?)[])[(claimed, lease), (asked, lease)])
        {
            queue.Touch(ConversationIndexEntry.Of(late), places: true);
            await queue.FlushAsync(Stop);
            Assert.Equal(expected, await DueAsync());
        }

        // Ahead of a commit it is written as the commit has it.
        await index.AddAsync([ConversationIndexEntry.Of(asked)], places: true, Stop);
        Assert.Equal(deadline, await DueAsync());
    }

    [Fact]
    public async Task Who_comes_back_to_a_queue_at_once_is_never_taken_out_of_it()
    {
        var (one, two) = (_place.Store(), _place.Store());
        var current = await WriteAsync(one, null, TestConversations.Initialize(), Escalate(TestConversations.Agent));
        for (var i = 0; i < 60; i++)
        {
            // One instance takes the conversation and leaves its old places some milliseconds later; the other gives it back meanwhile.
            current = await WriteAsync(one, current, Claim(Alice));
            if (i % 3 == 0)
                await Task.Delay(i % 7 * 5, Stop);
            current = await WriteAsync(two, current, Release(Alice));
            if (i % 2 == 0)
                await Task.Delay(i % 5 * 10, Stop);
            foreach (var store in (RedisConversationStore[])[one, two])
                Assert.Single((await store.ListQueueAsync("support", null, 10, Stop)).Conversations);
        }

        await Task.Delay(100, Stop);
        foreach (var queue in (string?[])[null, "support"])
        {
            var page = await two.ListQueueAsync(queue, null, 10, Stop);
            Assert.Equal((1, 1), (page.Conversations.Count, page.Total));
        }

        Assert.Single(await MembersAsync("by-queue:support"));
    }

    [Fact]
    public async Task An_entry_of_a_queue_that_is_wrong_is_put_right_by_whoever_meets_it()
    {
        var store = _place.Store();
        var waits = await WriteAsync(store, null, TestConversations.Initialize(), Escalate(TestConversations.Agent));
        var place = await _raw.SortedSetScoreAsync(_place.Prefix + "conversations:by-queue", "cs-TKT-001:2");
        await _raw.SortedSetAddAsync(
            _place.Prefix + "conversations:by-queue",
            [new("cs-gone:2", 1), new("cs-TKT-001:1", 2), new("cs-TKT-001:2", 3), new("cs-TKT-001:9", 4), new("nonsense", 5)]);

        var page = await store.ListQueueAsync(null, null, 10, Stop);

        Assert.Equal(("cs-TKT-001", 1), (Assert.Single(page.Conversations).ConversationId, page.Total));
        // An epoch that is still to come may be a commit under way: it stays.
        Assert.Equal(["cs-TKT-001:9", "cs-TKT-001:2"], await MembersAsync("by-queue"));
        Assert.Equal(place, await _raw.SortedSetScoreAsync(_place.Prefix + "conversations:by-queue", "cs-TKT-001:2"));
        TestConversations.AssertSame(waits, page.Conversations[0]);
    }

    [Fact]
    public async Task An_entry_of_a_deadline_that_is_wrong_is_put_right_by_whoever_meets_it()
    {
        var store = _place.Store();
        var asked = await WriteAsync(store, null, TestConversations.Initialize(), Ask());
        var decided = await WriteAsync(store, asked, TwoOwners.Decide(asked.Approvals[0].ApprovalId, Alice), Ask(HalfOfIt));
        var (old, open) = (asked.Approvals[0].ApprovalId, decided.Approvals[1].ApprovalId);
        var soon = TimeProvider.System.GetUtcNow().AddMinutes(1).ToUnixTimeMilliseconds();
        await _raw.SortedSetAddAsync(
            _place.Prefix + "conversations:by-deadline:support",
            [new($"{old}:1", soon), new($"{open}:0", soon), new("ap-00000000-gone:1", soon), new($"{open}:9", soon)]);

        var pending = await store.ListPendingApprovalsAsync("support", 10, Stop);

        Assert.Equal((open, 1), (Assert.Single(pending.Approvals).Approval.ApprovalId, pending.Total));
        Assert.Equal([$"{open}:9", $"{open}:1"], await MembersAsync("by-deadline:support"));
    }

    private static async Task<Conversation> WriteAsync(RedisConversationStore store, Conversation? current, params ConversationCommand[] commands)
    {
        foreach (var command in commands)
        {
            var commit = TestConversations.Commit(current, command, TimeProvider.System.GetUtcNow());
            Assert.IsType<CommitResult.Committed>(await store.CommitAsync(commit, Stop));
            current = commit.After;
        }

        return current!;
    }

    private async Task AssertWaitsNowhereAsync()
    {
        foreach (var index in (string[])["by-queue", "by-queue:support", "by-deadline", "by-deadline:support", "by-due"])
            Assert.Empty(await MembersAsync(index));
    }

    /// <summary>The score of the conversation in the order of what runs out, in Unix milliseconds.</summary>
    private async Task<long?> DueAsync() => (long?)await _raw.SortedSetScoreAsync(_place.Prefix + "conversations:by-due", "cs-TKT-001");

    private async Task<string[]> MembersAsync(string index) =>
        [.. (await _raw.SortedSetRangeByRankAsync(_place.Prefix + "conversations:" + index)).Select(m => (string)m!)];
}
