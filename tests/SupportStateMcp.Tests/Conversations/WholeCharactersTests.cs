using System.Text.Json;
using SupportStateMcp.Conversations;
using SupportStateMcp.Identity;

namespace SupportStateMcp.Tests.Conversations;

/// <summary>Half of a surrogate pair is no text: no face gets it into a command, so no store keeps another character in its place.</summary>
public class WholeCharactersTests
{
    private static readonly Actor s_alice = new(ActorKind.Human, "alice");

    [Theory]
    [InlineData("character 1 ", 0xD83D)]
    [InlineData("character 3 ", 0x61, 0x62, 0xDE42)]
    [InlineData("character 3 ", 0xD83D, 0xDE42, 0xD83D, 0xD83D, 0xDE42)]
    [InlineData("character 1 ", 0xDE42, 0xD83D)]
    public void A_message_with_half_a_pair_is_refused(string where, params int[] content)
    {
        var error = Assert.IsType<Errors.InvalidArgument>(Message(Text(content)).Violation());

        Assert.Equal("content", error.Argument);
        Assert.Contains(where, error.Rule, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0xD83D, 0xDE42)]
    [InlineData(0x61, 0xD83D, 0xDE42, 0xD83D, 0xDE42, 0x62, 0xFFFF)]
    public void Whole_pairs_pass(params int[] content) => Assert.Null(Message(Text(content)).Violation());

    [Theory]
    [InlineData("""{"a":"\ud83d"}""")]
    [InlineData("""{"a":[{"b":"x\uDE42"}]}""")]
    [InlineData("""{"a":{"\ud83d":1}}""")]
    public void So_are_facts_with_half_a_pair(string facts)
    {
        var metadata = JsonElement.Parse(facts).EnumerateObject().ToDictionary(p => p.Name, p => p.Value);

        var error = Assert.IsType<Errors.InvalidArgument>((Message("x") with { Metadata = metadata }).Violation());

        Assert.Equal(("metadata", "its texts have whole characters only: half of a surrogate pair is none"), (error.Argument, error.Rule));
    }

    // An attribute holds no half characters.
    private static string Text(int[] characters) => new([.. characters.Select(c => (char)c)]);

    private static ConversationCommand.AddMessage Message(string content) => new()
    {
        Id = ConversationId.OfTicket("T")!.Value,
        Actor = s_alice,
        Roles = Roles.Agent,
        MessageId = "m",
        Role = MessageRole.Assistant,
        Content = content,
    };
}
