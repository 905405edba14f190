using System.CommandLine;
using System.Globalization;
using Spectre.Console;
using SupportStateMcp.Conversations;
using SupportStateMcp.Identity;
using SupportStateMcp.Primitives;

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
          SupportStateMcp queue --json | jq -r '.conversations[0].conversation_id'
        """;

    public static CliCommand Create()
    {
        var queue = CliArguments.Queue();
        var limit = new Option<int>("--limit") { Description = $"How many at most, 1 to {Limits.Page}.", HelpName = "N", DefaultValueFactory = _ => Shown };
        return new CliCommand("queue", "Show who waits for a person.", More, RoleNames.Any, async (parsed, desk, cancellationToken) =>
        {
            var (name, most) = (parsed.GetValue(queue), parsed.GetValue(limit));
            if ((CliArguments.QueueViolation(name) ?? CliArguments.RangeViolation("--limit", most, 1, Limits.Page)) is { } violation)
                return violation;

            // Where no server runs, nobody else puts a conversation back whose lease has run out.
            await desk.ExpireOverdueAsync(cancellationToken);
            var result = await desk.Reader.GetQueueAsync(name, null, most, cancellationToken);
            if (!result.TryGet(out var page, out var error))
                return error;
            var facts = QueueFacts.Of(page, desk.Now);
            return CommandOutput.Of(facts, screen => Show(screen, facts));
        })
        { queue, limit };
    }

    private static void Show(IAnsiConsole screen, QueueFacts waiting)
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
                ConsoleFactory.Cell(c.ConversationId), ConsoleFactory.Cell(c.Queue), new Text(SnakeCaseEnum.Of(c.Priority), StyleOf(c.Priority)),
                ConsoleFactory.Cell(Spans.Of(TimeSpan.FromSeconds(c.WaitingSeconds))), ConsoleFactory.Cell(c.State), ConsoleFactory.Cell(c.Reason));
        }

        screen.Write(table);
        if (waiting.Total > waiting.Conversations.Count)
            screen.Say(string.Create(CultureInfo.InvariantCulture, $"{waiting.Conversations.Count} of {waiting.Total}; --limit shows more."));
    }

    internal static Style StyleOf(Priority priority) => priority switch
    {
        Priority.Urgent => new Style(Color.Red, decoration: Decoration.Bold),
        Priority.High => new Style(Color.Yellow),
        _ => Style.Plain,
    };
}
