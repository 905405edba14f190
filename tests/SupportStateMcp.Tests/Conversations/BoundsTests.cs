using SupportStateMcp.Conversations;
using SupportStateMcp.Tests.Support;

namespace SupportStateMcp.Tests.Conversations;

/// <summary>A command that breaks a bound names the argument that a caller gave.</summary>
public class BoundsTests
{
    private static readonly string s_tooLong = new('x', Limits.Key + 1);

    [Fact]
    public void A_message_id_that_is_too_long_is_told_by_its_own_name() =>
        Assert.Equal("message_id", Argument(OneConversation.Say("Hello", s_tooLong)));

    [Fact]
    public void A_key_that_is_too_long_is_told_by_its_name() =>
        Assert.Equal("idempotency_key", Argument(OneConversation.MoveTo("processing") with { IdempotencyKey = s_tooLong }));

    /// <summary>Every text, at the length that its bound allows and one character longer: no face checks it, so all faces do.</summary>
    [Fact]
    public void Each_text_is_bound_by_its_command_whichever_face_it_comes_through()
    {
        AssertBound("note", Limits.Summary, text => TwoOwners.HandBack(TwoOwners.Alice) with { Note = text });
        AssertBound("note", Limits.Summary, text => TwoOwners.Assign(TwoOwners.Alice, "human:bob", text));
        AssertBound("reason", Limits.Reason, text => TwoOwners.Release(TwoOwners.Alice) with { Reason = text });
        AssertBound("reason", Limits.Reason, text => TwoOwners.Reopen(TwoOwners.Alice) with { Reason = text });
        AssertBound("reason", Limits.Reason, text => OneConversation.MoveTo("processing") with { Reason = text });
        AssertBound("reason", Limits.Reason, text => OneConversation.Erase() with { Reason = text });
        AssertBound("content", Limits.Content, text => OneConversation.Say(text));
        AssertBound("summary", Limits.Summary, text => TwoOwners.Escalate(TwoOwners.Alice) with { Summary = text });
        AssertBound("description", Limits.Description, text => OneConversation.Open() with { Description = text });
        AssertBound("notes", Limits.Reason, text => TwoOwners.Decide("ap-1a2b3c4d-TKT-001", TwoOwners.Alice) with { Notes = text });
    }

    private static void AssertBound(string argument, int most, Func<string, ConversationCommand> command)
    {
        Assert.Null(command(new string('x', most)).Violation());
        Assert.Equal(argument, Argument(command(new string('x', most + 1))));
    }

    [Fact]
    public void A_command_within_its_bounds_is_accepted() => Assert.Null(OneConversation.Say("Hello").Violation());

    private static string? Argument(ConversationCommand command) => (string?)command.Violation()?.Facts["argument"];
}
