using System.Globalization;
using System.Text.Json;
using SupportStateMcp.Conversations;
using SupportStateMcp.Identity;
using static SupportStateMcp.Conversations.ConversationEvent;
using static SupportStateMcp.Tests.Conversations.Specification;
using static SupportStateMcp.Tests.Support.OneConversation;
using static SupportStateMcp.Tests.Support.TwoOwners;

namespace SupportStateMcp.Tests.Conversations;

public class ApprovalRulesTests
{
    private static readonly TimeSpan s_tick = TimeSpan.FromTicks(1);

    private static readonly GivenConversation s_open = Given().And(Open());

    private static readonly GivenConversation s_asked = s_open.And(Ask());

    private static readonly GivenConversation s_two = s_open.And(Ask(quorum: 2));

    [Theory]
    [InlineData("8", "500", "0.91", true)]
    [InlineData("9", "500", "0.91", false)]
    [InlineData("8", "500.01", "0.91", false)]
    [InlineData("8", "500", "0.9", false)]
    [InlineData(null, null, null, false)]
    public void The_policy_grants_what_is_neither_dear_nor_risky_nor_doubtful(string? risk, string? amount, string? confidence, bool granted)
    {
        var events = s_open.When(Ask(JsonElement.Parse("{}")) with { RiskPriority = Number(risk), Amount = Number(amount), Confidence = Number(confidence) })
            .Then(granted ? [typeof(ApprovalRequested), typeof(ApprovalDecided)] : [typeof(ApprovalRequested)]);

        if (granted)
            Assert.Equal((DecisionChannel.Policy, ApprovalStatus.Granted), (((ApprovalDecided)events[1]).Via, ((ApprovalDecided)events[1]).Status));
    }

    [Theory]
    [InlineData("""{"amount":612.4}""")]
    [InlineData("""{"amount":1e40}""")]
    [InlineData("""{"amount":"612.40"}""")]
    [InlineData("""{"amount":"1,612.40"}""")]
    [InlineData("""{"amount":"1e40"}""")]
    public void Who_asks_cannot_make_the_amount_small(string arguments) =>
        s_open.When(Ask(JsonElement.Parse(arguments)) with { Amount = 1, Confidence = 1 }).Then(typeof(ApprovalRequested));

    [Fact]
    public void What_is_asked_for_twice_is_one_approval_also_when_it_is_granted()
    {
        s_asked.When(Ask(JsonElement.Parse("""{"amount":612.40,"order":"A-1"}""")) with { Quorum = 3 }).ThenNothingHappens();
        s_asked.And(Decide(Id(s_asked), Alice)).When(Ask()).ThenNothingHappens();
        s_asked.And(Decide(Id(s_asked), Alice, yes: false)).When(Ask()).Then(typeof(ApprovalRequested));
        s_asked.When(Ask(HalfOfIt)).Then(typeof(ApprovalRequested));
    }

    [Fact]
    public void So_many_may_be_pending_and_no_more()
    {
        var full = Enumerable.Range(0, ConversationDecider.MaxPendingApprovals).Aggregate(s_open, (c, i) => c.And(Ask(JsonElement.Parse($$"""{"n":{{i}}}"""))));

        full.When(Ask()).ThenItIsRefused("limit_reached");
        full.When(Ask(), Day).Then([.. Enumerable.Repeat(typeof(ApprovalExpired), ConversationDecider.MaxPendingApprovals), typeof(ApprovalRequested)]);
    }

    [Fact]
    public void An_approver_decides_who_is_a_person_and_not_the_one_who_asked()
    {
        s_asked.When(Decide(Id(s_asked), Other) with { Roles = Roles.Supervisor }).ThenItIsRefused("not_authorized");
        s_asked.When(Decide(Id(s_asked), Alice) with { Roles = Roles.Agent }).ThenItIsRefused("not_authorized");
        var own = s_open.And(Ask(by: Alice));
        own.When(Decide(Id(own), Alice)).ThenItIsRefused("not_authorized");
        own.When(Decide(Id(own), Bob)).Then(typeof(ApprovalDecided));
    }

    [Fact]
    public void An_approval_is_decidable_until_the_last_tick_and_expired_at_its_end()
    {
        s_asked.When(Decide(Id(s_asked), Alice), Day - s_tick).Then(typeof(ApprovalDecided));

        s_asked.When(Decide(Id(s_asked), Alice), Day).ThenItIsRefused("approval_expired");
        s_asked.When(Use(Id(s_asked)), Day).ThenItIsRefused("approval_expired");
        s_asked.When(Settle(), Day).Then(typeof(ApprovalExpired));
        s_asked.And(Settle(), Day).When(Settle(), Day).ThenNothingHappens();
        s_asked.And(Hear("m"), Day + s_tick).When(Decide(Id(s_asked), Alice), Day + s_tick).ThenItIsRefused("approval_expired");
    }

