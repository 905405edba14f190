using SupportStateMcp.Conversations;

namespace SupportStateMcp.Context;

/// <summary>Where the messages of a context begin: never between a tool call and its result.</summary>
public static class MessageWindow
{
    /// <summary>The first place at or after another where messages may begin; their count where there is none. A result whose call was never stored may not be the first.</summary>
    /// <param name="messages">The newest messages in chronological order.</param>
    /// <param name="from">From 0 to their count.</param>
    public static int StartAt(IReadOnlyList<Message> messages, int from)
    {
        // Before the first message of all there is no call.
        if (from == 0 && messages is [{ Number: 1 }, ..])
            return 0;
        while (from < messages.Count && (LastSplit(messages, from) ?? (IsResult(messages[from]) ? from : null)) is { } result)
            from = result + 1;
        return from;
    }

    /// <summary>The last place at or before another where messages may begin without leaving out the call of a result; 0 where there is none.</summary>
    public static int StartBefore(IReadOnlyList<Message> messages, int from)
    {
        while (from > 0 && from < messages.Count)
        {
            if (LastSplit(messages, from) is { } result)
                from = LastCall(messages, from, messages[result].ToolCallId!);
            else if (IsResult(messages[from]))
                from--;
            else
                break;
        }

        return from;
    }

    /// <summary>The last result from a place on whose call is before that place; null where there is none.</summary>
    private static int? LastSplit(IReadOnlyList<Message> messages, int from)
    {
        var calls = new HashSet<string>(StringComparer.Ordinal);
        int? last = null;
        for (var i = from; i < messages.Count; i++)
        {
            if (messages[i].ToolCallId is not { } id)
                continue;
            if (IsCall(messages[i], id))
                calls.Add(id);
            else if (!calls.Contains(id) && LastCall(messages, from, id) >= 0)
                last = i;
        }

        return last;
    }

    /// <summary>The place of the last call with an id before a place; -1 where there is none.</summary>
    private static int LastCall(IReadOnlyList<Message> messages, int before, string id)
    {
        var call = before - 1;
        while (call >= 0 && !IsCall(messages[call], id))
            call--;
        return call;
    }

    private static bool IsResult(Message message) => message is { Role: MessageRole.Tool, ToolCallId: not null };

    private static bool IsCall(Message message, string id) => message.Role != MessageRole.Tool && message.ToolCallId == id;
}
