using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Spectre.Console;
using SupportStateMcp.Conversations;
using SupportStateMcp.Views;

namespace SupportStateMcp.Cli;

/// <summary><c>history</c>, <c>events</c>: what was said in a conversation, and what was done to it.</summary>
internal static class TrailCommands
{
    private const int Messages = 50;
    private const int Events = 100;

    private const string MoreOfHistory = """
        The last messages, the oldest of them first. Of each message it says whether the customer sees it.

        Examples:
          SupportStateMcp history cs-TKT-001
          SupportStateMcp history cs-TKT-001 --limit 10 --before 40
        """;

    private const string MoreOfEvents = """
        Who did what, when and why, the oldest first. Of a message it names author and number, not the content; the trail stays
        after an erasure.

        Examples:
          SupportStateMcp events cs-TKT-001
          SupportStateMcp events cs-TKT-001 --after 100
          SupportStateMcp events tail
        """;

    public static IEnumerable<CliCommand> Create() => [History(), Trail()];

    private static CliCommand History()
    {
        var id = CliArguments.Conversation();
        var limit = new Option<int>("--limit") { Description = $"How many messages, 1 to {Limits.Page}.", HelpName = "N", DefaultValueFactory = _ => Messages };
        var before = new Option<long?>("--before") { Description = "Only messages before this number.", HelpName = "NUMBER" };
        return new CliCommand("history", "Show the messages of a conversation.", MoreOfHistory, null, async (parsed, context, cancellationToken) =>
        {
            if (!CliArguments.ConversationOf(parsed.GetRequiredValue(id)).TryGet(out var conversation, out var malformed))
                return malformed;
            var (most, end) = (parsed.GetValue(limit), parsed.GetValue(before));
            if ((CliArguments.RangeViolation("--limit", most, 1, Limits.Page) ?? CliArguments.RangeViolation("--before", end ?? 1, 1, Limits.Number)) is { } violation)
                return violation;

            var result = await context.Queries.GetHistoryAsync(conversation, most, end, null, CliArguments.AnswerCharacters, cancellationToken);
            if (!result.TryGet(out var page, out var error))
                return error;
            var view = HistoryView.Whole(page, context.Workflow);
            return CommandOutput.Of(view, screen => Show(screen, view, context));
        })
        { id, limit, before };
    }

    private static CliCommand Trail()
    {
        var id = CliArguments.Conversation();
        // tail has none.
        id.Arity = ArgumentArity.ZeroOrOne;
        var limit = new Option<int>("--limit") { Description = $"How many events, 1 to {Limits.Page}.", HelpName = "N", DefaultValueFactory = _ => Events };
        var after = new Option<long>("--after") { Description = "Only events after this version.", HelpName = "VERSION", DefaultValueFactory = _ => 0 };
        return new CliCommand("events", "Show what was done to a conversation.", MoreOfEvents, null, async (parsed, context, cancellationToken) =>
        {
            if (!CliArguments.ConversationOf(parsed.GetValue(id) ?? "").TryGet(out var conversation, out var malformed))
                return malformed;
            var (most, start) = (parsed.GetValue(limit), parsed.GetValue(after));
            if ((CliArguments.RangeViolation("--limit", most, 1, Limits.Page) ?? CliArguments.RangeViolation("--after", start, 0, Limits.Number)) is { } violation)
                return violation;

            var result = await context.Queries.GetEventsAsync(conversation, start, most, cancellationToken);
            if (!result.TryGet(out var page, out var error))
                return error;
            var view = EventsView.Of(page, context.Workflow, new AnswerSize(CliArguments.AnswerCharacters));
            return CommandOutput.Of(view, screen => Show(screen, view, context));
        })
        { id, limit, after, EventCommands.Tail() };
    }

    private static void Show(IAnsiConsole screen, HistoryView history, CliContext context)
    {
        screen.Heading(history.Messages is [var first, .., var last]
            ? string.Create(CultureInfo.InvariantCulture, $"{history.ConversationId}: messages {first.Number} to {last.Number} of {history.MessageCount}")
            : string.Create(CultureInfo.InvariantCulture, $"{history.ConversationId}: {history.Messages.Count} of {history.MessageCount} messages"));
        foreach (var message in history.Messages)
            ConversationScreen.WriteMessage(screen, message, context.Local(message.At ?? context.Now));
        if (history.Before is { } before)
            screen.Say(string.Create(CultureInfo.InvariantCulture, $"--before {before} shows older ones."));
    }

    private static void Show(IAnsiConsole screen, EventsView trail, CliContext context)
    {
        var table = screen.Table("version", "at", "who", "what", "details");
        table.Columns[0].NoWrap();
        foreach (var e in trail.Events)
        {
            table.AddRow(
                ScreenExtensions.Cell(e.Version.ToString(CultureInfo.InvariantCulture)),
                ScreenExtensions.Cell(context.Local(e.At)),
                ScreenExtensions.Cell(e.Actor),
                ScreenExtensions.Cell(e.Type),
                ScreenExtensions.Cell(Details(e)));
        }

        screen.Write(table);
        if (trail.After is { } after)
            screen.Say(string.Create(CultureInfo.InvariantCulture, $"--after {after} shows later ones."));
    }

    /// <summary>The facts of an event, but the digest of a message, which nobody reads.</summary>
    private static string Details(EventView e) => string.Join(", ", e.Details
        .Where(d => d.Key != "content_digest")
        .Select(d => $"{d.Key}: {Value(d.Value)}")
        .Concat(e.Reason is { Length: > 0 } reason ? [$"reason: {reason}"] : []));

    private static string Value(JsonNode? value) => value switch
    {
        null => "null",
        JsonValue text when text.TryGetValue<string>(out var plain) => plain,
        _ => value.ToJsonString(ViewJson.Options),
    };
}
