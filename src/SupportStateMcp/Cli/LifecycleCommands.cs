using System.CommandLine;
using SupportStateMcp.Conversations;
using SupportStateMcp.Primitives;
using SupportStateMcp.Views;

namespace SupportStateMcp.Cli;

/// <summary><c>move</c>, <c>reopen</c>: where a conversation stands.</summary>
internal static class LifecycleCommands
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
        return new CliCommand("move", "Move a conversation along the workflow.", MoreOfMove, typeof(ConversationCommand.Transition), async (parsed, context, cancellationToken) =>
        {
            if (!CliArguments.ConversationOf(parsed.GetRequiredValue(id)).TryGet(out var conversation, out var malformed))
                return malformed;
            var to = parsed.GetRequiredValue(state);
            if (!context.Workflow.Knows(to))
                return Error.InvalidArgument("STATE", $"one of the workflow's states: {string.Join(", ", context.Workflow.States)}");

            var command = new ConversationCommand.Transition
            {
                Id = conversation,
                Actor = context.Caller.Actor,
                Roles = context.Caller.Roles,
                NewState = to,
                Reason = parsed.GetValue(reason),
            };
            return await context.ExecuteAsync(
                command,
                o => new TransitionView(conversation, o, context.Workflow),
                v => $"{v.ConversationId} is in the state {v.State}; the customer sees it as {SnakeCaseEnum.Of(v.TicketStatus)}.",
                cancellationToken);
        })
        { id, state, reason };
    }

    private static CliCommand Reopen()
    {
        var (id, reason) = (CliArguments.Conversation(), CliArguments.Reason());
        return new CliCommand("reopen", "Open a closed conversation again, or a follow-up of it.", MoreOfReopen, typeof(ConversationCommand.Reopen), async (parsed, context, cancellationToken) =>
        {
            if (!CliArguments.ConversationOf(parsed.GetRequiredValue(id)).TryGet(out var conversation, out var malformed))
                return malformed;

            var command = new ConversationCommand.Reopen
            {
                Id = conversation,
                Actor = context.Caller.Actor,
                Roles = context.Caller.Roles,
                Reason = parsed.GetValue(reason),
            };
            var result = await context.Reopening.ReopenAsync(command, cancellationToken);
            if (!result.TryGet(out var reopened, out var error))
                return error;
            var view = new ReopenView(reopened, context.Workflow);
            return CommandOutput.Of(view, screen => screen.Say(Sentence(conversation, view)));
        })
        { id, reason };
    }

    private static string Sentence(ConversationId asked, ReopenView v) => v.Outcome switch
    {
        ReopenOutcome.FollowUp => $"{asked} stays closed and goes on in {v.ConversationId}{(v.Created ? ", opened now" : "")}.",
        ReopenOutcome.AlreadyOpen => $"{v.ConversationId} is open, in the state {v.State}; nothing was changed.",
        _ => $"{v.ConversationId} is open again, in the state {v.State}; {v.Owner} has it.",
    };
}
