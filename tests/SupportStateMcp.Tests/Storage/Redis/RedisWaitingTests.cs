using StackExchange.Redis;
using SupportStateMcp.Conversations;
using SupportStateMcp.Storage.Redis;
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
        Assert.InRange(lives - (await store.LoadAsync(TestConversations.Id(), null, Stop)).ExpiresAt!.Value, TimeSpan.FromSeconds(-1), TimeSpan.FromSeconds(1));
    }

    [Fact]
    public async Task An_erased_conversation_waits_nowhere()
    {
        var store = _place.Store();
        var current = await WriteAsync(store, null, TestConversations.Initialize(), Ask(), Escalate(TestConversations.Agent));
        foreach (var index in (string[])["waiting", "with-approvals", "due"])
            Assert.Equal(["cs-TKT-001"], await MembersAsync(index));

        await WriteAsync(store, current, TestConversations.Erase());

        foreach (var index in (string[])["waiting", "with-approvals", "due"])
            Assert.Empty(await MembersAsync(index));
    }

    [Fact]
    public async Task A_conversation_that_is_gone_waits_nowhere()
    {
        var store = _place.Store(_place.Options with { TimeToLive = TimeSpan.FromSeconds(1) });
        await WriteAsync(store, null, TestConversations.Initialize(), Ask(), Escalate(TestConversations.Agent));
        await _raw.KeyDeleteAsync([.. ((string[])["state", "events", "history", "seen"]).Select(k => (RedisKey)$"{_place.Prefix}conversation:{{cs-TKT-001}}:{k}")]);
        await Task.Delay(1100, Stop);

        Assert.Equal(1, await store.SweepAsync(Stop));
        Assert.Empty(await store.FindOverdueAsync(DateTimeOffset.MaxValue, 10, Stop));

        foreach (var index in (string[])["waiting", "with-approvals", "due"])
            Assert.Empty(await MembersAsync(index));
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

    private async Task<string[]> MembersAsync(string index) =>
        [.. (await _raw.SortedSetRangeByRankAsync(_place.Prefix + "conversations:" + index)).Select(m => (string)m!)];
}