    [Fact]
    public void What_was_granted_in_time_can_be_used_after_the_deadline() =>
        s_asked.And(Decide(Id(s_asked), Alice)).When(Use(Id(s_asked)), Day).Then(typeof(ApprovalUsed));

    [Fact]
    public void A_decision_is_final_either_way()
    {
        var granted = s_asked.And(Decide(Id(s_asked), Alice));
        var refused = s_asked.And(Decide(Id(s_asked), Alice, yes: false));

        granted.When(Decide(Id(s_asked), Bob, yes: false)).ThenItIsRefused("already_decided");
        refused.When(Decide(Id(s_asked), Bob)).ThenItIsRefused("already_decided");
        refused.When(Use(Id(s_asked))).ThenItIsRefused("approval_refused");
        s_asked.When(Use(Id(s_asked))).ThenItIsRefused("approval_pending");
    }

    [Fact]
    public void Each_person_counts_once()
    {
        var one = s_two.And(Decide(Id(s_two), Alice));

        Assert.Equal(ApprovalStatus.Pending, one.Conversation!.Approvals[0].Status);
        one.When(Decide(Id(s_two), Alice)).ThenItIsRefused("already_decided");
        Assert.Equal(ApprovalStatus.Granted, one.And(Decide(Id(s_two), Bob)).Conversation!.Approvals[0].Status);
        Assert.Equal(ApprovalStatus.Refused, one.And(Decide(Id(s_two), Bob, yes: false)).Conversation!.Approvals[0].Status);
    }

    [Fact]
    public void A_yes_to_other_arguments_does_not_count()
    {
        var changed = s_two.And(Decide(Id(s_two), Alice)).And(Decide(Id(s_two), Bob, final: HalfOfIt));

        Assert.Equal((ApprovalStatus.Pending, 1), (changed.Conversation!.Approvals[0].Status, changed.Conversation.Approvals[0].Yes));
        var granted = changed.And(Decide(Id(s_two), Alice));
        Assert.Equal(ApprovalStatus.Granted, granted.Conversation!.Approvals[0].Status);
        granted.When(Use(Id(s_two))).ThenItIsRefused("approval_mismatch");
        granted.When(Use(Id(s_two), HalfOfIt)).Then(typeof(ApprovalUsed));
    }

    [Fact]
    public void Whoever_changes_their_mind_back_is_still_one_person()
    {
        var back = s_two.And(Decide(Id(s_two), Alice)).And(Decide(Id(s_two), Bob, final: HalfOfIt)).And(Decide(Id(s_two), Sue with { Id = "carl" }, yes: true, final: Refund) with { Roles = Roles.Approver });
        Assert.Equal(ApprovalStatus.Granted, back.Conversation!.Approvals[0].Status);

        var three = s_open.And(Ask(quorum: 2));
        var alone = three.And(Decide(Id(three), Alice, final: HalfOfIt)).And(Decide(Id(three), Bob, final: Refund)).And(Decide(Id(three), Alice, final: HalfOfIt));
        Assert.Equal((ApprovalStatus.Pending, 1), (alone.Conversation!.Approvals[0].Status, alone.Conversation.Approvals[0].Yes));
    }

    [Fact]
    public void A_refusal_changes_no_arguments() =>
        s_asked.When(Decide(Id(s_asked), Alice, yes: false, final: HalfOfIt)).ThenItIsRefused("invalid_argument");

    [Fact]
    public void One_permission_is_taken_once()
    {
        var used = s_asked.And(Decide(Id(s_asked), Alice)).And(Use(Id(s_asked), key: "k"));

        used.When(Use(Id(s_asked), key: "k")).ThenNothingHappens();
        used.When(Use(Id(s_asked), key: "other")).ThenItIsRefused("approval_used");
        used.When(Use(Id(s_asked))).ThenItIsRefused("approval_used");
        used.When(Use(Id(s_asked), by: Other, key: "k")).ThenItIsRefused("approval_used");
        used.When(Use(Id(s_asked), HalfOfIt, key: "k")).ThenItIsRefused("approval_mismatch");
    }

    [Fact]
    public void Who_asked_uses_it_and_nobody_else()
    {
        var granted = s_asked.And(Decide(Id(s_asked), Alice));

        foreach (var by in (Actor[])[Other, Alice, Bob, Sue, Agent with { Kind = ActorKind.System }, Agent with { Id = Agent.Id.ToUpperInvariant() }])
            Assert.Equal("""["actor:ai:desk-agent"]""", granted.When(Use(Id(s_asked), by: by)).ThenItIsRefused("not_authorized").Facts["needs"]!.ToJsonString());
        granted.When(Use(Id(s_asked))).Then(typeof(ApprovalUsed));
    }

