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
        var only = new Option<string?>("--conversation") { Description = "Only this conversation.", HelpName = "CONVERSATION" };
        return new CliCommand("approvals", "Show what waits for a decision.", More, null, async (parsed, context, cancellationToken) =>
        {
            var name = parsed.GetValue(queue);
            if (CliArguments.QueueViolation(name) is { } violation)
                return violation;
            ConversationId? id = null;
            if (parsed.GetValue(only) is { } text)
            {
                if (!CliArguments.ConversationOf(text).TryGet(out var one, out var malformed))
                    return malformed;
                id = one;
            }

            var result = await context.Queries.GetPendingApprovalsAsync(name, id, null, Limits.Page, cancellationToken);
            if (!result.TryGet(out var pending, out var error))
                return error;
            var view = PendingApprovalsView.Of(pending);
            return CommandOutput.Of(view, screen => Show(screen, view, context.Now));
        }, watches: true)
        { queue, only };
    }

    private static void Show(IAnsiConsole screen, PendingApprovalsView pending, DateTimeOffset now)
    {
        if (pending.Approvals.Count == 0)
            screen.Say("Nothing waits for a decision.");
        else
            ApprovalsTable.Write(screen, pending.Approvals, now);
        if (pending.Total > pending.Approvals.Count)
            screen.Say(string.Create(CultureInfo.InvariantCulture, $"{pending.Approvals.Count} of {pending.Total}."));
    }
}
