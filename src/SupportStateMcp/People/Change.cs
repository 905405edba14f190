using SupportStateMcp.Conversations;

namespace SupportStateMcp.People;

/// <summary>Carries out a change of a case, and says in a sentence what came of it.</summary>
internal static class Change
{
    public static async ValueTask<Result<Answer>> DoAsync(
        PersonsDesk desk, ConversationCommand command, Func<ChangeFacts, string> sentence, CancellationToken cancellationToken)
    {
        var result = await desk.Desk.ExecuteAsync(command, cancellationToken);
        if (!result.TryGet(out var outcome, out var rejection))
            return rejection;
        var facts = ChangeFacts.Of(outcome, desk);
        return Answer.Of(facts, screen => screen.Say(sentence(facts)));
    }
}