    [Fact]
    public void What_the_policy_grants_is_no_others_either()
    {
        var granted = s_open.And(Ask(JsonElement.Parse("{}")) with { Confidence = 1 });

        granted.When(Use(Id(granted), JsonElement.Parse("{}"), by: Other)).ThenItIsRefused("not_authorized");
        // Nor is it to be had by asking for the same again: that finds the one that is there.
        granted.When(Ask(JsonElement.Parse("{}"), by: Other) with { Confidence = 1, UsableBy = "ai:other-agent" }).ThenNothingHappens();
    }

    [Fact]
    public void Who_is_named_uses_it_in_the_place_of_who_asked()
    {
        var named = s_open.And(Ask() with { UsableBy = Other.ToString() });
        var granted = named.And(Decide(Id(named), Alice));

        granted.When(Use(Id(named))).ThenItIsRefused("not_authorized");
        granted.When(Use(Id(named), by: Other)).Then(typeof(ApprovalUsed));
    }

    [Fact]
    public void Anyone_uses_it_once_where_the_request_says_so()
    {
        var open = s_open.And(Ask() with { UsableBy = Approval.Anyone });
        var granted = open.And(Decide(Id(open), Alice));

        granted.When(Use(Id(open), by: Bob)).Then(typeof(ApprovalUsed));
        granted.And(Use(Id(open), by: Other)).When(Use(Id(open))).ThenItIsRefused("approval_used");
    }

    [Theory]
    [InlineData("ai")]
    [InlineData("ai:")]
    [InlineData(":bot")]
    [InlineData("AI:bot")]
    [InlineData("robot:bot")]
    [InlineData("ai:a b")]
    [InlineData("Anyone")]
    [InlineData("")]
    public void A_user_that_is_no_actor_is_refused(string usableBy) =>
        Assert.Equal("usable_by", (string?)(Ask() with { UsableBy = usableBy }).Violation()!.Facts["argument"]);

    [Theory]
    [InlineData("""{"amount":612.40,"order":"A-1"}""", true)]
    [InlineData("""{"amount":6.124e2,"order":"\u0041-1"}""", true)]
    [InlineData("""{"amount":612.41,"order":"A-1"}""", false)]
    [InlineData("""{"amount":612.4000000000000000000000000001,"order":"A-1"}""", false)]
    [InlineData("""{"amount":"612.4","order":"A-1"}""", false)]
    [InlineData("""{"amount":612.4,"order":"a-1"}""", false)]
    [InlineData("""{"amount":612.4}""", false)]
    [InlineData("""{"amount":612.4,"order":"A-1","note":null}""", false)]
    public void A_use_matches_what_was_granted_by_value(string arguments, bool matches)
    {
        var decision = s_asked.And(Decide(Id(s_asked), Alice)).When(Use(Id(s_asked), JsonElement.Parse(arguments)));

        if (matches)
            decision.Then(typeof(ApprovalUsed));
        else
            decision.ThenItIsRefused("approval_mismatch");
    }

    [Fact]
    public void The_same_arguments_permit_no_other_action() =>
        s_asked.And(Decide(Id(s_asked), Alice)).When(Use(Id(s_asked)) with { Action = "Refund" }).ThenItIsRefused("approval_mismatch");

    [Fact]
    public void What_was_never_asked_for_is_not_there()
    {
        s_open.When(Decide("ap-00000000-TKT-001", Alice)).ThenItIsRefused("not_found");
        s_open.When(Use("ap-00000000-TKT-001")).ThenItIsRefused("not_found");
        Given().When(Use("ap-00000000-TKT-001")).ThenItIsRefused("not_found");
    }

    [Fact]
    public void No_message_and_no_handover_touches_an_approval()
    {
        var after = s_asked.And(Begin(Agent)).And(Tell(Alice)).And(HandBack(Alice)).And(Escalate(Agent));

        Assert.Equal(JsonSerializer.Serialize(s_asked.Conversation!.Approvals[0], ConversationJson.Readable.Options), JsonSerializer.Serialize(after.Conversation!.Approvals[0], ConversationJson.Readable.Options));
        Assert.Equal([Id(s_asked)], after.Conversation.Handoff!.PendingApprovals);
    }

    private static string Id(GivenConversation given) => given.Conversation!.Approvals[0].ApprovalId;

    private static decimal? Number(string? text) => text is null ? null : decimal.Parse(text, CultureInfo.InvariantCulture);
}
