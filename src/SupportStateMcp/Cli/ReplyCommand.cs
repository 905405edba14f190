using System.CommandLine;
using SupportStateMcp.Conversations;
using SupportStateMcp.Views;

namespace SupportStateMcp.Cli;

/// <summary><c>reply</c>: answers the customer, or leaves a note for colleagues.</summary>
internal static class ReplyCommand
{
    private const string More = """
        If you answer the customer, you take over the conversation: no AI answers until it is handed back. A note (--internal) takes
        nothing over and never reaches the customer.

        Each call is a new message. To repeat one safely, for example from a script, name it with --message-id: the same
        id with the same text is stored once. A text that begins with a dash goes after --.

        Examples:
          SupportStateMcp reply cs-TKT-001 "Your refund is on its way."
          SupportStateMcp reply cs-TKT-001 --internal "Called the bank: they see the payment."
          SupportStateMcp reply cs-TKT-001 --message-id answer-7 < answer.txt
          SupportStateMcp reply cs-TKT-001 -                      types it, up to Ctrl+D
        """;

    public static CliCommand Create()
    {
        var id = CliArguments.Conversation();
        var text = new Argument<string?>("TEXT") { Description = "What to say; - or nothing: read it from standard input.", Arity = ArgumentArity.ZeroOrOne };
        var note = new Option<bool>("--internal") { Description = "A note between colleagues, which the customer does not see." };
        var messageId = CliArguments.MessageId();
        return new CliCommand(
            "reply", "Answer the customer, and take the conversation over; or leave a note.", More, typeof(ConversationCommand.AddMessage),
            async (parsed, context, cancellationToken) =>
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
                    Role = MessageRole.Assistant,
                    Content = said.Content,
                    Visibility = parsed.GetValue(note) ? Visibility.Internal : Visibility.Public,
                };
                return await context.ExecuteAsync(
                    command, o => new AddMessageView(command.Id, command.MessageId, o, context.Workflow), v => Sentence(v, command.Visibility), cancellationToken);
            })
        { id, text, note, messageId };
    }

    private static string Sentence(AddMessageView v, Visibility visibility) => (v.Replayed, visibility) switch
    {
        (true, _) => $"Already stored in {v.ConversationId} as message {v.Number}; nothing was changed.",
        (_, Visibility.Internal) => $"Noted in {v.ConversationId} as message {v.Number}; the customer does not see it.",
        _ => $"Answered in {v.ConversationId} as message {v.Number}; {v.Owner} has the conversation.",
    };
}
