using SupportStateMcp.Conversations;
using SupportStateMcp.Mcp.Tools;
using SupportStateMcp.Tests.Support;
using static SupportStateMcp.Tests.Support.OneConversation;

namespace SupportStateMcp.Tests.Conversations;

/// <summary>What a desk does where another instance is quicker.</summary>
public sealed class ContentionTests : IAsyncDisposable
{
    private static readonly ConcurrencyOptions s_twoRetries = new(2, Eventually.Patience);

    private readonly TestCommandHandler _desk = new();
    private readonly StoreAround _store;

    public ContentionTests() => _store = new StoreAround(_desk.Store);

    [Fact]
    public async Task A_write_that_met_another_decides_again_on_what_came_back()
    {
        await _desk.DoAsync(Open());
        _store.BeforeCommit = NeighbourWrites(times: 2);

        var outcome = (await WriteAsync(Say("Hello"), new LocksThat(areFree: false))).Value;

        Assert.Equal(3, outcome.IdempotencyRecord.MessageCount);
        Assert.Equal(3, _store.Commits);
        Assert.Equal(1, _store.Loads);
    }

    [Fact]
    public async Task A_write_is_refused_where_what_came_back_forbids_it()
    {
        await _desk.DoAsync(Open());
        _store.BeforeCommit = _ => _desk.DoAsync(MoveTo("escalated")).AsTask();

        var error = (await WriteAsync(MoveTo("processing"), new LocksThat(areFree: false))).Error!;

        Assert.Equal("Invalid transition: escalated → processing. Allowed from escalated: resolved.", McpErrorMessages.Of(error));
    }

    [Fact]
    public async Task A_write_for_one_version_does_not_chase_a_conversation_that_moved_on()
    {
        await _desk.DoAsync(Open());
        _store.BeforeCommit = NeighbourWrites(times: 1);

        var error = (await WriteAsync(Say("Hello") with { ExpectedVersion = 2 }, new LocksThat(areFree: true))).Error!;

        Assert.Equal("""{"expected":2,"actual":3}""", Json(error.Facts));
    }

    [Fact]
    public async Task A_repeat_that_lost_the_race_against_its_first_call_is_answered_like_it()
    {
        await _desk.DoAsync(Open());
        _store.BeforeCommit = _ => _desk.DoAsync(Say("Hello")).AsTask();

        var outcome = (await WriteAsync(Say("Hello"), new LocksThat(areFree: false))).Value;

        Assert.True(outcome.Replayed);
        Assert.Equal(1, (await _desk.LoadAsync(Id)).Conversation!.MessageCount);
    }

    [Fact]
    public async Task A_write_that_keeps_losing_waits_for_the_lock_and_writes_under_it()
    {
        var locks = new LocksThat(areFree: true);
        var heldAtCommit = new List<int>();
        await _desk.DoAsync(Open());
        var neighbour = NeighbourWrites(times: 4);
        _store.BeforeCommit = n =>
        {
            heldAtCommit.Add(locks.Held);
            return neighbour(n);
        };

        var outcome = (await WriteAsync(Say("Hello"), locks)).Value;

        Assert.Equal(5, outcome.IdempotencyRecord.MessageCount);
        // One first try, two more, then under the lock.
        Assert.Equal([0, 0, 0, 1, 1], heldAtCommit);
        Assert.Equal(1, locks.Asked);
        Assert.Equal(0, locks.Held);
    }

    [Fact]
    public async Task A_write_whose_turn_does_not_come_is_refused()
    {
        await _desk.DoAsync(Open());
        _store.BeforeCommit = NeighbourWrites(times: int.MaxValue);

        var error = (await WriteAsync(Say("Hello"), new LocksThat(areFree: false))).Error!;

        Assert.Equal("lock_timeout", error.Code);
        Assert.Matches(@"^The conversation is busy: its turn did not come within \d+ ms\. Nothing was changed; try again\.$", McpErrorMessages.Of(error));
        Assert.True((bool)error.Facts["retryable"]!);
    }

    [Fact]
    public async Task Under_the_lock_a_write_tries_until_its_time_is_up()
    {
        var locks = new LocksThat(areFree: true);
        await _desk.DoAsync(Open());
        _store.BeforeCommit = NeighbourWrites(times: int.MaxValue);

        var error = (await WriteAsync(Say("Hello"), locks, new ConcurrencyOptions(0, TimeSpan.FromMilliseconds(60)))).Error!;

        Assert.Equal("lock_timeout", error.Code);
        Assert.True((long)error.Facts["waited_ms"]! >= 60);
        Assert.Equal(0, locks.Held);
    }

