using System.CommandLine;
using Spectre.Console;
using SupportStateMcp.Conversations;
using SupportStateMcp.Identity;

namespace SupportStateMcp.Cli;

/// <summary><c>reply</c>: answers the customer, or leaves a note for colleagues.</summary>
internal static class ReplyCommand
{
    private const string More = """
        Who answers the customer takes the conversation over: no AI answers until it is handed back. A note (--internal) takes
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
        var messageId = new Option<string?>("--message-id") { Description = "Your name for the message, so that a repeat stores it once.", HelpName = "ID" };
        return new CliCommand("reply", "Answer the customer, and take the conversation over; or leave a note.", More, Roles.Agent, async (parsed, desk, cancellationToken) =>
        {
            var given = parsed.GetValue(messageId);
            if (!CliArguments.ConversationOf(parsed.GetRequiredValue(id)).TryGet(out var conversation, out var malformed))
                return malformed;
            if (given is "")
                return Error.InvalidArgument("--message-id", "it has at least one character");
            if (given?.Any(char.IsControl) is true)
                return Error.InvalidArgument("--message-id", "it has no control characters");
            if (CliArguments.LengthViolation("--message-id", given, Limits.Key) is { } violation)
                return violation;
            var content = await CliArguments.TextAsync("TEXT", parsed.GetValue(text), cancellationToken);
            if (!content.TryGet(out var said, out malformed))
                return malformed;
            if (said.Length == 0)
                return Error.InvalidArgument("TEXT", "it has at least one character");

            var command = new ConversationCommand.AddMessage
            {
                Id = conversation,
                Actor = desk.Caller.Actor,
                Roles = desk.Caller.Roles,
                MessageId = given ?? $"msg-{Guid.CreateVersion7(desk.Now):N}",
                Role = MessageRole.Assistant,
                Content = said,
                Visibility = parsed.GetValue(note) ? Visibility.Internal : Visibility.Public,
            };
            var result = await desk.Desk.ExecuteAsync(command, cancellationToken);
            if (!result.TryGet(out var outcome, out var error))
                return error;
            var facts = ChangeFacts.Of(outcome, desk) with { MessageId = command.MessageId, Number = outcome.IdempotencyRecord.MessageCount };
            return CommandOutput.Of(facts, screen => screen.Say(Sentence(facts, command.Visibility)));
        })
        { id, text, note, messageId };
    }

    private static string Sentence(ChangeFacts facts, Visibility visibility) => (facts.Replayed, visibility) switch
    {
        (true, _) => $"Already stored in {facts.ConversationId} as message {facts.Number}; nothing was changed.",
        (_, Visibility.Internal) => $"Noted in {facts.ConversationId} as message {facts.Number}; the customer does not see it.",
        _ => $"Answered in {facts.ConversationId} as message {facts.Number}; {facts.Owner} has the conversation.",
    };
}
