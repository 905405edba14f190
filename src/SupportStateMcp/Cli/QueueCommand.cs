using System.CommandLine;
using System.Globalization;
using Spectre.Console;
using SupportStateMcp.Conversations;
using SupportStateMcp.Primitives;
using SupportStateMcp.Views;

namespace SupportStateMcp.Cli;

/// <summary><c>queue</c>: who waits for a person.</summary>
internal static class QueueCommand
{
    private const int Shown = 50;

    private const string More = """
        The most urgent first, then who has waited longest: since the customer's first message that nobody answered.

        Examples:
          SupportStateMcp queue
          SupportStateMcp queue --queue billing --limit 10
          SupportStateMcp queue --watch
          SupportStateMcp queue --json | jq -r '.conversations[0].conversation_id'
        """;

    public static CliCommand Create()
    {
        var queue = CliArguments.Queue();
        var (limit, cursor) = (CliArguments.Limit(Shown), CliArguments.Cursor());
        return new CliCommand("queue", "Show who waits for a person.", More, null, async (parsed, context, cancellationToken) =>
        {
            var (name, most) = (parsed.GetValue(queue), parsed.GetValue(limit));
            if ((CliArguments.QueueViolation(name) ?? CliArguments.RangeViolation("--limit", most, 1, Limits.Page)) is { } violation)
                return violation;
            var begun = parsed.GetValue(cursor);
            if (!QueueCursorText.TryDecode(begun, out var after))
                return CliArguments.CursorViolation();

            // Where no server runs, nobody else puts a conversation back whose lease has run out.
            await context.ExpireOverdueAsync(cancellationToken);
            var result = await context.Queries.GetQueueAsync(name, after, most, cancellationToken);
            if (!result.TryGet(out var page, out var error))
                return error;
            var view = QueueView.Of(page, context.Now);
            return CommandOutput.Of(view, screen => Show(screen, view, most, begun), () => view with
            {
                Conversations = [.. view.Conversations.Select(c => c with { WaitingSeconds = 0 })],
            });
        }, watches: true)
        { queue, limit, cursor };
    }

    private static void Show(IAnsiConsole screen, QueueView waiting, int most, string? cursor)
    {
        if (waiting.Conversations.Count == 0)
        {
            screen.Say("Nobody waits.");
            return;
        }

        var table = screen.Table("conversation", "queue", "priority", "waiting", "state", "reason");
        table.Columns[0].NoWrap();
        table.Columns[3].NoWrap();
        foreach (var c in waiting.Conversations)
        {
            table.AddRow(
                ScreenExtensions.Cell(c.ConversationId),
                ScreenExtensions.Cell(c.Queue),
                new Text(SnakeCaseEnum.Of(c.Priority), StyleOf(c.Priority)),
                ScreenExtensions.Cell(DurationText.Of(TimeSpan.FromSeconds(c.WaitingSeconds))),
                ScreenExtensions.Cell(c.State),
                ScreenExtensions.Cell(c.Reason));
        }

        screen.Write(table);
        if (waiting.NextCursor is { } next)
            screen.Say(string.Create(CultureInfo.InvariantCulture, $"{waiting.Conversations.Count} of {waiting.Total}; {CliArguments.MoreOf(most, cursor, next)}."));
    }

    internal static Style StyleOf(Priority priority) => priority switch
    {
        Priority.Urgent => new Style(Color.Red, decoration: Decoration.Bold),
        Priority.High => new Style(Color.Yellow),
        _ => Style.Plain,
    };
}
