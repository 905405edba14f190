using System.CommandLine;
using SupportStateMcp.Conversations;
using SupportStateMcp.Identity;
using SupportStateMcp.Primitives;

namespace SupportStateMcp.Cli;

/// <summary><c>move</c>, <c>reopen</c>: where a conversation stands.</summary>
internal static class LifecycleCliCommands
{
    private const string MoreOfMove = """
        show CONVERSATION names the states that a conversation can move to. A move into a closed state finishes the conversation.

        Example:
          SupportStateMcp move cs-TKT-001 resolved --reason "refund paid"
        """;

    private const string MoreOfReopen = """
        Where the workflow, or the time that has passed, does not allow that, it opens a linked follow-up conversation, and says
        so. Again: the same conversation.

        Example:
          SupportStateMcp reopen cs-TKT-001 --reason "the customer called: it is broken again"
        """;

    public static IEnumerable<CliCommand> Create() => [Move(), Reopen()];

    private static CliCommand Move()
    {
        var (id, reason) = (CliArguments.Conversation(), CliArguments.Reason());
        var state = new Argument<string>("STATE") { Description = "The state to move to." };
        return new CliCommand("move", "Move a conversation along the workflow.", MoreOfMove, Roles.Agent, async (parsed, desk, cancellationToken) =>
        {
            if (!CliArguments.ConversationOf(parsed.GetRequiredValue(id)).TryGet(out var conversation, out var malformed))
                return malformed;
            var to = parsed.GetRequiredValue(state);
            if (!desk.Workflow.Knows(to))
                return Error.InvalidArgument("STATE", $"one of the workflow's states: {string.Join(", ", desk.Workflow.States)}");
            if (CliArguments.LengthViolation("--reason", parsed.GetValue(reason), Limits.Reason) is { } violation)
                return violation;

            var command = new ConversationCommand.Transition
            {
                Id = conversation,
                Actor = desk.Caller.Actor,
                Roles = desk.Caller.Roles,
                NewState = to,
                Reason = parsed.GetValue(reason),
            };
            return await CliWrite.DoAsync(desk, command, c => $"{c.ConversationId} is in the state {c.State}; the customer sees it as {SnakeCaseEnum.Of(c.TicketStatus)}.", cancellationToken);
        })
        { id, state, reason };
    }

    private static CliCommand Reopen()
    {
        var (id, reason) = (CliArguments.Conversation(), CliArguments.Reason());
        return new CliCommand("reopen", "Open a closed conversation again, or a follow-up of it.", MoreOfReopen, Roles.Agent, async (parsed, desk, cancellationToken) =>
        {
            if (!CliArguments.ConversationOf(parsed.GetRequiredValue(id)).TryGet(out var conversation, out var malformed))
                return malformed;
            if (CliArguments.LengthViolation("--reason", parsed.GetValue(reason), Limits.Reason) is { } violation)
                return violation;

            var command = new ConversationCommand.Reopen
            {
                Id = conversation,
                Actor = desk.Caller.Actor,
                Roles = desk.Caller.Roles,
                Reason = parsed.GetValue(reason),
            };
            var result = await desk.Reopening.ReopenAsync(command, cancellationToken);
            if (!result.TryGet(out var reopened, out var error))
                return error;
            var facts = ChangeFacts.Of(reopened.Conversation, desk) with { Outcome = reopened.Outcome };
            return CommandOutput.Of(facts, screen => screen.Say(Sentence(conversation, reopened, facts)));
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
