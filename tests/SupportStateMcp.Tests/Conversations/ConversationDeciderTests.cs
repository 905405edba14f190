using SupportStateMcp.Conversations;
using SupportStateMcp.Workflow;
using static SupportStateMcp.Tests.Conversations.Specification;
using static SupportStateMcp.Tests.Support.OneConversation;

namespace SupportStateMcp.Tests.Conversations;

public class ConversationDeciderTests
{
    private static readonly ConversationEvent[] s_gathering = [Opened(), Moved(2, "initialized", "gathering_info")];

    private static readonly ConversationEvent[] s_resolved =
        [.. s_gathering, Moved(3, "gathering_info", "escalated"), Moved(4, "escalated", "resolved", TicketStatus.Solved)];

    [Fact]
    public void A_new_conversation_is_opened_and_moves_on_at_once() =>
        Given().When(Open()).Then(
            Opened(),
            Moved(2, "initialized", "gathering_info") with { Reason = "conversation opened" });

    [Fact]
    public void A_new_conversation_takes_over_what_is_known_of_it()
    {
        var facts = Facts("""{"plan": "gold", "seats": 3}""");
        var command = Open() with { Priority = Priority.Urgent, AssignedTo = "bob", Description = "Broken", Metadata = facts };

        Given().When(command).Then(
            Opened() with { Priority = Priority.Urgent, AssignedTo = "bob", Description = "Broken", Metadata = facts },
            Moved(2, "initialized", "gathering_info") with { Reason = "conversation opened" });
    }

    [Fact]
    public void A_workflow_of_one_state_leaves_a_new_conversation_where_it_begins()
    {
        var workflow = WorkflowDefinition.Create(new WorkflowProfile
        {
            Name = "one",
            States = ["open"],
            Transitions = new Dictionary<string, IReadOnlyList<string>>(),
        }).Workflow!;

        Given(workflow).When(Open()).Then(Opened() with { State = "open" });
    }

    [Fact]
    public void Opening_a_ticket_again_for_the_same_user_changes_nothing() =>
        Given(s_gathering).When(Open() with { Priority = Priority.Low }).ThenNothingHappens();

    [Fact]
    public void A_ticket_of_one_user_cannot_be_opened_for_another() =>
        Given(s_gathering).When(Open("user-2")).ThenItIsRefused(
            "ticket_conflict",
            "Ticket TKT-001 already has a conversation, and it belongs to another user. Check the ticket id and the user id; one ticket has one user.",
            """{"conversation_id":"cs-TKT-001","ticket_id":"TKT-001"}""");

    [Fact]
    public void A_message_goes_to_the_history_and_its_digest_to_the_trail()
    {
        var accepted = Given([.. s_gathering, Said(3, 1, "First", "m-0")]).When(Say("Hello"))
            .Then(Said(4, 2));

        var message = Assert.Single(accepted.Messages);
        Assert.Equal(
            new Message
            {
                Number = 2,
                MessageId = "m-1",
                Role = MessageRole.User,
                Content = "Hello",
                At = Now,
                RecordedBy = "ai:desk-agent",
                Version = 4,
            },
            message);
    }

    [Theory]
    [InlineData(MessageRole.User)]
    [InlineData(MessageRole.Assistant)]
    [InlineData(MessageRole.System)]
    public void Whoever_speaks_says_something(MessageRole role)
    {
        var error = Assert.IsType<Decision.Refused>(Given(s_gathering).When(Say("") with { Role = role })).Error;

        Assert.Equal(ErrorCodes.InvalidArgument, error.Code);
        Assert.Equal("content", (string?)error.Facts["argument"]);
    }

    [Fact]
    public void A_tool_may_have_returned_nothing() =>
        Given(s_gathering).When(Say("") with { Role = MessageRole.Tool }).Then(Said(3, 1, "") with { Role = MessageRole.Tool });

    [Fact]
    public void A_finished_conversation_takes_no_more_answers_and_names_the_way_on() =>
        Given(s_resolved).When(Say("One more thing") with { Role = MessageRole.Assistant }).ThenItIsRefused(
            "terminal_state",
            "The conversation is closed in the terminal state resolved. reopen_conversation opens a linked follow-up conversation, in which to go on.",
            """{"state":"resolved"}""");

    [Fact]
    public void A_conversation_moves_along_an_edge_of_its_workflow() =>
        Given(s_gathering).When(MoveTo("processing") with { Reason = "All is known." })
            .Then(Moved(3, "gathering_info", "processing") with { Reason = "All is known." });

    [Fact]
    public void A_conversation_does_not_jump_over_a_state() =>
        Given(s_gathering).When(MoveTo("resolved")).ThenItIsRefused(
            "invalid_transition",
            "Invalid transition: gathering_info → resolved. Allowed from gathering_info: processing, escalated.",
            """{"from":"gathering_info","to":"resolved","allowed":["processing","escalated"]}""");

    [Fact]
    public void A_resolved_conversation_accepts_no_transition() =>
        Given(s_resolved).When(MoveTo("gathering_info")).ThenItIsRefused(
            "invalid_transition",
            "Invalid transition: resolved → gathering_info. resolved is a terminal state: no transition leaves it. reopen_conversation opens a linked follow-up conversation.",
            """{"from":"resolved","to":"gathering_info","allowed":[]}""");

