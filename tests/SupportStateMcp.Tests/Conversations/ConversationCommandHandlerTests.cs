using SupportStateMcp.Conversations;
using SupportStateMcp.Identity;
using SupportStateMcp.Mcp.Tools;
using SupportStateMcp.Tests.Support;
using static SupportStateMcp.Tests.Support.OneConversation;

namespace SupportStateMcp.Tests.Conversations;

public sealed class ConversationCommandHandlerTests : IAsyncDisposable
{
    private readonly TestCommandHandler _desk = new();

    [Fact]
    public async Task A_conversation_is_opened_once_and_then_returned_as_it_is()
    {
        var first = (await _desk.DoAsync(Open())).Value;
        var second = (await _desk.DoAsync(Open() with { Priority = Priority.Urgent })).Value;

        Assert.True(first.Changed);
        Assert.False(second.Changed);
        Assert.Equal(Priority.Medium, second.Conversation.Priority);
        Assert.Equal(2, (await _desk.TrailAsync(Id)).Count);
    }

    [Fact]
    public async Task A_repeated_message_is_stored_once_and_answered_with_its_first_outcome()
    {
        await _desk.DoAsync(Open());
        var first = (await _desk.DoAsync(Say("Hello"))).Value;
        await _desk.DoAsync(MoveTo("processing"));

        var repeat = (await _desk.DoAsync(Say("Hello") with { Actor = new Actor(ActorKind.Human, "alice") })).Value;

        Assert.True(repeat.Replayed);
        Assert.False(repeat.Changed);
        Assert.Equal(first.IdempotencyRecord, repeat.IdempotencyRecord);
        Assert.Equal("gathering_info", repeat.IdempotencyRecord.State);
        Assert.Equal("processing", repeat.Conversation.State);
        Assert.Equal(1, (await _desk.LoadAsync(Id)).Conversation!.MessageCount);
    }

    [Fact]
    public async Task A_repeat_is_answered_also_where_the_conversation_has_since_moved_past_its_expected_version()
    {
        await _desk.DoAsync(Open());
        var move = MoveTo("processing") with { IdempotencyKey = "k", ExpectedVersion = 2 };
        await _desk.DoAsync(move);
        await _desk.DoAsync(MoveTo("escalated"));

        var repeat = (await _desk.DoAsync(move)).Value;

        Assert.True(repeat.Replayed);
        Assert.Equal("processing", repeat.IdempotencyRecord.State);
    }

    [Fact]
    public async Task A_key_used_for_something_else_is_refused()
    {
        await _desk.DoAsync(Open());
        await _desk.DoAsync(Say("Hello"));

        var error = (await _desk.DoAsync(Say("Goodbye"))).Error!;

        Assert.Equal("idempotency_mismatch", error.Code);
        Assert.Equal(
            "The key m-1 was already used on this conversation with other arguments. Use a new key for a new call; repeat a call with exactly the same arguments.",
            McpErrorMessages.Of(error));
        Assert.Equal("""{"key":"m-1"}""", Json(error.Facts));
    }

    [Fact]
    public async Task A_message_id_and_an_idempotency_key_of_the_same_name_do_not_meet()
    {
        await _desk.DoAsync(Open());
        await _desk.DoAsync(Say("Hello", "same"));

        Assert.True((await _desk.DoAsync(MoveTo("processing") with { IdempotencyKey = "same" })).Value.Changed);
    }

    [Fact]
    public async Task A_refusal_does_not_use_up_its_key()
    {
        await _desk.DoAsync(Open());
        Assert.NotNull((await _desk.DoAsync(MoveTo("resolved") with { IdempotencyKey = "k" })).Error);

        Assert.True((await _desk.DoAsync(MoveTo("processing") with { IdempotencyKey = "k" })).Value.Changed);
    }

    [Fact]
    public async Task A_write_for_another_version_is_refused_and_changes_nothing()
    {
        await _desk.DoAsync(Open());
        var before = Json((await _desk.LoadAsync(Id)).Conversation);

        var error = (await _desk.DoAsync(Update() with { Priority = Priority.High, ExpectedVersion = 1 })).Error!;

        Assert.Equal(ErrorCodes.VersionConflict, error.Code);
        Assert.Equal(before, Json((await _desk.LoadAsync(Id)).Conversation));
    }

    [Fact]
    public async Task Erasing_takes_the_content_and_the_keys_and_leaves_a_trail_without_it()
    {
        await _desk.DoAsync(Open() with { Description = "private", Metadata = Facts("""{"phone":"private"}""") });
        await _desk.DoAsync(Say("private"));
        await _desk.DoAsync(Update() with { Metadata = Facts("""{"mail":"private"}""") });

        var erased = (await _desk.DoAsync(Erase())).Value;

        Assert.Equal(1, erased.ErasedMessages);
        Assert.Empty(await _desk.Store.ReadMessagesAsync(Id, long.MaxValue, 10, TestContext.Current.CancellationToken));
        var trail = Json(await _desk.TrailAsync(Id));
        Assert.DoesNotContain("private", trail, StringComparison.Ordinal);
        Assert.DoesNotContain("user-1", trail, StringComparison.Ordinal);
        Assert.Equal("(erased)", (await _desk.LoadAsync(Id)).Conversation!.UserId);
    }

    [Fact]
    public async Task A_ticket_opened_anew_begins_with_an_empty_history_and_fresh_keys()
    {
        await _desk.DoAsync(Open());
        await _desk.DoAsync(Say("Before"));
        await _desk.DoAsync(Erase());
        await _desk.DoAsync(Open("user-2"));

        var said = (await _desk.DoAsync(Say("After"))).Value;

        Assert.False(said.Replayed);
        Assert.Equal(1, said.IdempotencyRecord.MessageCount);
        Assert.Equal(7, said.IdempotencyRecord.Version);
    }

    [Fact]
    public async Task Time_in_a_trail_neither_runs_backwards_nor_stands_still()
    {
        var opened = (await _desk.DoAsync(Open())).Value.Conversation.UpdatedAt;
        _desk.Time.Advance(TimeSpan.FromHours(-2));

        var moved = (await _desk.DoAsync(MoveTo("processing"))).Value.Conversation;

        Assert.Equal(opened.AddTicks(1), moved.UpdatedAt);
        Assert.Equal(opened.AddTicks(1), moved.StateSince);
        Assert.Equal([opened, opened, opened.AddTicks(1)], (await _desk.TrailAsync(Id)).Select(e => e.At));
    }

    [Fact]
    public async Task A_hundred_writers_in_one_process_all_get_through_in_order()
    {
        await _desk.DoAsync(Open());
        // However slow the machine is.
        var desk = _desk.Another(concurrency: ConcurrencyOptions.Default with { LockTimeout = Eventually.Patience });

        var results = await Task.WhenAll(Enumerable.Range(0, 100).Select(i =>
            Task.Run(async () => await desk.ExecuteAsync(Say($"{i}", $"m-{i}"), TestContext.Current.CancellationToken), TestContext.Current.CancellationToken)));

        Assert.All(results, r => Assert.Null(r.Error));
        Assert.Equal(Enumerable.Range(1, 100).Select(n => (long)n), results.Select(r => r.Value.IdempotencyRecord.MessageCount).Order());
    }

    public ValueTask DisposeAsync() => _desk.DisposeAsync();
}
