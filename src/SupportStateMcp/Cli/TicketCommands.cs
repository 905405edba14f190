using System.CommandLine;
using System.Globalization;
using Spectre.Console;
using SupportStateMcp.Briefs;
using SupportStateMcp.Conversations;
using SupportStateMcp.Primitives;
using SupportStateMcp.Tickets;
using SupportStateMcp.Views;

namespace SupportStateMcp.Cli;

/// <summary><c>ticket new</c>, <c>ticket status</c>, <c>ticket approve</c>, <c>ticket refuse</c>: tickets, as REST and MCP have them.</summary>
internal static class TicketCommands
{
    private const string MoreOfNew = """
        The customer has to be in the records; sample-data load brings three. The same ticket again changes nothing.

        Example:
          SupportStateMcp ticket new TKT-001 --customer CUST001 "The sidecar does not start after the upgrade."
        """;

    private const string MoreOfStatus = """
        Example:
          SupportStateMcp ticket status TKT-001 --wait 30
        """;

    private const string MoreOfApprove = """
        The customer gets the solution as it was proposed, or the text of --solution, word for word. The person who proposed it cannot approve it.

        With --approval only on the solution that you have read: where another one waits by now, nothing is decided.

        Examples:
          SupportStateMcp ticket approve TKT-001 --approval ap-1a2b3c4d-TKT-001
          SupportStateMcp ticket approve TKT-001 --solution "Set dapr.io/app-port to 8080." --notes "shorter"
        """;

    private const string MoreOfRefuse = """
        Nothing is sent, and people take over. With --revise the expert finds another solution with the notes, at most twice.

        Examples:
          SupportStateMcp ticket refuse TKT-001 --notes "This is not their problem."
          SupportStateMcp ticket refuse TKT-001 --approval ap-1a2b3c4d-TKT-001 --revise --notes "Name the namespace."
        """;

    public static Command Create() => new("ticket", "Report tickets, look at them, and decide on their solutions.")
    {
        New(), Status(), Decide("approve", "Let the customer have the solution.", MoreOfApprove, true), Decide("refuse", "Say no to the solution.", MoreOfRefuse, false),
    };

    private static Argument<string> Ticket() => new("TICKET") { Description = "The ticket, for example TKT-001." };

    private static CliCommand New()
    {
        var ticket = Ticket();
        var customer = new Option<string>("--customer") { Description = "The customer's id in the records.", HelpName = "ID", Required = true };
        var text = new Argument<string?>("TEXT") { Description = "What the customer reports; - or nothing: read it from standard input.", Arity = ArgumentArity.ZeroOrOne };
        return new CliCommand("new", "Report a ticket, and start its pipeline.", MoreOfNew, typeof(ConversationCommand.OpenTicket), async (parsed, context, cancellationToken) =>
        {
            if (!CliArguments.ConversationOf(parsed.GetRequiredValue(ticket), "TICKET").TryGet(out var id, out var malformed))
                return malformed;
            var said = await CliArguments.TextAsync(context.Console, "TEXT", parsed.GetValue(text), Limits.Description, cancellationToken);
            if (!said.TryGet(out var description, out malformed))
                return malformed;
            var result = await context.Tickets.CreateAsync(
                new ConversationCommand.OpenTicket
                {
                    Id = id, Actor = context.Caller.Actor, Roles = context.Caller.Roles, CustomerId = parsed.GetRequiredValue(customer), Description = description,
                },
                cancellationToken);
            if (!result.TryGet(out var outcome, out var error))
                return error;
            var shown = TicketStartedView.Of(outcome.Conversation);
            return CommandOutput.Of(shown, screen => screen.Say(outcome.Changed
                ? $"{shown.TicketId} is reported; its run is {shown.InstanceId}."
                : $"{shown.TicketId} was reported already; its run is {shown.InstanceId}, and nothing was changed."));
        }, createsStore: true)
        { ticket, text, customer };
    }

