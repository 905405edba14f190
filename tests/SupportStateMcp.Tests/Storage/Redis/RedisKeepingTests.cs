using StackExchange.Redis;
using SupportStateMcp.Conversations;
using SupportStateMcp.Storage.Redis;
using SupportStateMcp.Tests.Support;

namespace SupportStateMcp.Tests.Storage.Redis;

/// <summary>What lies in Redis after writes, expiry and sweeps, as seen from outside.</summary>
public sealed class RedisKeepingTests(SharedRedis redis) : IAsyncLifetime
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
    public async Task Each_write_gives_all_keys_of_a_conversation_the_same_time_to_live()
    {
        var store = _place.Store();
        Conversation? current = null;
        foreach (var command in (ConversationCommand[])[TestConversations.Initialize(), TestConversations.Message("m-1"), TestConversations.Transition("processing", key: "k"), TestConversations.Update("{}")])
        {
            current = await WriteAsync(store, current, command);
            string[] keys = current.MessageCount == 0 ? ["state", "events"] : ["state", "events", "history", "seen"];
            var expiries = await Task.WhenAll(keys.Select(async k =>
                (long)await _raw.ExecuteAsync("PEXPIRETIME", (RedisKey)$"{_place.Prefix}conversation:{{cs-TKT-001}}:{k}")));
            // One script sets them all, but an engine's clock may go on while the script runs.
            Assert.InRange(expiries.Max() - expiries.Min(), 0, 100);
            Assert.InRange(DateTimeOffset.FromUnixTimeMilliseconds(expiries[0]) - TimeProvider.System.GetUtcNow(), TimeSpan.FromHours(23.9), TimeSpan.FromHours(24));
            await Task.Delay(20, Stop);
        }
    }

    [Fact]
    public async Task The_sets_of_a_customer_and_an_owner_outlast_a_quiet_conversation_until_a_sweep_has_looked_at_all()
    {
        await WriteAsync(_place.Store(), null, TestConversations.Initialize());

        foreach (var set in (string[])["by-user:user-1", "by-assignee:ai-agent", $"by-owner:{TestConversations.Agent}"])
            Assert.InRange((await _raw.KeyTimeToLiveAsync(_place.Prefix + "conversations:" + set))!.Value, TimeSpan.FromDays(2), TimeSpan.FromDays(3));
    }

    [Fact]
    public async Task A_snapshot_of_before_the_first_release_is_refused_where_the_next_commit_would_lose_something()
    {
        var store = _place.Store();
        var asked = await WriteAsync(store, await WriteAsync(store, null, TestConversations.Initialize()), TwoOwners.Ask());
        var state = (RedisKey)$"{_place.Prefix}conversation:{{cs-TKT-001}}:state";
        await _raw.HashSetAsync(state, "snapshot", TestConversations.Json(asked).ToJsonString());

        var refusal = await Assert.ThrowsAsync<StoreDamagedException>(async () => await _place.Store().LoadAsync(TestConversations.Id(), null, Stop));

        Assert.Contains("approvals", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_this_process_wrote_last_is_remembered()
    {
        var store = _place.Store();
        var current = await WriteAsync(store, null, TestConversations.Initialize());

        Assert.Same(current, store.Remembered(TestConversations.Id()));
        var late = TestConversations.Commit(current, TestConversations.Message("m-0"), current.UpdatedAt);
        current = await WriteAsync(store, current, TestConversations.Message("m-1"));
        Assert.IsType<CommitResult.Conflict>(await _place.Store().CommitAsync(late, Stop));
        TestConversations.AssertSame(current, store.Remembered(TestConversations.Id()));
    }

    [Fact]
    public async Task What_expired_is_swept_out_of_every_index()
    {
        var (time, life) = (new ShiftedTime(TimeProvider.System), TimeSpan.FromHours(1));
        var store = _place.Store(_place.Options with { TimeToLive = life }, time: time);
        await WriteAsync(store, null, TestConversations.Initialize());
        var moved = await WriteAsync(store, null, TestConversations.Initialize(TestConversations.Id("TKT-002"), userId: "user-2"));
        moved = await WriteAsync(store, moved, TestConversations.Transition("processing", id: TestConversations.Id("TKT-002")));
        Assert.Equal(0, await store.SweepAsync(Stop));
        // A listing first writes what waits for the indexes, which would come back behind the sweep.
        Assert.Empty((await store.ListQueueAsync(null, null, 10, Stop)).Conversations);

        time.Advance(life * 1.1);
        await _place.AgeAsync(life * 1.1);
        moved = await WriteAsync(store, null, TestConversations.Initialize(TestConversations.Id("TKT-003"), userId: "user-3"), time.GetUtcNow());
        Assert.Equal(2, await store.SweepAsync(Stop));

        Assert.Equal(["cs-TKT-003"], await MembersAsync("by-update"));
        Assert.Equal(["cs-TKT-003"], await MembersAsync("by-state:gathering_info"));
        Assert.Equal(["cs-TKT-003"], await MembersAsync("by-assignee:ai-agent"));
        Assert.Equal(["cs-TKT-003"], await MembersAsync($"by-owner:{TestConversations.Agent}"));
        Assert.Empty(await MembersAsync("by-state:processing"));
        Assert.Empty(await MembersAsync("by-user:user-1"));
        Assert.Empty(await MembersAsync("by-user:user-2"));
        Assert.Equal(["cs-TKT-003"], (await _raw.HashKeysAsync(_place.Prefix + "conversations:entries")).Select(v => (string)v!));
        Assert.Equal(0, await store.SweepAsync(Stop));
    }

    [Fact]
    public async Task An_erasure_takes_the_customer_out_of_every_index()
    {
        var store = _place.Store();
        var current = await WriteAsync(store, null, TestConversations.Initialize(userId: "secret-user"));
        current = await WriteAsync(store, current, TestConversations.Message("m-1"));

        await WriteAsync(store, current, TestConversations.Erase());
        await Task.Delay(100, Stop);

        Assert.False(await _raw.KeyExistsAsync(_place.Prefix + "conversations:by-user:secret-user"));
        Assert.False(await _raw.KeyExistsAsync(_place.Prefix + "conversations:entries"));
        Assert.Empty(await MembersAsync("by-update"));
        var left = await _raw.ListRangeAsync(_place.Prefix + "conversation:{cs-TKT-001}:events");
        Assert.DoesNotContain("secret", string.Concat(left), StringComparison.Ordinal);
        Assert.False(await _raw.KeyExistsAsync(_place.Prefix + "conversation:{cs-TKT-001}:history"));
    }

    [Fact]
    public async Task Another_process_lists_the_right_order_soon_after_a_message()
    {
        var (here, elsewhere) = (_place.Store(), _place.Store());
        var first = await WriteAsync(here, null, TestConversations.Initialize(TestConversations.Id("a")));
        await Task.Delay(5, Stop);
        await WriteAsync(here, null, TestConversations.Initialize(TestConversations.Id("b")));
        await Task.Delay(5, Stop);
        await WriteAsync(here, first, TestConversations.Message("m-1", id: TestConversations.Id("a")));

        await Eventually.TrueAsync(
            async () => (await elsewhere.ListAsync(new(), null, 1, Stop)).Conversations[0].ConversationId == "cs-a", () => "The order stays as it was.");
    }

    [Fact]
    public async Task An_index_entry_that_is_wrong_is_put_right_by_whoever_meets_it()
    {
        var store = _place.Store();
        var opened = await WriteAsync(store, null, TestConversations.Initialize());
        var score = opened.UpdatedAt.ToUnixTimeMilliseconds();
        await _raw.SortedSetAddAsync(_place.Prefix + "conversations:by-update", [new("cs-gone", score - 3_600_000), new("cs-TKT-001", score - 7_200_000)]);
        await _raw.SortedSetAddAsync(_place.Prefix + "conversations:by-update", "cs-coming", score + 1);

        Assert.Equal("cs-TKT-001", Assert.Single((await store.ListAsync(new(), null, 10, Stop)).Conversations).ConversationId);

        // An entry as young as a commit under way stays.
        Assert.Equal(["cs-TKT-001", "cs-coming"], await MembersAsync("by-update"));
        Assert.Equal(score, await _raw.SortedSetScoreAsync(_place.Prefix + "conversations:by-update", "cs-TKT-001"));
    }

    private static async Task<Conversation> WriteAsync(RedisConversationStore store, Conversation? before, ConversationCommand command, DateTimeOffset? at = null)
    {
        var commit = TestConversations.Commit(before, command, at ?? TimeProvider.System.GetUtcNow());
        Assert.IsType<CommitResult.Committed>(await store.CommitAsync(commit, Stop));
        return commit.After;
    }

    private async Task<string[]> MembersAsync(string index) =>
        [.. (await _raw.SortedSetRangeByRankAsync(_place.Prefix + "conversations:" + index)).Select(m => (string)m!)];
}
