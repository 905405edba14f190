using SupportStateMcp.Context;
using SupportStateMcp.Conversations;

namespace SupportStateMcp.Views;

/// <summary>Chooses the newest messages that fit into a room, and shortens the long ones.</summary>
internal sealed class MessageFitting
{
    /// <summary>A message that takes more than this part of the messages' room is shortened, unless it is the newest.</summary>
    private const int LongMessage = 4;

    /// <summary>With less room than this the beginning of a message tells nothing, in tokens.</summary>
    private const int WorthReading = 60;

    /// <summary>How many messages are shortened together where the newest of them is the result of a call that is the first of them.</summary>
    private const int LongestPair = 10;

    private readonly IReadOnlyList<Message> _messages;
    private readonly ITokenCounter _counter;
    private readonly Shown?[] _whole;
    private readonly Room _time;
    private readonly int _floor;

    /// <param name="material">Has the messages.</param>
    /// <param name="summary">What may stand for the older ones; null for nothing.</param>
    /// <param name="counter">Counts what they cost.</param>
    public MessageFitting(ContextMaterial material, SummaryView? summary, ITokenCounter counter)
    {
        (_messages, _counter) = (material.Messages, counter);
        _whole = new Shown?[_messages.Count];
        _time = Room.Of(",\"at\":\"2026-11-21T09:00:00Z\"", counter);
        _floor = Floor(material, summary);
    }

    /// <summary>The newest messages that fit.</summary>
    public (IReadOnlyList<MessageView> Messages, Room Cost) Window(Room room)
    {
        var shown = new Shown[_messages.Count];
        // The oldest that is shown tells its time, whatever stands before it.
        var (from, left) = (_messages.Count, room - _time);
        while (from > _floor)
        {
            var most = from == _messages.Count ? room - _time : room.Part(LongMessage);
            var message = Whole(from - 1);
            if (!message.Cost.Fits(most) && Shortened(_messages[from - 1], most) is { } shortened)
                message = shortened;
            var cost = message.Cost + TimeOf(from - 1);
            if (!cost.Fits(left))
                break;
            shown[--from] = message;
            left -= cost;
        }

        var start = MessageWindow.StartAt(_messages, from);
        if (start < _messages.Count || _messages.Count == 0)
            return Chosen(shown, start);

        // The newest message has no room as it is, or is the result of a call that has none.
        var call = MessageWindow.StartBefore(_messages, _messages.Count - 1);
        if (_messages.Count - call > LongestPair || MessageWindow.StartAt(_messages, call) != call)
            return ([], default);
        var each = room.Part(_messages.Count - call) - _time;
        for (var i = call; i < _messages.Count; i++)
        {
            if ((Whole(i).Cost.Fits(each) ? Whole(i) : Shortened(_messages[i], each)) is not { } fitting)
                return ([], default);
            shown[i] = fitting;
        }

        return Chosen(shown, call);
    }

    private (IReadOnlyList<MessageView> Messages, Room Cost) Chosen(Shown[] shown, int start)
    {
        var (views, cost) = (new List<MessageView>(shown.Length - start), start < shown.Length ? _time : default);
        for (var i = start; i < shown.Length; i++)
        {
            views.Add(shown[i].View);
            cost += shown[i].Cost + TimeOf(i);
        }

        return (views, cost);
    }

    /// <summary>What the time of a message costs: nothing within the minute of the message before.</summary>
    private Room TimeOf(int index) =>
        index > 0 && Minute(_messages[index]) == Minute(_messages[index - 1]) ? default : _time;

    private static long Minute(Message message) => message.At.UtcTicks / TimeSpan.TicksPerMinute;

    private Shown Whole(int index) => _whole[index] ??= Show(_messages[index], Limits.ShownContent);

    /// <summary>The beginning of a message that fits; null where there is no room worth it.</summary>
    private Shown? Shortened(Message message, Room room)
    {
        if (room.Tokens < WorthReading)
            return null;
        for (var most = Math.Min(room.Characters, room.Tokens * 6); most > 20;)
        {
            var shown = Show(message, Math.Min(most, Limits.ShownContent));
            if (shown.Cost.Fits(room))
                return shown;
            most = (int)Math.Min(most * 0.9, most * 0.95 * Math.Min((double)room.Tokens / shown.Cost.Tokens, (double)room.Characters / shown.Cost.Characters));
        }

        return null;
    }

    private Shown Show(Message message, int most)
    {
        var view = MessageView.Of(message, isFull: false, most);
        return new Shown(view, Room.Of(ViewJson.Text(view with { At = null }), _counter) + new Room(1, 1));
    }

    /// <summary>The first message that may be shown: a summary stands for those before it, but for the call of a result that is shown.</summary>
    private static int Floor(ContextMaterial material, SummaryView? summary)
    {
        if (material.Strategy != ContextStrategy.Summarise || summary is null)
            return 0;
        var after = 0;
        while (after < material.Messages.Count && material.Messages[after].Number <= summary.ThroughNumber)
            after++;
        return MessageWindow.StartBefore(material.Messages, after);
    }

    /// <summary>A message as it is shown, and what it costs without its time.</summary>
    private sealed record Shown(MessageView View, Room Cost);
}
