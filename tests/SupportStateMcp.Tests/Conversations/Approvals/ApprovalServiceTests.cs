using Microsoft.Extensions.Logging.Abstractions;
using SupportStateMcp.Conversations;
using SupportStateMcp.Hosting;
using SupportStateMcp.Tests.Support;
using static SupportStateMcp.Tests.Support.OneConversation;
using static SupportStateMcp.Tests.Support.TwoOwners;

namespace SupportStateMcp.Tests.Conversations;

public sealed class ApprovalServiceTests : IAsyncDisposable
{
    private static readonly TimeSpan s_patience = Eventually.Patience;

    private readonly TestCommandHandler _desk = new();
    private readonly StoreAround _store;
    private readonly ConversationChangeWaiter _watch;
    private readonly ApprovalService _approvals;

    public ApprovalServiceTests()
    {
        _store = new StoreAround(_desk.Store);
        _watch = new ConversationChangeWaiter(_store, _desk.Time);
        _approvals = new ApprovalService(_desk.Desk, _store, _watch, _desk.Time);
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Who_waits_hears_of_a_decision_made_elsewhere()
    {
        var id = await AskAsync();
        var waiting = AwaitAsync(id, s_patience);
        await ListeningAsync();

        await _desk.Another().ExecuteAsync(Hear("c-1"), Stop);
        await _desk.Another().ExecuteAsync(TwoOwners.Decide(id, Alice), Stop);

        Assert.Equal(ApprovalStatus.Granted, (await waiting).Approval.Status);
        Assert.Equal(0, _watch.Feeds);
    }

    [Fact]
    public async Task Whose_time_is_up_gets_the_approval_as_it_is()
    {
        var id = await AskAsync();

        Assert.Equal(ApprovalStatus.Pending, (await AwaitAsync(id, TimeSpan.FromMilliseconds(50))).Approval.Status);
        Assert.Equal(0, _watch.Feeds);
    }

    [Fact]
    public async Task At_the_deadline_it_has_expired_and_that_is_put_down_once()
    {
        var id = await AskAsync(TimeSpan.FromSeconds(1));
        var waiting = Task.WhenAll(AwaitAsync(id, s_patience), AwaitAsync(id, s_patience));
        await ListeningAsync();
        _desk.Time.Advance(TimeSpan.FromSeconds(1));

        Assert.All(await waiting, a => Assert.Equal(ApprovalStatus.Expired, a.Approval.Status));
        Assert.Single((await _desk.TrailAsync(Id)).OfType<ConversationEvent.ApprovalExpired>());
    }

    [Fact]
    public async Task What_is_decided_is_answered_at_once_and_what_is_unknown_is_not_there()
    {
        var id = await AskAsync();
        await _desk.DoAsync(TwoOwners.Decide(id, Alice, yes: false));

        Assert.Equal(ApprovalStatus.Refused, (await AwaitAsync(id, s_patience)).Approval.Status);
        Assert.Equal("not_found", (await _approvals.AwaitAsync("ap-00000000-TKT-001", s_patience, Stop)).Error!.Code);
        Assert.Equal("not_found", (await _approvals.AwaitAsync("nonsense", s_patience, Stop)).Error!.Code);
    }

    [Fact]
    public async Task However_many_wait_a_change_is_read_once()
    {
        var id = await AskAsync();
        var begun = _store.Loads;
        var waiting = Enumerable.Range(0, 100).Select(_ => AwaitAsync(id, s_patience)).ToList();
        // Each reads twice, as it begins and once it listens.
        await Eventually.TrueAsync(() => _store.Loads >= begun + 200, () => $"{_store.Loads - begun} reads");
        var before = _store.Loads;

        await _desk.DoAsync(TwoOwners.Decide(id, Alice));

        Assert.All(await Task.WhenAll(waiting), a => Assert.Equal(ApprovalStatus.Granted, a.Approval.Status));
        // The embedded store may call once too often for one change.
        Assert.InRange(_store.Loads - before, 1, 3);
        Assert.Equal(0, _watch.Feeds);
    }

    [Fact]
    public async Task Who_is_slower_than_the_changes_misses_none()
    {
        var id = await AskAsync();
        var seen = 0L;
        var waiting = _watch.WaitAsync(Id, c =>
        {
            seen = c!.Version;
            // Changes go on while this one is looked at.
            Thread.Sleep(100);
            return c.MessageCount == 3;
        }, s_patience, Stop).AsTask();
        await ListeningAsync();

        for (var i = 1; i <= 3; i++)
        {
            await _desk.DoAsync(Hear($"c-{i}"));
            await Task.Delay(30, Stop);
        }

        Assert.Equal(3, (await waiting.WaitAsync(Eventually.Patience, Stop))!.MessageCount);
        Assert.NotEqual(0, seen);
        Assert.NotNull(id);
    }

    [Fact]
    public async Task Upkeep_puts_down_what_has_run_out_in_all_conversations()
    {
        await AskAsync(TimeSpan.FromMinutes(1));
        await _desk.DoAsync(Claim(Alice, TimeSpan.FromMinutes(2)));
        var upkeep = new StoreMaintenance(_desk.Store, _desk.Desk, _desk.Time, NullLogger<StoreMaintenance>.Instance);

        foreach (var _ in Enumerable.Range(0, 4))
        {
            _desk.Time.Advance(TimeSpan.FromMinutes(1));
            await upkeep.ExpireOverdueAsync(Stop);
        }

        var stored = (await _desk.LoadAsync(Id)).Conversation!;
        Assert.Equal((Owner.InQueue("support"), ApprovalStatus.Expired), (stored.Owner, stored.Approvals[0].Status));
        Assert.Equal(2, (await _desk.TrailAsync(Id)).Count(e => e.Actor == Conversation.Clock));
    }

    public ValueTask DisposeAsync() => _desk.DisposeAsync();

    private async Task<string> AskAsync(TimeSpan? expiresIn = null)
    {
        await _desk.DoAsync(Open());
        return (await _desk.DoAsync(Ask() with { ExpiresIn = expiresIn ?? Day })).Value.Conversation.Approvals[0].ApprovalId;
    }

    private async Task<ApprovalOf> AwaitAsync(string id, TimeSpan timeout) => (await _approvals.AwaitAsync(id, timeout, Stop)).Value;

    private async Task ListeningAsync()
    {
        while (_watch.Feeds == 0)
            await Task.Delay(5, Stop);
        await Task.Delay(150, Stop);
    }
}
