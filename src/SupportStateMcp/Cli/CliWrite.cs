using SupportStateMcp.Conversations;

namespace SupportStateMcp.Cli;

/// <summary>Carries out a change of a conversation, and says in a sentence what came of it.</summary>
internal static class CliWrite
{
    public static async ValueTask<Result<CommandOutput>> DoAsync(
        CliContext context, ConversationCommand command, Func<ChangeFacts, string> sentence, CancellationToken cancellationToken)
    {
        var result = await context.Desk.ExecuteAsync(command, cancellationToken);
        if (!result.TryGet(out var outcome, out var error))
            return error;
        var facts = ChangeFacts.Of(outcome, context);
        return CommandOutput.Of(facts, screen => screen.Say(sentence(facts)));
    }
}
