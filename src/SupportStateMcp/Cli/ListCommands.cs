using System.CommandLine;
using System.Globalization;
using Spectre.Console;
using SupportStateMcp.Conversations;
using SupportStateMcp.Primitives;
using SupportStateMcp.Views;

namespace SupportStateMcp.Cli;

/// <summary><c>list</c>, <c>mine</c>, <c>search</c>: which conversations there are.</summary>
internal static class ListCommands
{
    private const int Shown = 50;

    /// <summary>How often the store is asked for one answer; each time it looks at <see cref="Limits.Looked"/> conversations.</summary>
    private const int MostCalls = 50;

    private const string MoreOfList = """
        The one that changed last first. Each option narrows the list; together they narrow it further. --owner takes me,
        human:ID, queue:NAME or ai:ID; --since a span (30m, 2h, 3d) or a time.

        Examples:
          SupportStateMcp list --owner queue:billing --priority urgent
          SupportStateMcp list --state escalated --since 2h
          SupportStateMcp list --user maria --json
        """;

    private const string MoreOfMine = """
        What you own, the one that changed last first, and how long you have to answer it.

        Examples:
          SupportStateMcp mine
          SupportStateMcp mine --watch
        """;

    private const string MoreOfSearch = """
        It finds text in descriptions, in upper or lower case; messages are not searched.

        Example:
          SupportStateMcp search "order 4711"
        """;

    public static IEnumerable<CliCommand> Create() => [List(), Mine(), Search()];

    private static CliCommand List()
    {
        var state = new Option<string?>("--state") { Description = "Only in this state.", HelpName = "STATE" };
        var user = new Option<string?>("--user") { Description = "Only of this customer.", HelpName = "ID" };
        var owner = new Option<string?>("--owner") { Description = "Only of this owner: me, human:ID, queue:NAME or ai:ID.", HelpName = "OWNER" };
        var priority = CliArguments.Priority("Only of this priority");
        var status = new Option<string?>("--status") { Description = $"Only what the customer sees as this: {CliArguments.NamesOf<TicketStatus>()}.", HelpName = "STATUS" };
        var text = new Option<string?>("--text") { Description = "Only with this in the description.", HelpName = "TEXT" };
        var since = new Option<string?>("--since") { Description = "Only what changed since: 2h, 3d, \"2026-11-25 10:00\".", HelpName = "TIME" };
        var (limit, cursor) = (CliArguments.Limit(Shown), CliArguments.Cursor());
        return new CliCommand("list", "Show conversations.", MoreOfList, null, async (parsed, context, cancellationToken) =>
        {
            var (name, of) = (parsed.GetValue(state), (Owner?)null);
            if (name is not null && !context.Workflow.Knows(name))
                return Error.InvalidArgument("--state", $"one of the workflow's states: {string.Join(", ", context.Workflow.States)}");
            if (parsed.GetValue(owner) is { } whose && !Owner.Read("--owner", whose, context.Caller.Actor).TryGet(out of, out var malformed))
                return malformed;
            if (CliArguments.Read("--priority", parsed.GetValue(priority), out Priority? urgency) is { } noPriority)
                return noPriority;
            if (CliArguments.Read("--status", parsed.GetValue(status), out TicketStatus? ticketStatus) is { } noStatus)
                return noStatus;
            if (!CliArguments.SinceOf("--since", parsed.GetValue(since), context).TryGet(out var from, out malformed))
                return malformed;

            var filter = new ConversationFilter(name, parsed.GetValue(user), null, of)
            {
                Priority = urgency,
                TicketStatus = ticketStatus,
                Text = parsed.GetValue(text),
                UpdatedSince = from,
            };
            return await FindAsync(context, filter, parsed.GetValue(cursor), parsed.GetValue(limit), "No conversation matches.", cancellationToken);
        }, watches: true)
        { state, user, owner, priority, status, text, since, limit, cursor };
    }

