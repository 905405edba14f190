using System.CommandLine;
using System.Globalization;
using Spectre.Console;
using SupportStateMcp.Conversations;
using SupportStateMcp.Views;

namespace SupportStateMcp.Cli;

/// <summary><c>approvals</c>: what waits for a decision.</summary>
internal static class ApprovalsCommand
{
    private const string More = """
        The next deadline first. approve ID and reject ID decide; what is not decided by its deadline grants nothing.

        Examples:
          SupportStateMcp approvals
          SupportStateMcp approvals --watch
          SupportStateMcp approvals --queue billing
          SupportStateMcp approvals --conversation cs-TKT-001 --json
        """;

    public static CliCommand Create()
    {
        var queue = CliArguments.Queue();
        var (limit, cursor) = (CliArguments.Limit(Limits.Page), CliArguments.Cursor());
        var only = new Option<string?>("--conversation") { Description = "Only this conversation.", HelpName = "CONVERSATION" };
        return new CliCommand("approvals", "Show what waits for a decision.", More, null, async (parsed, context, cancellationToken) =>
        {
            var name = parsed.GetValue(queue);
            var (most, begun) = (parsed.GetValue(limit), parsed.GetValue(cursor));
            if ((CliArguments.QueueViolation(name) ?? CliArguments.RangeViolation("--limit", most, 1, Limits.Page)) is { } violation)
                return violation;
            if (!ApprovalCursorText.TryDecode(begun, out var after))
                return CliArguments.CursorViolation();
            ConversationId? id = null;
            if (parsed.GetValue(only) is { } text)
            {
                if (!CliArguments.ConversationOf(text, "--conversation").TryGet(out var one, out var malformed))
                    return malformed;
                id = one;
            }

            var result = await context.Queries.GetPendingApprovalsAsync(name, id, after, most, cancellationToken);
            if (!result.TryGet(out var pending, out var error))
                return error;
            var view = PendingApprovalsView.Of(pending);
            return CommandOutput.Of(view, screen => Show(screen, view, most, begun, context.Now));
        }, watches: true)
        { queue, only, limit, cursor };
    }

    private static void Show(IAnsiConsole screen, PendingApprovalsView pending, int most, string? cursor, DateTimeOffset now)
    {
        if (pending.Approvals.Count == 0)
            screen.Say("Nothing waits for a decision.");
        else
            ApprovalsTable.Write(screen, pending.Approvals, now);
        if (pending.NextCursor is { } next)
            screen.Say(string.Create(CultureInfo.InvariantCulture, $"{pending.Approvals.Count} of {pending.Total}; {CliArguments.MoreOf(most, cursor, next)}."));
    }
}
