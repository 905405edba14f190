using System.Text.Json;
using SupportStateMcp.Context;
using SupportStateMcp.Conversations;
using SupportStateMcp.Knowledge;
using SupportStateMcp.Memory;
using SupportStateMcp.Workflow;

namespace SupportStateMcp.Views;

/// <summary>
/// Fits a context into its room. The newest messages have half of it first. The other parts share the rest, each what those
/// before it left of theirs. What is left in the end goes to whatever had no room, then to more messages. The answer is counted
/// as a whole, as it is sent.
/// </summary>
internal sealed class ContextFitting
{
    /// <summary>How often it is made smaller where the parts cost more together than one by one.</summary>
    private const int Tries = 6;

    /// <summary>A message that takes more than this part of the messages' room is shortened, unless it is the newest.</summary>
    private const int LongMessage = 4;

    /// <summary>With less room than this the beginning of a message tells nothing, in tokens.</summary>
    private const int WorthReading = 60;

    /// <summary>How many messages are shortened together where the newest of them is the result of a call that is the first of them.</summary>
    private const int LongestPair = 10;

    /// <summary>What the names of the states that may follow cost at most, in tokens: every context has room for them.</summary>
    private const int LongestTransitions = 100;

    /// <summary>What the name of the owner costs at most, in tokens: every context has room for it.</summary>
    private const int LongestOwner = 120;

    /// <summary>How much is shown of titles and headings, in characters.</summary>
    private const int Name = 120;

    private readonly ContextMaterial _material;
    private readonly ITokenCounter _counter;
    private readonly IReadOnlyList<string>? _allowed;
    private readonly string _owner;
    private readonly Tier<SummaryView> _summary;
    private readonly Tier<Entry> _profile;
    private readonly Tier<RecalledView> _memories;
    private readonly Tier<KnowledgeHitView> _articles;
    private readonly Tier<EarlierConversationView> _earlier;
    private readonly Tier<ContextTaskView> _tasks;
    private readonly Tier<Entry> _session;
    private readonly ITier[] _tiers;
    private readonly Shown?[] _whole;
    private readonly Room _time;
    private readonly int _floor;

    private ContextFitting(ContextMaterial material, ITokenCounter counter, WorkflowDefinition workflow)
    {
        (_material, _counter) = (material, counter);
        _allowed = workflow.AllowedFrom(material.Conversation.State) is var allowed && counter.Count(string.Join(',', allowed)) <= LongestTransitions ? allowed : null;
        _owner = OwnerOf(material.Conversation);
        _time = CostOf(",\"at\":\"2026-11-21T09:00:00Z\"");
        var summary = material.Included.Contains(ContextPart.Summary) ? SummaryView.Of(material.Conversation.Summary) : null;
        _summary = new(summary is null ? [] : [summary], ViewJson.Text, counter);
        _profile = Of(ContextPart.Profile, Entries(material.Profile), e => e.Text);
        _memories = Of(ContextPart.Memories, material.Memories.Select(RecalledView.Of), ViewJson.Text);
        _articles = Of(ContextPart.Articles, material.Articles.Select(h => KnowledgeHitView.Of(h, KnowledgeLimits.Excerpt, Name)), ViewJson.Text);
        _earlier = Of(ContextPart.EarlierConversations, material.EarlierConversations.Select(EarlierConversationView.Of), ViewJson.Text);
        _tasks = Of(ContextPart.Tasks, material.Conversation.OpenTasks.Select(ContextTaskView.Of), ViewJson.Text);
        _session = Of(ContextPart.Session, material.Session.Select(v => new Entry(v.Key, v.Value)), e => e.Text);
        _tiers = [_summary, _profile, _memories, _articles, _earlier, _tasks, _session];
        _whole = new Shown?[material.Messages.Count];
        _floor = Floor(material, summary);

        Tier<T> Of<T>(ContextPart part, IEnumerable<T> entries, Func<T, string> json) => new(material.Included.Contains(part) ? [.. entries] : [], json, counter);
    }