    private static CliCommand Mine()
    {
        var (limit, cursor) = (CliArguments.Limit(Shown), CliArguments.Cursor());
        return new CliCommand("mine", "Show the conversations that you own.", MoreOfMine, null, (parsed, context, cancellationToken) => FindAsync(
            context, new ConversationFilter(Owner: Owner.Of(context.Caller.Actor)), parsed.GetValue(cursor), parsed.GetValue(limit),
            $"{context.Caller.Actor} has no conversation. SupportStateMcp queue shows who waits.", cancellationToken), watches: true)
        { limit, cursor };
    }

    private static CliCommand Search()
    {
        var text = new Argument<string>("TEXT") { Description = $"What to look for, 1 to {Limits.SearchText} characters." };
        var (limit, cursor) = (CliArguments.Limit(Shown), CliArguments.Cursor());
        return new CliCommand("search", "Find conversations by their description.", MoreOfSearch, null, async (parsed, context, cancellationToken) =>
        {
            var sought = parsed.GetRequiredValue(text);
            return Bounds.Text("TEXT", sought, Limits.SearchText, 1) is { } violation
                ? violation
                : await FindAsync(context, new ConversationFilter { Text = sought }, parsed.GetValue(cursor), parsed.GetValue(limit), "No description has this text.", cancellationToken);
        })
        { text, limit, cursor };
    }

    private static async ValueTask<Result<CommandOutput>> FindAsync(
        CliContext context, ConversationFilter filter, string? cursor, int most, string nothing, CancellationToken cancellationToken)
    {
        if (CliArguments.RangeViolation("--limit", most, 1, Limits.Page) is { } violation)
            return violation;
        if (!ConversationCursorText.TryDecode(cursor, out var next))
            return CliArguments.CursorViolation();

        // Where no server runs, nobody else takes a conversation from an owner whose lease has run out.
        await context.ExpireOverdueAsync(cancellationToken);
        var found = new List<Conversation>();
        for (var calls = 0; calls < MostCalls; calls++)
        {
            var result = await context.Queries.ListAsync(filter, next, most - found.Count, cancellationToken);
            if (!result.TryGet(out var page, out var error))
                return error;
            found.AddRange(page.Conversations);
            next = page.Next;
            if (next is null || found.Count == most)
                break;
        }

        var view = ConversationListView.Of(new ConversationPage(found, next), new AnswerSize(CliArguments.AnswerCharacters));
        return CommandOutput.Of(view, screen => Show(screen, view, most, cursor, nothing, context.Now));
    }

    private static void Show(IAnsiConsole screen, ConversationListView listed, int most, string? cursor, string nothing, DateTimeOffset now)
    {
        if (listed.Conversations.Count > 0)
            Write(screen, listed.Conversations, now);
        else if (listed.NextCursor is null)
            screen.Say(nothing);
        if (listed.NextCursor is { } next)
        {
            screen.Say(listed.Conversations.Count == most
                ? string.Create(CultureInfo.InvariantCulture, $"The {(cursor is null ? "first" : "next")} {most}; {CliArguments.MoreOf(most, cursor, next)}.")
                : string.Create(CultureInfo.InvariantCulture, $"Looked at the {(cursor is null ? "" : "next ")}{MostCalls * Limits.Looked} conversations that changed last; --cursor {next} goes on."));
        }
    }

    private static void Write(IAnsiConsole screen, IReadOnlyList<ConversationSummaryView> conversations, DateTimeOffset now)
    {
        var table = screen.Table("conversation", "owner", "priority", "state", "waiting", "to answer", "changed", "description");
        foreach (var whole in (ReadOnlySpan<int>)[0, 4, 5, 6])
            table.Columns[whole].NoWrap();
        foreach (var c in conversations)
        {
            table.AddRow(
                ScreenExtensions.Cell(c.ConversationId),
                ScreenExtensions.Cell(c.Owner),
                new Text(SnakeCaseEnum.Of(c.Priority), QueueCommand.StyleOf(c.Priority)),
                ScreenExtensions.Cell(c.State),
                ScreenExtensions.Cell(c.WaitingSince is { } since ? DurationText.Of(now - since) : null),
                ScreenExtensions.Cell(c.LeaseUntil is { } until ? DurationText.Ahead(until, now) : null),
                ScreenExtensions.Cell(DurationText.Ago(c.UpdatedAt, now)),
                ScreenExtensions.Cell(c.Description));
        }

        screen.Write(table);
    }
}
