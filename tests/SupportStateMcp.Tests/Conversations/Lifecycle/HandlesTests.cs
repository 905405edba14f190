using SupportStateMcp.Conversations;
using SupportStateMcp.Identity;
using SupportStateMcp.Tests.Support;
using SupportStateMcp.Workflow;
using static SupportStateMcp.Tests.Support.OneConversation;
using static SupportStateMcp.Tests.Support.TwoOwners;

namespace SupportStateMcp.Tests.Conversations;

/// <summary>What a caller kept of a conversation does nothing to the next one of the same ticket (decision 17).</summary>
public sealed class HandlesTests : IAsyncDisposable
{
    private readonly TestCommandHandler _desk = new(WorkflowDefinition.Desk);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_turn_answers_nobody_else(bool erased)
    {
        await _desk.DoAsync(Open("user-1"));
        var old = (await BeginAsync("c-1")).Turn!;
        await NextAsync(erased);
        var begun = (await BeginAsync("c-1")).Turn!;

        var refusal = await CompleteAsync(old with { Epoch = begun.Epoch });

        Assert.IsType<Errors.TurnOfAnotherLife>(refusal.Error);
        Assert.Equal(1, (await _desk.LoadAsync(Id)).Conversation!.MessageCount);
        Assert.True((await CompleteAsync(begun)).Value.Changed);
        // Nor is the answer to the new customer the outcome of a repeat to the old one.
        Assert.IsType<Errors.TurnOfAnotherLife>((await CompleteAsync(old with { Epoch = begun.Epoch })).Error);
    }

    [Fact]
    public async Task A_turn_of_what_is_gone_is_not_found()
    {
        await _desk.DoAsync(Open("user-1"));
        var old = (await BeginAsync("c-1")).Turn!;
        _desk.Time.Advance(TimeSpan.FromDays(100));

        Assert.Equal("not_found", (await CompleteAsync(old)).Error!.Code);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_approval_permits_nothing_in_the_next_conversation(bool erased)
    {
        await _desk.DoAsync(Open("user-1"));
        var granted = (await _desk.DoAsync(Ask())).Value.IdempotencyRecord.ApprovalId!;
        Assert.True((await _desk.DoAsync(TwoOwners.Decide(granted, Alice))).Value.Changed);
        var pending = (await _desk.DoAsync(Ask(HalfOfIt))).Value.IdempotencyRecord.ApprovalId!;
        await NextAsync(erased);
        var next = (await _desk.DoAsync(Ask())).Value.IdempotencyRecord.ApprovalId!;

        Assert.NotEqual(granted, next);
        Assert.Equal("not_found", (await _desk.DoAsync(Use(granted))).Error!.Code);
        Assert.Equal("not_found", (await _desk.DoAsync(TwoOwners.Decide(pending, Alice))).Error!.Code);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_key_is_free_again_and_answers_with_nothing_of_before(bool erased)
    {
        await _desk.DoAsync(Open("user-1"));
        await _desk.DoAsync(Hear("c-1"));
        await _desk.DoAsync(Update() with { Priority = Priority.High, IdempotencyKey = "k" });
        await NextAsync(erased);

        var said = (await _desk.DoAsync(Hear("c-1"))).Value;
        var updated = (await _desk.DoAsync(Update() with { Priority = Priority.Low, IdempotencyKey = "k" })).Value;

        Assert.Equal((false, 1), (said.Replayed, said.Conversation.MessageCount));
        Assert.Equal((false, Priority.Low), (updated.Replayed, updated.Conversation.Priority));
    }

    [Fact]
    public async Task Two_conversations_of_a_ticket_have_two_lives_and_one_has_one()
    {
        await _desk.DoAsync(Open("user-1"));
        var life = (await _desk.LoadAsync(Id)).Conversation!.Life;
        _desk.Time.Advance(TimeSpan.FromHours(1));
        await _desk.DoAsync(Hear("c-1"));
        Assert.Equal(life, (await _desk.LoadAsync(Id)).Conversation!.Life);

        await NextAsync(erased: false);

        Assert.NotEqual(life, (await _desk.LoadAsync(Id)).Conversation!.Life);
    }

    public ValueTask DisposeAsync() => _desk.DisposeAsync();

    /// <summary>The conversation goes, and the ticket gets another one, of another customer.</summary>
    private async Task NextAsync(bool erased)
    {
        if (erased)
            Assert.True((await _desk.DoAsync(Erase())).Value.Changed);
        _desk.Time.Advance(erased ? TimeSpan.FromSeconds(1) : TimeSpan.FromDays(100));
        Assert.True((await _desk.DoAsync(Open("user-2"))).Value.Changed);
    }

    private async Task<TurnBegun> BeginAsync(string messageId) =>
        (await new TurnService(_desk.Desk, _desk.Store).BeginAsync(
            Begin(Agent, messageId), new Caller(Agent, Roles.Agent), 50, Limits.AnswerCharacters, TestContext.Current.CancellationToken)).Value;

    private ValueTask<Result<Outcome>> CompleteAsync(Turn turn) => _desk.DoAsync(Complete(Agent, 1, 1) with { Turn = turn });
}