    private static CliCommand Status()
    {
        var ticket = Ticket();
        var wait = new Option<int>("--wait") { Description = "Wait so many seconds, 0 to 30, for the ticket to need a person or to end.", HelpName = "SECONDS" };
        return new CliCommand("status", "Show where a ticket stands.", MoreOfStatus, null, async (parsed, context, cancellationToken) =>
        {
            if (CliArguments.RangeViolation("--wait", parsed.GetValue(wait), 0, 30) is { } violation)
                return violation;
            await context.ExpireOverdueAsync(cancellationToken);
            var status = await context.Tickets.StatusAsync(parsed.GetRequiredValue(ticket), TimeSpan.FromSeconds(parsed.GetValue(wait)), cancellationToken);
            if (!status.TryGet(out var found, out var error))
                return error;
            var timeline = await context.Tickets.TimelineAsync(found, cancellationToken);
            if (!timeline.TryGet(out var happened, out error))
                return error;
            var shown = TicketView.Of(found, happened.Events);
            return CommandOutput.Of(shown, screen => Write(screen, shown, context));
        }, watches: true)
        { ticket, wait };
    }

    private static CliCommand Decide(string name, string summary, string more, bool approved)
    {
        var ticket = Ticket();
        var notes = new Option<string?>("--notes") { Description = $"Why; kept in the audit trail, {Limits.Reason} characters at most.", HelpName = "TEXT" };
        var solution = new Option<string?>("--solution") { Description = "The text for the customer, in the place of the one that was proposed.", HelpName = "TEXT" };
        var seen = new Option<string?>("--approval") { Description = "Decide only on the solution that you saw: the approval that ticket status names.", HelpName = "ID" };
        var revise = new Option<bool>("--revise") { Description = "Let the expert find another solution." };
        var command = new CliCommand(name, summary, more, typeof(ConversationCommand.DecideApproval), async (parsed, context, cancellationToken) =>
        {
            var decided = await context.Tickets.DecideAsync(
                new SolutionDecision
                {
                    TicketId = parsed.GetRequiredValue(ticket),
                    Approved = approved,
                    ApprovalId = parsed.GetValue(seen),
                    FinalSolution = approved ? parsed.GetValue(solution) : null,
                    Notes = parsed.GetValue(notes),
                    Revise = !approved && parsed.GetValue(revise),
                },
                context.Caller, cancellationToken);
            if (!decided.TryGet(out var outcome, out var error))
                return error;
            var shown = SolutionDecidedView.Of(outcome.Conversation);
            return CommandOutput.Of(shown, screen => screen.Say(approved
                ? $"The solution of {shown.TicketId} is approved; its letter is written next."
                : $"The solution of {shown.TicketId} is refused; {(parsed.GetValue(revise) ? "the expert finds another one" : "people have the conversation")}."));
        })
        { ticket, seen, notes };
        command.Add(approved ? solution : revise);
        return command;
    }

    private static void Write(IAnsiConsole screen, TicketView ticket, CliContext context)
    {
        var output = ticket.Output;
        screen.Heading(string.Create(CultureInfo.InvariantCulture, $"{ticket.TicketId}: {ticket.Status}{(output.Outcome is null ? "" : $", {output.Outcome}")}{(output.Paused ? ", paused: a person has the conversation" : "")}"));
        var table = screen.Table("step", "role", "state", "try", "who", "queries", "ended");
        foreach (var step in output.Steps)
        {
            table.AddRow(
                ScreenExtensions.Cell(step.Name), ScreenExtensions.Cell(step.Role), ScreenExtensions.Cell(SnakeCaseEnum.Of(step.State)),
                ScreenExtensions.Cell(step.Attempt == 0 ? null : step.Attempt.ToString(CultureInfo.InvariantCulture)), ScreenExtensions.Cell(step.Actor),
                ScreenExtensions.Cell(step.Queries?.ToString(CultureInfo.InvariantCulture)), ScreenExtensions.Cell(step.EndedAt is { } at ? context.Local(at) : null));
        }

        screen.Write(table);
        if (output.Reason is { } reason)
            screen.Say(reason);
        if (output.Approval is not { } approval)
            return;
        screen.Heading("Solution: " + approval.Status switch
        {
            ApprovalStatus.Pending => $"to be decided until {context.Local(approval.Deadline)}, as {approval.ApprovalId}",
            ApprovalStatus.Used => $"granted by {approval.DecidedBy ?? "the policy"}, and sent",
            ApprovalStatus.Expired => "nobody decided in time",
            var decided => $"{SnakeCaseEnum.Of(decided)} by {approval.DecidedBy ?? "the policy"}",
        });
        screen.Write(new Padder(new Text(SafeText.Text(approval.FinalSolution ?? "")), new Padding(2, 0, 0, 1)));
    }
}