    /// <summary>A context in at most so many tokens, and in at most <see cref="Limits.AnswerCharacters"/> characters.</summary>
    public static ContextView Fit(ContextMaterial material, ITokenCounter counter, int tokens, WorkflowDefinition workflow)
    {
        var fitting = new ContextFitting(material, counter, workflow);
        var room = new Room(tokens, Limits.AnswerCharacters);
        for (var i = 0; i < Tries; i++)
        {
            var (view, cost) = fitting.Counted(fitting.Filled(room), tokens);
            if (cost.Fits(new Room(tokens, Limits.AnswerCharacters)))
                return view;
            room = new Room(room.Tokens - Math.Max(cost.Tokens - tokens, 0) - 5, room.Characters - Math.Max(cost.Characters - Limits.AnswerCharacters, 0) - 5);
        }

        return fitting.Counted(fitting.Filled(default), tokens).View;
    }

    /// <summary>What a turn begins with, in at most <see cref="ContextLimits.BriefTokens"/>; null where nothing is known, and all could be read.</summary>
    public static TurnContextView? Brief(ContextMaterial material, ITokenCounter counter)
    {
        List<Entry> all = [.. Entries(material.Profile)];
        // A long entry must not keep out all the others, and the memories.
        var entries = all.FindAll(e => counter.Count(e.Text) <= ContextLimits.BriefTokens / 2);
        var unavailable = material.Unavailable.Count == 0 ? null : material.Unavailable;
        if (all.Count == 0 && material.Memories.Count == 0 && unavailable is null)
            return null;
        for (var memories = material.Memories.Count; ; memories--)
        {
            foreach (var length in (ReadOnlySpan<int>)[MemoryLimits.Text, 600, 300, 150, 80])
            {
                for (var profile = entries.Count; profile >= Math.Min(entries.Count, 1); profile = profile > 8 ? profile / 2 : profile - 1)
                {
                    var view = new TurnContextView
                    {
                        Profile = ProfileOf(entries.Take(profile)),
                        Memories = [.. material.Memories.Take(memories).Select(m => RecalledView.Of(m) with { Text = Primitives.ShortText.Of(m.Text, length) })],
                        Unavailable = unavailable,
                        More = profile < all.Count || memories < material.Memories.Count || material.Memories.Any(m => m.Text.Length > length) ? true : null,
                    };
                    if (counter.Count(ViewJson.Text(view)) <= ContextLimits.BriefTokens)
                        return view;
                    // The memories are shortened before the profile is cut below four entries.
                    if (profile <= 4 && length > 80)
                        break;
                }
            }

            if (memories == 0)
                return new TurnContextView { Memories = [], Unavailable = unavailable, More = true };
        }
    }

    private string OwnerOf(Conversation conversation)
    {
        var owner = conversation.Owner.ToString();
        for (var most = owner.Length; _counter.Count(owner) > LongestOwner; most = most * 3 / 4)
            owner = Primitives.ShortText.Of(owner, most);
        return owner;
    }

    private ContextView Filled(Room room)
    {
        foreach (var tier in _tiers)
            tier.Clear();
        var frame = View([], new DroppedView
        {
            Messages = _material.Conversation.MessageCount, Before = _material.Conversation.MessageCount, Summary = true, Profile = _profile.Left,
            Memories = _memories.Left, Articles = _articles.Left, EarlierConversations = _earlier.Left, Tasks = _tasks.Left, Session = _session.Left,
        });
        var left = room - CostOf(ViewJson.Text(frame));
        var messages = Window(left.Part(2));
        left -= messages.Cost;
        for (var i = 0; i < _tiers.Length; i++)
            left -= _tiers[i].Fill(left.Part(_tiers.Length - i));

        foreach (var tier in _tiers)
            left -= tier.Fill(left);
        var more = Window(messages.Cost + left);
        return View(more.Messages, Dropped(more.Messages));
    }