    [Fact]
    public async Task A_write_behind_one_that_does_not_end_waits_no_longer_than_for_the_lock()
    {
        await _desk.DoAsync(Open());
        var (begun, released) = (new TaskCompletionSource(), new TaskCompletionSource());
        _store.BeforeCommit = _ =>
        {
            begun.SetResult();
            return released.Task;
        };
        var desk = _desk.Another(_store, new LocksThat(areFree: true), new ConcurrencyOptions(2, TimeSpan.FromMilliseconds(60)));
        var first = desk.ExecuteAsync(Say("Hello"), TestContext.Current.CancellationToken).AsTask();
        await begun.Task;

        var second = await desk.ExecuteAsync(Say("And", "m-2"), TestContext.Current.CancellationToken).AsTask().WaitAsync(Eventually.Patience, TestContext.Current.CancellationToken);
        released.SetResult();

        Assert.Equal("lock_timeout", second.Error?.Code);
        Assert.Equal(1, (await first).Value.IdempotencyRecord.MessageCount);
        Assert.Equal(1, (await _desk.LoadAsync(Id)).Conversation!.MessageCount);
    }

    [Fact]
    public async Task What_a_write_has_waited_already_counts_when_it_waits_for_the_lock()
    {
        var locks = new LocksThat(areFree: true);
        await _desk.DoAsync(Open());
        _store.BeforeCommit = NeighbourWrites(times: 1);

        await WriteAsync(Say("Hello"), locks, new ConcurrencyOptions(0, TimeSpan.FromSeconds(60)));

        Assert.InRange(locks.Wait, TimeSpan.Zero, TimeSpan.FromSeconds(60) - TimeSpan.FromTicks(1));
    }

    [Fact]
    public async Task Without_retries_the_lock_comes_at_once()
    {
        var locks = new LocksThat(areFree: true);
        await _desk.DoAsync(Open());
        _store.BeforeCommit = NeighbourWrites(times: 1);

        await WriteAsync(Say("Hello"), locks, new ConcurrencyOptions(0, TimeSpan.FromSeconds(5)));

        Assert.Equal(1, locks.Asked);
        Assert.Equal(2, _store.Commits);
    }

    [Fact]
    public async Task What_is_remembered_saves_a_question_where_it_is_right()
    {
        var opened = (await _desk.DoAsync(Open())).Value.Conversation;
        _store.Remembers = _ => opened;

        Assert.True((await WriteAsync(MoveTo("processing"), new LocksThat(areFree: false))).Value.Changed);

        Assert.Equal(0, _store.Loads);
    }

    [Theory]
    [MemberData(nameof(RefusedByMemory))]
    public async Task What_is_remembered_never_refuses_a_caller(ConversationCommand command)
    {
        // The conversation as it was long ago: of another user, at another version, in another state.
        var stale = (await _desk.DoAsync(Open("user-0"))).Value.Conversation;
        await _desk.DoAsync(Erase());
        await _desk.DoAsync(Open());
        await _desk.DoAsync(MoveTo("processing"));
        _store.Remembers = _ => stale;

        var result = await WriteAsync(command, new LocksThat(areFree: false));

        Assert.Null(result.Error);
    }

    [Fact]
    public async Task What_is_remembered_never_answers_that_a_conversation_is_there()
    {
        var stale = (await _desk.DoAsync(Open())).Value.Conversation;
        await _desk.DoAsync(Erase());
        _store.Remembers = _ => stale;

        Assert.True((await WriteAsync(Open(), new LocksThat(areFree: false))).Value.Changed);
    }

    [Fact]
    public async Task A_store_that_does_not_answer_is_a_refusal_to_try_again_later()
    {
        await _desk.DoAsync(Open());
        _store.BeforeCommit = _ => throw new StoreUnavailableException("gone");

        var error = (await WriteAsync(Say("Hello"), new LocksThat(areFree: true))).Error!;

        Assert.Equal("store_unavailable", error.Code);
        Assert.Equal("""{"retryable":true}""", Json(error.Facts));
        Assert.DoesNotContain("gone", McpErrorMessages.Of(error), StringComparison.Ordinal);
    }

    public static TheoryData<ConversationCommand> RefusedByMemory() =>
        [MoveTo("awaiting_confirmation"), Say("Hello") with { ExpectedVersion = 6 }, Open()];

    public ValueTask DisposeAsync() => _desk.DisposeAsync();

    private Func<int, Task> NeighbourWrites(int times) => n =>
        n <= times ? _desk.DoAsync(Say("I was quicker", $"neighbour-{n}")).AsTask() : Task.CompletedTask;

    private ValueTask<Result<Outcome>> WriteAsync(ConversationCommand command, LocksThat locks, ConcurrencyOptions? concurrency = null) =>
        _desk.Another(_store, locks, concurrency ?? s_twoRetries).ExecuteAsync(command, TestContext.Current.CancellationToken);
}