    [Theory]
    [InlineData(TicketStatus.Open, TicketStatus.Solved)]
    [InlineData(TicketStatus.Pending, TicketStatus.Solved)]
    [InlineData(TicketStatus.Solved, null)]
    [InlineData(TicketStatus.Closed, null)]
    public void A_conversation_that_finishes_solves_its_ticket_unless_that_is_over(TicketStatus before, TicketStatus? told) =>
        Given([.. s_gathering, Moved(3, "gathering_info", "escalated"), Updated(4) with { TicketStatus = before }])
            .When(MoveTo("resolved"))
            .Then(Moved(5, "escalated", "resolved", told));

    [Fact]
    public void Facts_change_as_told_and_nothing_else_does()
    {
        var facts = Facts("""{"plan": null, "seats": 4}""");

        Given(s_gathering)
            .When(Update() with { TicketStatus = TicketStatus.Pending, Priority = Priority.High, AssignedTo = "bob", Metadata = facts })
            .Then(Updated(3) with { TicketStatus = TicketStatus.Pending, Priority = Priority.High, AssignedTo = "bob", Metadata = facts });
    }

    [Fact]
    public void Facts_of_a_finished_conversation_can_still_be_put_right() =>
        Given(s_resolved).When(Update() with { TicketStatus = TicketStatus.Closed })
            .Then(Updated(5) with { TicketStatus = TicketStatus.Closed });

    [Fact]
    public void Facts_are_bounded_by_what_the_conversation_would_hold_not_by_what_one_call_brings()
    {
        var held = Updated(3) with { Metadata = Numbered(0, 50) };

        Given([.. s_gathering, held]).When(Update() with { Metadata = Numbered(50, 1) }).ThenItIsRefused(
            "invalid_argument",
            "Invalid argument metadata: at most 50 keys, these are 51.",
            """{"argument":"metadata","rule":"at most 50 keys, these are 51"}""");
    }

    [Fact]
    public void A_full_conversation_takes_a_fact_for_another()
    {
        var facts = Facts("""{"key-0": null, "new": true}""");

        Given([.. s_gathering, Updated(3) with { Metadata = Numbered(0, 50) }]).When(Update() with { Metadata = facts })
            .Then(Updated(4) with { Metadata = facts });
    }

    [Fact]
    public void An_erasure_tells_how_many_messages_went() =>
        Given([.. s_gathering, Said(3, 1), Said(4, 2, messageId: "m-2")]).When(Erase() with { Reason = "As asked." })
            .Then(Erased(5, 2) with { Reason = "As asked." });

    [Fact]
    public void An_erased_ticket_is_opened_anew_in_the_same_trail_also_for_another_user() =>
        Given([.. s_gathering, Erased(3)]).When(Open("user-2")).Then(
            Opened(4) with { UserId = "user-2", Epoch = 2 },
            Moved(5, "initialized", "gathering_info") with { Reason = "conversation opened" });

    [Theory]
    [MemberData(nameof(OfAnExistingConversation))]
    public void What_was_erased_can_only_be_opened_anew(ConversationCommand command) =>
        Given([.. s_gathering, Erased(3)]).When(command).ThenItIsRefused(
            "not_found",
            "Conversation cs-TKT-001 was erased at 2026-11-21T09:00:00Z. get_events still shows its trail; initialize_conversation opens it again.",
            """{"conversation_id":"cs-TKT-001"}""");

    [Theory]
    [MemberData(nameof(OfAnExistingConversation))]
    public void What_does_not_exist_can_only_be_opened(ConversationCommand command) =>
        Given().When(command).ThenItIsRefused(
            "not_found",
            "Conversation cs-TKT-001 does not exist or has expired. initialize_conversation opens the conversation of a ticket.",
            """{"conversation_id":"cs-TKT-001"}""");

    [Theory]
    [MemberData(nameof(OfAnExistingConversation))]
    public void A_command_for_another_version_is_refused_whatever_it_wants(ConversationCommand command) =>
        Given(s_gathering).When(command with { ExpectedVersion = 7 }).ThenItIsRefused(
            "version_conflict",
            "Expected version 7, but the conversation is at version 2. Call get_state, look at what changed, and decide again.",
            """{"expected":7,"actual":2}""");

    [Fact]
    public void A_command_for_this_version_is_carried_out() =>
        Given(s_gathering).When(MoveTo("processing") with { ExpectedVersion = 2 })
            .Then(Moved(3, "gathering_info", "processing"));

    public static TheoryData<ConversationCommand> OfAnExistingConversation() =>
        [Say("Hello"), MoveTo("processing"), Update() with { Priority = Priority.Low }, Erase()];

    private static IReadOnlyDictionary<string, System.Text.Json.JsonElement> Numbered(int from, int count) =>
        Facts("{" + string.Join(',', Enumerable.Range(from, count).Select(i => $"\"key-{i}\": {i}")) + "}");
}
