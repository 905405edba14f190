using System.Globalization;
using Spectre.Console;
using SupportStateMcp.Briefs;
using SupportStateMcp.Conversations;
using SupportStateMcp.Primitives;
using SupportStateMcp.Views;

namespace SupportStateMcp.Cli;

/// <summary>A conversation on the screen.</summary>
internal static class ConversationScreen
{
    public static void Write(IAnsiConsole screen, ConversationDetailsView c, DateTimeOffset now)
    {
        screen.Heading(c.CurrentVersion is { } latest ? string.Create(CultureInfo.InvariantCulture, $"{c.ConversationId} as it was in version {c.Version} of {latest}") : c.ConversationId);
        var fields = new Fields();
        fields.Add("customer", c.UserId);
        fields.Add("state", $"{c.State}, for the customer {SnakeCaseEnum.Of(c.TicketStatus)}");
        fields.Add("priority", SnakeCaseEnum.Of(c.Priority), QueueCommand.StyleOf(c.Priority));
        fields.Add("owner", $"{c.Owner}, for {DurationText.Of(now - c.OwnerSince)}");
        fields.Add("lease", c.LeaseUntil is { } until ? $"ends {DurationText.Ahead(until, now)}" : null);
        fields.Add("waiting", c.WaitingSince is { } since ? DurationText.Of(now - since) : null);
        fields.Add("closed", Closed(c, now));
        fields.Add("follows up", c.FollowsUp);
        fields.Add("goes on in", c.FollowUp);
        fields.Add("can move to", c.AllowedTransitions.Count > 0 ? string.Join(", ", c.AllowedTransitions) : null);
        fields.Add("description", c.Description);
        fields.Write(screen);

        if (c.Handoff is { } handoff)
            Write(screen, handoff, now);
        if (c.Approvals.Count > 0)
        {
            screen.Heading("Waits for a decision");
            ApprovalsTable.Write(screen, c.Approvals, now);
        }

        screen.Heading(string.Create(CultureInfo.InvariantCulture, $"Messages: {(c.Messages.Count == c.MessageCount ? "all" : "the last")} {c.Messages.Count} of {c.MessageCount}"));
        foreach (var message in c.Messages)
            WriteMessage(screen, message, DurationText.Ago(message.At ?? now, now));
    }

    /// <summary>One message.</summary>
    /// <param name="screen">Where to.</param>
    /// <param name="m">The message.</param>
    /// <param name="when">When it came, in words.</param>
    public static void WriteMessage(IAnsiConsole screen, MessageView m, string when)
    {
        screen.Write(new Text(SafeText.Line($"#{m.Number}  {Speaker(m)}{(m.Automated ? " (automated)" : "")}{Audience(m)}  {when}"), StyleOf(m)));
        screen.WriteLine();
        // Indented on every line, so that no message can pass itself off as the head of another.
        screen.Write(new Padder(new Text(SafeText.Text(m.Content)), new Padding(4, 0, 0, 1)));
    }

    private static void Write(IAnsiConsole screen, HandoffView handoff, DateTimeOffset now)
    {
        screen.Heading("Handoff");
        var fields = new Fields();
        fields.Add("by", $"{handoff.By} to the queue {handoff.Queue}, {DurationText.Ago(handoff.At, now)}");
        fields.Add("reason", handoff.Reason);
        fields.Add("summary", handoff.Summary);
        fields.Add("open question", handoff.OpenQuestion);
        foreach (var promise in handoff.Promises)
            fields.Add("promised", promise);
        foreach (var tried in handoff.Tried)
            fields.Add("tried", tried);
        fields.Write(screen);
    }

    private static string Speaker(MessageView m) => m.Role switch
    {
        MessageRole.User => "customer",
        MessageRole.Assistant => m.RecordedBy ?? "assistant",
        _ => $"{SnakeCaseEnum.Of(m.Role)} ({m.RecordedBy})",
    };

    private static string Audience(MessageView m) => (m.Visibility, m.Role) switch
    {
        (Visibility.Internal, _) => "  internal note: the customer does not see it",
        (_, MessageRole.User) => "",
        _ => " → customer",
    };

    private static Style StyleOf(MessageView m) => (m.Visibility, m.Role) switch
    {
        (Visibility.Internal, _) => new Style(Color.Grey, decoration: Decoration.Italic),
        (_, MessageRole.User) => new Style(Color.Blue),
        _ => new Style(Color.Green),
    };

    private static string? Closed(ConversationDetailsView c, DateTimeOffset now) => c.ClosedAt is not { } closed ? null
        : DurationText.Ago(closed, now) + (c.ReopenableUntil is { } until && until >= now ? $", can be reopened for {DurationText.Of(until - now)}" : "");
}
