using SupportStateMcp.Context;
using SupportStateMcp.Conversations;

namespace SupportStateMcp.Tests.Context;

/// <summary>Messages never begin between a tool call and its result, nor with a result.</summary>
public class MessageWindowTests
{
    // c and r: the call and a result of the tool call that follows them; m: any other message. The call of some results was never stored.
    [Theory]
    [InlineData("m m m m", 1, 1)]
    [InlineData("m ca ra m", 1, 1)]
    [InlineData("m ca ra m", 2, 3)]
    [InlineData("m ca ra ra m", 2, 4)]
    [InlineData("m ca cb ra rb m", 2, 5)]
    [InlineData("ca m m ra m", 1, 4)]
    [InlineData("ca m m ra", 1, 4)]
    [InlineData("ca ra cb m rb cc", 1, 2)]
    [InlineData("ca cb ra rb cb rb", 1, 4)]
    [InlineData("ra m", 0, 1)]
    [InlineData("m ra m", 0, 0)]
    [InlineData("m ra m", 1, 2)]
    [InlineData("m ca ra rb m", 1, 1)]
    [InlineData("m ca ra rb m", 2, 4)]
    [InlineData("m m", 2, 2)]
    public void The_start_moves_on(string messages, int from, int start) => Assert.Equal(start, MessageWindow.StartAt(Messages(messages, first: 5), from));

    [Fact]
    public void Nothing_is_before_the_first_message_of_all() => Assert.Equal(0, MessageWindow.StartAt(Messages("ra m", first: 1), 0));

    [Theory]
    [InlineData("m ca ra m", 2, 1)]
    [InlineData("ca cb ra rb m", 3, 0)]
    [InlineData("m m m", 2, 2)]
    [InlineData("m ra m", 1, 0)]
    [InlineData("m ra rb m", 2, 0)]
    [InlineData("ra m", 1, 1)]
    [InlineData("ra m", 0, 0)]
    [InlineData("m ca ra rb", 2, 1)]
    [InlineData("m m", 2, 2)]
    public void The_start_moves_back_to_the_call(string messages, int from, int start) => Assert.Equal(start, MessageWindow.StartBefore(Messages(messages, first: 5), from));

    internal static List<Message> Messages(string text, long first) => [.. text.Split(' ').Select((m, i) => new Message
    {
        Number = first + i,
        MessageId = $"m-{first + i}",
        Role = m[0] == 'r' ? MessageRole.Tool : m[0] == 'c' ? MessageRole.Assistant : MessageRole.User,
        Content = m,
        ToolCallId = m.Length > 1 ? m[1..] : null,
        At = Support.OneConversation.Now,
        RecordedBy = "ai:bot",
        Version = first + i,
    })];
}
