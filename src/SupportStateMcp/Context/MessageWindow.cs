using SupportStateMcp.Conversations;

namespace SupportStateMcp.Context;

/// <summary>Where the messages of a context begin: never between a tool call and its result.</summary>
public static class MessageWindow
{
    /// <summary>The first place at or after another where messages may begin; their count where there is none.</summary>
    /// <param name="messages">The newest messages in chronological order.</param>
    /// <param name="from">From 0 to their count.</param>
    public static int StartAt(IReadOnlyList<Message> messages, int from)
    {
        // Before the first message of all there is no call.
        if (from == 0 && messages is [{ Number: 1 }, ..])
            return 0;
        while (LastWithoutCall(messages, from) is { } result)
            from = result + 1;
        return from;
    }

    /// <summary>The last place at or before another where messages may begin without leaving out the call of a result; the place itself where the call is not among the messages.</summary>
    public static int StartBefore(IReadOnlyList<Message> messages, int from)
    {
        while (from < messages.Count && LastWithoutCall(messages, from) is { } result)
        {
            var call = from - 1;
            while (call >= 0 && !IsCall(messages[call], messages[result].ToolCallId!))
                call--;
            if (call < 0)
                return from;
            from = call;
        }

        return from;
    }

    /// <summary>The last result whose call is not among the messages from a place on; null where there is none.</summary>
    private static int? LastWithoutCall(IReadOnlyList<Message> messages, int from)
    {
        var calls = new HashSet<string>(StringComparer.Ordinal);
        int? last = null;
        for (var i = from; i < messages.Count; i++)
        {
            if (messages[i].ToolCallId is not { } id)
                continue;
            if (IsCall(messages[i], id))
                calls.Add(id);
            else if (!calls.Contains(id))
                last = i;
        }

        return last;
    }

    private static bool IsCall(Message message, string id) => message.Role != MessageRole.Tool && message.ToolCallId == id;
}
