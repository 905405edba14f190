using System.Globalization;
using Spectre.Console;
using SupportStateMcp.Conversations;
using SupportStateMcp.Primitives;

namespace SupportStateMcp.Cli;

/// <summary>A conversation on the screen.</summary>
internal static class ConversationScreen
{
    private static readonly Style s_label = new(Color.Grey);

    public static void Write(IAnsiConsole screen, ConversationFacts c, DateTimeOffset now)
    {
        Heading(screen, c.ConversationId);
        var facts = new Facts();
        facts.Add("customer", c.UserId);
        facts.Add("state", $"{c.State}, for the customer {SnakeCaseEnum.Of(c.TicketStatus)}");
        facts.Add("priority", SnakeCaseEnum.Of(c.Priority), QueueCommand.StyleOf(c.Priority));
        facts.Add("owner", $"{c.Owner}, for {Spans.Of(now - c.OwnerSince)}");
        facts.Add("lease", c.LeaseUntil is { } until ? $"ends {Spans.Ahead(until, now)}" : null);
        facts.Add("waiting", c.WaitingSeconds is { } waited ? Spans.Of(TimeSpan.FromSeconds(waited)) : null);
        facts.Add("closed", Closed(c, now));
        facts.Add("follows up", c.FollowsUp);
        facts.Add("goes on in", c.FollowUp);
        facts.Add("can move to", c.AllowedTransitions.Count > 0 ? string.Join(", ", c.AllowedTransitions) : null);
        facts.Add("description", c.Description);
        facts.Write(screen);

        if (c.Handoff is { } handoff)
            Write(screen, handoff, now);
        if (c.PendingApprovals.Count > 0)
        {
            Heading(screen, "Waits for a decision");
            ApprovalsView.Write(screen, c.PendingApprovals, now);
        }

        Heading(screen, string.Create(CultureInfo.InvariantCulture, $"Messages: {(c.Messages.Count == c.MessageCount ? "all" : "the last")} {c.Messages.Count} of {c.MessageCount}"));
        foreach (var message in c.Messages)
            Write(screen, message, now);
    }

    private static void Write(IAnsiConsole screen, HandoffFacts handoff, DateTimeOffset now)
    {
        Heading(screen, "Handoff");
        var facts = new Facts();
        facts.Add("by", $"{handoff.By} to the queue {handoff.Queue}, {Spans.Ago(handoff.At, now)}");
        facts.Add("reason", handoff.Reason);
        facts.Add("summary", handoff.Summary);
        facts.Add("open question", handoff.OpenQuestion);
        foreach (var promise in handoff.Promises)
            facts.Add("promised", promise);
        foreach (var tried in handoff.Tried)
            facts.Add("tried", tried);
        facts.Write(screen);
    }

    private static void Write(IAnsiConsole screen, Message m, DateTimeOffset now)
    {
        screen.Write(new Text(SafeText.Line($"#{m.Number}  {Speaker(m)}{(m.Automated ? " (automated)" : "")}{Audience(m)}  {Spans.Ago(m.At, now)}"), StyleOf(m)));
        screen.WriteLine();
        // Indented on every line, so that no message can pass itself off as the head of another.
        screen.Write(new Padder(new Text(SafeText.Text(m.Content)), new Padding(4, 0, 0, 1)));
    }

    private static string Speaker(Message m) => m.Role switch
    {
        MessageRole.User => "customer",
        MessageRole.Assistant => m.RecordedBy,
        _ => $"{SnakeCaseEnum.Of(m.Role)} ({m.RecordedBy})",
    };

    private static string Audience(Message m) => (m.Visibility, m.Role) switch
    {
        (Visibility.Internal, _) => "  internal note: the customer does not see it",
        (_, MessageRole.User) => "",
        _ => " → customer",
    };

    private static Style StyleOf(Message m) => (m.Visibility, m.Role) switch
    {
        (Visibility.Internal, _) => new Style(Color.Grey, decoration: Decoration.Italic),
        (_, MessageRole.User) => new Style(Color.Blue),
        _ => new Style(Color.Green),
    };

    private static string? Closed(ConversationFacts c, DateTimeOffset now) => c.ClosedAt is not { } closed ? null
        : Spans.Ago(closed, now) + (c.ReopenableUntil is { } until && until >= now ? $", can be reopened for {Spans.Of(until - now)}" : "");

    private static void Heading(IAnsiConsole screen, string title)
    {
        screen.Write(new Text(SafeText.Line(title), new Style(decoration: Decoration.Bold)));
        screen.WriteLine();
    }

    /// <summary>Facts with their names before them.</summary>
    private sealed class Facts
    {
        private readonly Grid _grid = new Grid().AddColumn(new GridColumn().NoWrap().PadLeft(2).PadRight(2)).AddColumn();

        public void Add(string name, string? fact, Style? style = null)
        {
            if (fact is { Length: > 0 })
                _grid.AddRow(new Text(name, s_label), new Text(SafeText.Text(fact), style));
        }

        public void Write(IAnsiConsole screen)
        {
            screen.Write(_grid);
            screen.WriteLine();
        }
    }
}
