using SupportStateMcp.Context;
using SupportStateMcp.Conversations;
using SupportStateMcp.Knowledge;
using SupportStateMcp.Primitives;
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

    /// <summary>By how much more than what was too much it is made smaller each time, in tokens and in characters.</summary>
    private const int Slack = 5;

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
    private readonly ContextTier<SummaryView> _summary;
    private readonly ContextTier<ContextEntry> _profile;
    private readonly ContextTier<RecalledView> _memories;
    private readonly ContextTier<KnowledgeHitView> _articles;
    private readonly ContextTier<EarlierConversationView> _earlier;
    private readonly ContextTier<ContextTaskView> _tasks;
    private readonly ContextTier<ContextEntry> _session;
    private readonly IContextTier[] _tiers;
    private readonly MessageFitting _messages;

    private ContextFitting(ContextMaterial material, ITokenCounter counter, WorkflowDefinition workflow)
    {
        (_material, _counter) = (material, counter);
        _allowed = workflow.AllowedFrom(material.Conversation.State) is var allowed && counter.Count(string.Join(',', allowed)) <= LongestTransitions ? allowed : null;
        _owner = OwnerOf(material.Conversation);
        var summary = material.Included.Contains(ContextPart.Summary) ? SummaryView.Of(material.Conversation.Summary) : null;
        _summary = new(summary is null ? [] : [summary], ViewJson.Text, counter);
        _profile = Of(ContextPart.Profile, ContextEntry.Of(material.Profile), e => e.Text);
        _memories = Of(ContextPart.Memories, material.Memories.Select(RecalledView.Of), ViewJson.Text);
        _articles = Of(ContextPart.Articles, material.Articles.Select(h => KnowledgeHitView.Of(h, KnowledgeLimits.Excerpt, Name)), ViewJson.Text);
        _earlier = Of(ContextPart.EarlierConversations, material.EarlierConversations.Select(EarlierConversationView.Of), ViewJson.Text);
        _tasks = Of(ContextPart.Tasks, material.Conversation.OpenTasks.Select(ContextTaskView.Of), ViewJson.Text);
        _session = Of(ContextPart.Session, material.Session.Select(v => new ContextEntry(v.Key, v.Value)), e => e.Text);
        _tiers = [_summary, _profile, _memories, _articles, _earlier, _tasks, _session];
        _messages = new MessageFitting(material, summary, counter);

        ContextTier<T> Of<T>(ContextPart part, IEnumerable<T> entries, Func<T, string> json) => new(material.Included.Contains(part) ? [.. entries] : [], json, counter);
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
            room = new Room(room.Tokens - Math.Max(cost.Tokens - tokens, 0) - Slack, room.Characters - Math.Max(cost.Characters - Limits.AnswerCharacters, 0) - Slack);
        }

        return fitting.Counted(fitting.Filled(default), tokens).View;
    }

    private string OwnerOf(Conversation conversation)
    {
        var owner = conversation.Owner.ToString();
        for (var most = owner.Length; _counter.Count(owner) > LongestOwner; most = most * 3 / 4)
            owner = ShortText.Of(owner, most);
        return owner;
    }

    private ContextView Filled(Room room)
    {
        foreach (var tier in _tiers)
            tier.Clear();
        var left = room - Room.Of(ViewJson.Text(View([], Dropped([]))), _counter);
        var messages = _messages.Window(left.Part(2));
        left -= messages.Cost;
        for (var i = 0; i < _tiers.Length; i++)
            left -= _tiers[i].Fill(left.Part(_tiers.Length - i));

        foreach (var tier in _tiers)
            left -= tier.Fill(left);
        var more = _messages.Window(messages.Cost + left);
        return View(more.Messages, Dropped(more.Messages));
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
            Profile = included.Contains(ContextPart.Profile) ? ContextEntry.ProfileOf(_profile.Taken) ?? new CustomerProfileView() : null,
            Memories = included.Contains(ContextPart.Memories) ? [.. _memories.Taken] : null,
            Articles = included.Contains(ContextPart.Articles) ? [.. _articles.Taken] : null,
            EarlierConversations = included.Contains(ContextPart.EarlierConversations) ? [.. _earlier.Taken] : null,
            Tasks = included.Contains(ContextPart.Tasks) ? [.. _tasks.Taken] : null,
            Session = included.Contains(ContextPart.Session) ? ContextEntry.ObjectOf(_session.Taken) : null,
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
            cost = Room.Of(ViewJson.Text(counted), _counter);
            if (cost.Tokens == said)
                break;
            said = i == 3 ? Math.Max(said, cost.Tokens) : cost.Tokens;
        }

        return (counted, cost);
    }
}
