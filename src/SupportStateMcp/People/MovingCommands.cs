using System.CommandLine;
using SupportStateMcp.Conversations;

namespace SupportStateMcp.People;

/// <summary><c>move</c>, <c>reopen</c>: where a case stands.</summary>
internal static class MovingCommands
{
    private const string MoreOfMove = """
        show CASE names the states that a case can move to. A move into a closed state finishes the case.

        Example:
          SupportStateMcp move cs-TKT-001 resolved --reason "refund paid"
        """;

    private const string MoreOfReopen = """
        Where the workflow, or the time that has passed, does not allow that, it opens a linked follow-up case, and says
        so. Again: the same case.

        Example:
          SupportStateMcp reopen cs-TKT-001 --reason "the customer called: it is broken again"
        """;

    public static IEnumerable<PersonCommand> Create() => [Move(), Reopen()];

    private static PersonCommand Move()
    {
        var (id, reason) = (Inputs.Case(), Inputs.Reason());
        var state = new Argument<string>("STATE") { Description = "The state to move to." };
        return new PersonCommand("move", "Move a case along the workflow.", MoreOfMove, Roles.Agent, async (parsed, desk, cancellationToken) =>
        {
            if (!Inputs.CaseOf(parsed.GetRequiredValue(id)).TryGet(out var conversation, out var malformed))
                return malformed;
            var to = parsed.GetRequiredValue(state);
            if (!desk.Workflow.Knows(to))
                return Rejection.InvalidArgument("STATE", $"one of the workflow's states: {string.Join(", ", desk.Workflow.States)}");
            if (Inputs.LengthViolation("--reason", parsed.GetValue(reason), Limits.Reason) is { } violation)
                return violation;

            var command = new ConversationCommand.Transition
            {
                Id = conversation,
                Actor = desk.Caller.Actor,
                Roles = desk.Caller.Roles,
                NewState = to,
                Reason = parsed.GetValue(reason),
            };
            return await Change.DoAsync(desk, command, c => $"{c.ConversationId} is in the state {c.State}; the customer sees it as {Names.Of(c.TicketStatus)}.", cancellationToken);
        })
        { id, state, reason };
    }

    private static PersonCommand Reopen()
    {
        var (id, reason) = (Inputs.Case(), Inputs.Reason());
        return new PersonCommand("reopen", "Open a closed case again, or a follow-up of it.", MoreOfReopen, Roles.Agent, async (parsed, desk, cancellationToken) =>
        {
            if (!Inputs.CaseOf(parsed.GetRequiredValue(id)).TryGet(out var conversation, out var malformed))
                return malformed;
            if (Inputs.LengthViolation("--reason", parsed.GetValue(reason), Limits.Reason) is { } violation)
                return violation;

            var command = new ConversationCommand.Reopen
            {
                Id = conversation,
                Actor = desk.Caller.Actor,
                Roles = desk.Caller.Roles,
                Reason = parsed.GetValue(reason),
            };
            var result = await desk.Reopening.ReopenAsync(command, cancellationToken);
            if (!result.TryGet(out var reopened, out var rejection))
                return rejection;
            var facts = ChangeFacts.Of(reopened.Case, desk) with { Outcome = reopened.Outcome };
            return Answer.Of(facts, screen => screen.Say(Sentence(conversation, reopened, facts)));
        })
        { id, reason };
    }

    private static string Sentence(ConversationId asked, Reopened reopened, ChangeFacts facts) => reopened.Outcome switch
    {
        ReopenOutcome.FollowUp => $"{asked} stays closed and goes on in {facts.ConversationId}{(reopened.Created ? ", opened now" : "")}.",
        ReopenOutcome.AlreadyOpen => $"{facts.ConversationId} is open, in the state {facts.State}; nothing was changed.",
        _ => $"{facts.ConversationId} is open again, in the state {facts.State}; {facts.Owner} has it.",
    };
}
