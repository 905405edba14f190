using SupportStateMcp.Conversations;
using SupportStateMcp.Identity;
using SupportStateMcp.Tests.Support;
using SupportStateMcp.Workflow;
using static SupportStateMcp.Tests.Support.OneConversation;
using static SupportStateMcp.Tests.Support.TwoOwners;

namespace SupportStateMcp.Tests.Conversations;

/// <summary>Whatever is refused has changed nothing: not the conversation, not its trail, not its history.</summary>
public sealed class RefusalTests : IAsyncDisposable
{
    private readonly TestCommandHandler _desk = new(WorkflowDefinition.Desk);

    private delegate ConversationCommand Making(string approvalId);

    private static readonly Dictionary<string, (Making[] Before, TimeSpan Later, Making Refused, string Code)> s_refusals = new()
    {
        ["an AI answers over a person"] = ([_ => Claim(Alice)], default, _ => Tell(Agent), "not_owner"),
        ["an AI answers a queue"] = ([_ => Escalate(Agent)], default, _ => Tell(Agent), "not_owner"),
        ["a turn from before a claim"] = ([_ => Claim(Alice)], default, _ => Complete(Agent, 1, 1), "not_owner"),
        ["an AI moves a person's conversation"] = ([_ => Claim(Alice)], default, _ => MoveTo("processing"), "not_owner"),
        ["an AI escalates a person's conversation"] = ([_ => Claim(Alice)], default, _ => Escalate(Agent), "not_owner"),
        ["a second person claims"] = ([_ => Claim(Alice)], default, _ => Claim(Bob), "not_owner"),
        ["a second person gives it away"] = ([_ => Claim(Alice)], default, _ => Assign(Bob, "human:bob"), "not_owner"),
        ["an AI gives a person's conversation away"] = ([_ => Claim(Alice)], default, _ => Assign(Agent, "queue:support"), "not_owner"),
        ["an AI takes a conversation out of a queue"] = ([_ => Escalate(Agent)], default, _ => Assign(Agent, "human:bob", "for bob"), "not_owner"),
        ["an AI that does not have it gives it away"] = ([], default, _ => Assign(Other, "human:bob"), "not_owner"),
        ["an AI gives it to another AI"] = ([], default, _ => Assign(Agent, "ai:other-agent", "go on"), "invalid_argument"),
        ["a bare name"] = ([], default, _ => Assign(Alice, "billing", "yours"), "invalid_argument"),
        ["a closed conversation is given away"] = ([_ => Escalate(Agent), _ => MoveTo("resolved") with { Actor = Alice }], default, _ => Assign(Alice, "human:bob"), "terminal_state"),
        ["an AI after a lease ran out"] = ([_ => Claim(Alice)], Day, _ => Tell(Agent), "not_owner"),
        ["a second answer"] = ([_ => Tell(Alice), _ => HandBack(Alice)], default, _ => Complete(Agent, 1, 3), "already_answered"),
        ["an answer to a closed conversation"] = ([_ => Escalate(Agent), _ => MoveTo("resolved") with { Actor = Alice }], default, _ => Tell(Alice), "terminal_state"),
        ["a late reopening"] = ([_ => MoveTo("escalated"), _ => MoveTo("resolved")], TimeSpan.FromDays(7), _ => Reopen(Agent), "reopen_window_over"),
        ["a late move"] = ([_ => MoveTo("escalated"), _ => MoveTo("resolved")], TimeSpan.FromDays(7), _ => MoveTo("gathering_info"), "reopen_window_over"),
        ["an answer with a move that is not allowed"] = ([], default, _ => Complete(Agent, 1, 1, "resolved"), "invalid_transition"),
        ["a forged turn"] = ([], default, _ => Complete(Agent, 9, 1), "invalid_argument"),
        ["an AI claims"] = ([], default, _ => Claim(Agent), "not_authorized"),
        ["an AI decides"] = ([], default, id => TwoOwners.Decide(id, Other), "not_authorized"),
        ["a second decision"] = ([id => TwoOwners.Decide(id, Alice)], default, id => TwoOwners.Decide(id, Bob, yes: false), "already_decided"),
        ["a late decision"] = ([], Day, id => TwoOwners.Decide(id, Alice), "approval_expired"),
        ["a use before the decision"] = ([], default, id => Use(id), "approval_pending"),
        ["a use of a refusal"] = ([id => TwoOwners.Decide(id, Alice, yes: false)], default, id => Use(id), "approval_refused"),
        ["a use for something else"] = ([id => TwoOwners.Decide(id, Alice)], default, id => Use(id, HalfOfIt), "approval_mismatch"),
        ["a second use"] = ([id => TwoOwners.Decide(id, Alice), id => Use(id)], default, id => Use(id, by: Other), "approval_used"),
    };

    public static TheoryData<string> Refusals() => [.. s_refusals.Keys];

    [Theory]
    [MemberData(nameof(Refusals))]
    public async Task A_refusal_changes_nothing(string name)
    {
        var (before, later, refused, code) = s_refusals[name];
        await DoAsync(Open());
        await DoAsync(Begin(Agent));
        await DoAsync(Ask());
        var id = (await _desk.LoadAsync(Id)).Conversation!.Approvals[0].ApprovalId;
        foreach (var command in before)
            await DoAsync(command(id));
        _desk.Time.Advance(later);
        var whole = await WholeAsync();

        var error = (await _desk.DoAsync(refused(id).Of((await _desk.LoadAsync(Id)).Conversation!))).Error;

        Assert.Equal(code, error?.Code);
        Assert.Equal(whole, await WholeAsync());
    }

    public ValueTask DisposeAsync() => _desk.DisposeAsync();

    private async Task DoAsync(ConversationCommand command) => Assert.True((await _desk.DoAsync(command)).Value.Changed);

    private async Task<(string, string, int)> WholeAsync() => (
        Json((await _desk.LoadAsync(Id)).Conversation),
        Json(await _desk.TrailAsync(Id)),
        (await _desk.Store.ReadMessagesAsync(Id, long.MaxValue, 100, TestContext.Current.CancellationToken)).Count);
}
