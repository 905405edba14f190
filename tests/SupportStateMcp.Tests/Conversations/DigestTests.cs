using SupportStateMcp.Conversations;
using SupportStateMcp.Identity;
using SupportStateMcp.Tests.Support;
using static SupportStateMcp.Tests.Support.OneConversation;

namespace SupportStateMcp.Tests.Conversations;

public class DigestTests
{
    [Fact]
    public void A_text_is_digested_as_utf8() => Assert.Equal(
        "sha256:2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824", Digest.OfText("hello"));

    [Fact]
    public void The_order_of_keys_does_not_count_at_any_depth() => Assert.Equal(
        Digest.OfArguments(Update() with { Metadata = Facts("""{"a": {"x": [{"p": 1, "q": 2}], "y": null}, "b": 1}""") }),
        Digest.OfArguments(Update() with { Metadata = Facts("""{"b": 1, "a": {"y": null, "x": [{"q": 2, "p": 1}]}}""") }));

    [Fact]
    public void The_order_of_items_counts() => Assert.NotEqual(
        Digest.OfArguments(Update() with { Metadata = Facts("""{"a": [1, 2]}""") }),
        Digest.OfArguments(Update() with { Metadata = Facts("""{"a": [2, 1]}""") }));

    [Fact]
    public void Who_sends_it_under_which_key_does_not_count() => Assert.Equal(
        Digest.OfArguments(Say("Hello")),
        Digest.OfArguments(Say("Hello", "m-2") with { Actor = new Actor(ActorKind.Human, "alice") }));

    [Fact]
    public void No_facts_and_an_empty_set_of_facts_are_the_same() => Assert.Equal(
        Digest.OfArguments(Say("Hello")), Digest.OfArguments(Say("Hello") with { Metadata = Facts("{}") }));

    [Fact]
    public void Everything_a_caller_says_counts()
    {
        ConversationCommand[] commands =
        [
            Say("Hello"),
            Say("hello"),
            Say("Hello") with { Role = MessageRole.Tool },
            Say("Hello") with { Metadata = Facts("""{"a": null}""") },
            Say("Hello") with { Metadata = Facts("""{"a": "1"}""") },
            Say("Hello") with { Metadata = Facts("""{"a": 1}""") },
            Say("Hello") with { ExpectedVersion = 1 },
            Say("Hello") with { Id = ConversationId.OfTicket("TKT-002")!.Value },
            MoveTo("processing"),
            MoveTo("escalated"),
            MoveTo("processing") with { Reason = "" },
            MoveTo("processing") with { ExpectedVersion = 2 },
            Update(),
            Update() with { TicketStatus = TicketStatus.Open },
            Update() with { Priority = Priority.Low },
            Update() with { AssignedTo = "low" },
            TwoOwners.Assign(Agent, "human:bob"),
            TwoOwners.Assign(Agent, "queue:bob"),
            TwoOwners.Assign(Agent, "human:bob", "note"),
            TwoOwners.Assign(Agent, "human:bob", lease: TimeSpan.FromHours(1)),
        ];

        Assert.Equal(commands.Length, commands.Select(Digest.OfArguments).Distinct().Count());
    }
}
