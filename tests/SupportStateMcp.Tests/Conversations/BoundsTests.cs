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

    [Fact]
    public void A_command_within_its_bounds_is_accepted() => Assert.Null(OneConversation.Say("Hello").Violation());

    private static string? Argument(ConversationCommand command) => (string?)command.Violation()?.Facts["argument"];
}