    /// <summary>The newest messages that fit.</summary>
    private (IReadOnlyList<MessageView> Messages, Room Cost) Window(Room room)
    {
        var messages = _material.Messages;
        var shown = new Shown[messages.Count];
        // The oldest that is shown tells its time, whatever stands before it.
        var (from, left) = (messages.Count, room - _time);
        while (from > _floor)
        {
            var most = from == messages.Count ? room - _time : room.Part(LongMessage);
            var message = Whole(from - 1);
            if (!message.Cost.Fits(most) && Shortened(messages[from - 1], most) is { } shortened)
                message = shortened;
            var cost = message.Cost + TimeOf(from - 1);
            if (!cost.Fits(left))
                break;
            shown[--from] = message;
            left -= cost;
        }

        var start = MessageWindow.StartAt(messages, from);
        if (start < messages.Count || messages.Count == 0)
            return Chosen(shown, start);

        // The newest message has no room as it is, or is the result of a call that has none.
        var call = MessageWindow.StartBefore(messages, messages.Count - 1);
        if (messages.Count - call > LongestPair || MessageWindow.StartAt(messages, call) != call)
            return ([], default);
        var each = room.Part(messages.Count - call) - _time;
        for (var i = call; i < messages.Count; i++)
        {
            if ((Whole(i).Cost.Fits(each) ? Whole(i) : Shortened(messages[i], each)) is not { } fitting)
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
        index > 0 && Minute(_material.Messages[index]) == Minute(_material.Messages[index - 1]) ? default : _time;

    private static long Minute(Message message) => message.At.UtcTicks / TimeSpan.TicksPerMinute;

    private Shown Whole(int index) => _whole[index] ??= Show(_material.Messages[index], Limits.ShownContent);

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
        return new Shown(view, CostOf(ViewJson.Text(view with { At = null })) + new Room(1, 1));
    }

    private ContextView View(IReadOnlyList<MessageView> messages, DroppedView dropped)
    {
        var (c, included) = (_material.Conversation, _material.Included);
        return new ContextView
        {
            ConversationId = c.ConversationId,
            State = c.State,
            Owner = _owner,
            Version = c.Version,
            AllowedTransitions = _allowed,
            Messages = included.Contains(ContextPart.Messages) ? MessageView.WithoutRepeatedTimes(messages) : null,
            Summary = Summary(messages),
            SummaryDue = SummaryDueView.Of(_material.SummaryDue),
            Profile = included.Contains(ContextPart.Profile) ? ProfileOf(_profile.Taken) ?? new CustomerProfileView() : null,
            Memories = included.Contains(ContextPart.Memories) ? [.. _memories.Taken] : null,
            Articles = included.Contains(ContextPart.Articles) ? [.. _articles.Taken] : null,
            EarlierConversations = included.Contains(ContextPart.EarlierConversations) ? [.. _earlier.Taken] : null,
            Tasks = included.Contains(ContextPart.Tasks) ? [.. _tasks.Taken] : null,
            Session = included.Contains(ContextPart.Session) ? ObjectOf(_session.Taken) : null,
            Unavailable = _material.Unavailable.Count == 0 ? null : _material.Unavailable,
            Dropped = dropped,
        };
    }

    /// <summary>The summary, where it stands for a message that is not shown.</summary>
    private SummaryView? Summary(IReadOnlyList<MessageView> messages) =>
        _summary.Taken.FirstOrDefault() is { } summary && !(messages is [{ Number: 1 }, ..]) ? summary : null;

    private DroppedView Dropped(IReadOnlyList<MessageView> messages)
    {
        var included = _material.Included.Contains(ContextPart.Messages);
        var first = messages is [var oldest, ..] ? oldest.Number!.Value : _material.Conversation.MessageCount + 1;
        return new DroppedView
        {
            Messages = included && first > 1 ? first - 1 : null,
            Before = included && first > 1 ? first : null,
            Summary = _summary.Left > 0 && first > 1 ? true : null,
            Profile = Some(_profile.Left),
            Memories = Some(_memories.Left),
            Articles = Some(_articles.Left),
            EarlierConversations = Some(_earlier.Left),
            Tasks = Some(_tasks.Left),
            Session = Some(_session.Left),
        };

        static int? Some(int count) => count == 0 ? null : count;
    }

    /// <summary>The answer with what it costs in it.</summary>
    private (ContextView View, Room Cost) Counted(ContextView view, int tokens)
    {
        var (counted, cost) = (view, default(Room));
        // The number is a part of what is counted.
        for (var (said, i) = (tokens, 0); i < 4; i++)
        {
            counted = view with { ContextTokens = said };
            cost = CostOf(ViewJson.Text(counted));
            if (cost.Tokens == said)
                break;
            said = i == 3 ? Math.Max(said, cost.Tokens) : cost.Tokens;
        }

        return (counted, cost);
    }

    private Room CostOf(string json) => new(_counter.Count(json), json.Length);

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

    private static IEnumerable<Entry> Entries(CustomerProfile? profile) => profile is null ? [] :
        profile.Preferences.EnumerateObject().Select(p => new Entry(p.Name, p.Value))
            .Concat(profile.History.EnumerateObject().Select(p => new Entry(p.Name, p.Value) { IsHistory = true }));

    private static CustomerProfileView? ProfileOf(IEnumerable<Entry> entries)
    {
        List<Entry> all = [.. entries];
        return all.Count == 0 ? null : new CustomerProfileView
        {
            Preferences = all.Exists(e => !e.IsHistory) ? ObjectOf(all.Where(e => !e.IsHistory)) : null,
            History = all.Exists(e => e.IsHistory) ? ObjectOf(all.Where(e => e.IsHistory)) : null,
        };
    }

    private static Dictionary<string, JsonElement> ObjectOf(IEnumerable<Entry> entries) => entries.ToDictionary(e => e.Key, e => e.Value, StringComparer.Ordinal);

    /// <summary>Room, or what something costs of it.</summary>
    private readonly record struct Room(int Tokens, int Characters)
    {
        public bool Fits(Room room) => Tokens <= room.Tokens && Characters <= room.Characters;

        /// <summary>An equal part of what there is.</summary>
        public Room Part(int of) => new(Math.Max(Tokens, 0) / of, Math.Max(Characters, 0) / of);

        public static Room operator +(Room a, Room b) => new(a.Tokens + b.Tokens, a.Characters + b.Characters);

        public static Room operator -(Room a, Room b) => new(a.Tokens - b.Tokens, a.Characters - b.Characters);
    }

    /// <summary>A message as it is shown, and what it costs without its time.</summary>
    private sealed record Shown(MessageView View, Room Cost);

    /// <summary>A member of an object whose members are taken one by one.</summary>
    private sealed record Entry(string Key, JsonElement Value)
    {
        public bool IsHistory { get; init; }

        public string Text => $"{ViewJson.Text(Key)}:{Value.GetRawText()}";
    }

    private interface ITier
    {
        void Clear();

        /// <summary>Takes what is not taken and fits, in order; what that costs.</summary>
        Room Fill(Room room);
    }

    /// <summary>A part of the context whose entries are taken one by one. What an entry costs is found out once.</summary>
    private sealed class Tier<T>(IReadOnlyList<T> entries, Func<T, string> json, ITokenCounter counter) : ITier
    {
        private readonly Room?[] _costs = new Room?[entries.Count];
        private readonly bool[] _taken = new bool[entries.Count];

        public IEnumerable<T> Taken => entries.Where((_, i) => _taken[i]);

        /// <summary>How many are not taken.</summary>
        public int Left => _taken.Count(t => !t);

        public void Clear() => Array.Clear(_taken);

        public Room Fill(Room room)
        {
            var used = default(Room);
            for (var i = 0; i < entries.Count; i++)
            {
                if (_taken[i] || !(_costs[i] ??= CostOf(entries[i])).Fits(room - used))
                    continue;
                _taken[i] = true;
                used += _costs[i]!.Value;
            }

            return used;
        }

        private Room CostOf(T entry) => json(entry) is var text ? new Room(counter.Count(text) + 1, text.Length + 1) : default;
    }
}
