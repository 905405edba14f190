using System.CommandLine;
using System.Globalization;
using Spectre.Console;
using SupportStateMcp.Conversations;

namespace SupportStateMcp.People;

/// <summary><c>approvals</c>: what waits for a decision.</summary>
internal static class ApprovalsCommand
{
    private const string More = """
        The next deadline first. approve ID and reject ID decide; what is not decided by its deadline grants nothing.

        Examples:
          SupportStateMcp approvals
          SupportStateMcp approvals --queue billing
          SupportStateMcp approvals --case cs-TKT-001 --json
        """;

    public static PersonCommand Create()
    {
        var queue = Inputs.Queue();
        var only = new Option<string?>("--case") { Description = "Only this case.", HelpName = "CASE" };
        return new PersonCommand("approvals", "Show what waits for a decision.", More, RoleNames.Any, async (parsed, desk, cancellationToken) =>
        {
            var name = parsed.GetValue(queue);
            if (Inputs.QueueViolation(name) is { } violation)
                return violation;
            ConversationId? id = null;
            if (parsed.GetValue(only) is { } text)
            {
                if (!Inputs.CaseOf(text).TryGet(out var one, out var malformed))
                    return malformed;
                id = one;
            }

            var result = await desk.Reader.GetPendingApprovalsAsync(name, id, Limits.Page, cancellationToken);
            if (!result.TryGet(out var pending, out var rejection))
                return rejection;
            var facts = new ApprovalsFacts([.. pending.Approvals.Select(ApprovalFacts.Of)], pending.Total);
            return Answer.Of(facts, screen => Show(screen, facts, desk.Now));
        })
        { queue, only };
    }

    private static void Show(IAnsiConsole screen, ApprovalsFacts pending, DateTimeOffset now)
    {
        if (pending.Approvals.Count == 0)
            screen.Say("Nothing waits for a decision.");
        else
            ApprovalsView.Write(screen, pending.Approvals, now);
        if (pending.Total > pending.Approvals.Count)
            screen.Say(string.Create(CultureInfo.InvariantCulture, $"{pending.Approvals.Count} of {pending.Total}."));
    }
}
