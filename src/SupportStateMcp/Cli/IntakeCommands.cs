using System.CommandLine;
using SupportStateMcp.Conversations;
using SupportStateMcp.Views;

namespace SupportStateMcp.Cli;

/// <summary><c>open</c>, <c>message</c>: what comes from the customer by telephone, letter or in person.</summary>
internal static class IntakeCommands
{
    private const string MoreOfOpen = """
        The conversation of the ticket TKT-001 is cs-TKT-001. An AI has it at first; claim takes it. Where the ticket has a
        conversation already, nothing is changed.

        Examples:
          SupportStateMcp open TKT-001 --user maria
          SupportStateMcp open TKT-001 --user maria --priority high --description "The lamp came broken."
        """;

    private const string MoreOfMessage = """
        It is stored as the customer's own words: the owner of the conversation answers it. Your own answer is reply.

        Each call is a new message. To repeat one safely, name it with --message-id. A text that begins with a dash goes after --.

        Examples:
          SupportStateMcp message cs-TKT-001 "By telephone: the lamp flickers."
          SupportStateMcp message cs-TKT-001 --message-id letter-7 < letter.txt
        """;

    public static IEnumerable<CliCommand> Create() => [Open(), Message()];

    private static CliCommand Open()
    {
        var ticket = new Argument<string>("TICKET") { Description = "The ticket, for example TKT-001." };
        var user = new Option<string>("--user") { Description = "The customer's id in your own systems.", HelpName = "ID", Required = true };
        var priority = CliArguments.Priority("How urgent it is; medium where it is left out");
        var description = new Option<string?>("--description") { Description = $"What it is about, {Limits.Description} characters at most.", HelpName = "TEXT" };
        return new CliCommand("open", "Open the conversation of a ticket.", MoreOfOpen, typeof(ConversationCommand.Initialize), async (parsed, context, cancellationToken) =>
        {
            if (!CliArguments.ConversationOf(parsed.GetRequiredValue(ticket), "TICKET").TryGet(out var conversation, out var malformed))
                return malformed;
            if (CliArguments.Read("--priority", parsed.GetValue(priority), out Priority? urgency) is { } unknown)
                return unknown;

            var command = new ConversationCommand.Initialize
            {
                Id = conversation,
                Actor = context.Caller.Actor,
                Roles = context.Caller.Roles,
                UserId = parsed.GetRequiredValue(user),
                Priority = urgency ?? Priority.Medium,
                AssignedTo = ConversationCommand.Initialize.DefaultAssignee,
                Description = parsed.GetValue(description),
            };
            return await context.ExecuteAsync(
                command,
                o => new InitializeView(o, context.Workflow),
                v => v.Created
                    ? $"{v.ConversationId} is open, in the state {v.State}; {v.Owner} has it."
                    : $"{v.ConversationId} was there already, in the state {v.State}; {v.Owner} has it, and nothing was changed.",
                cancellationToken);
        }, createsStore: true)
        { ticket, user, priority, description };
    }

    private static CliCommand Message()
    {
        var id = CliArguments.Conversation();
        var text = new Argument<string?>("TEXT") { Description = "What the customer said; - or nothing: read it from standard input.", Arity = ArgumentArity.ZeroOrOne };
        var messageId = CliArguments.MessageId();
        return new CliCommand("message", "Enter a message of the customer.", MoreOfMessage, typeof(ConversationCommand.AddMessage), async (parsed, context, cancellationToken) =>
        {
            var read = await CliArguments.SaidAsync(parsed, context, id, messageId, text, cancellationToken);
            if (!read.TryGet(out var said, out var malformed))
                return malformed;

            var command = new ConversationCommand.AddMessage
            {
                Id = said.Id,
                Actor = context.Caller.Actor,
                Roles = context.Caller.Roles,
                MessageId = said.MessageId,
                Role = MessageRole.User,
                Content = said.Content,
            };
            return await context.ExecuteAsync(
                command,
                o => new AddMessageView(command.Id, command.MessageId, o, context.Workflow),
                v => v.Replayed
                    ? $"Already stored in {v.ConversationId} as message {v.Number}; nothing was changed."
                    : $"Stored in {v.ConversationId} as message {v.Number}, of the customer; {v.Owner} has the conversation.",
                cancellationToken);
        })
        { id, text, messageId };
    }
}
