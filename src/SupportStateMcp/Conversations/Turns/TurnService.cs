using SupportStateMcp.Identity;

namespace SupportStateMcp.Conversations;

/// <summary>A turn that has begun.</summary>
/// <param name="Outcome">What storing the customer's message led to.</param>
/// <param name="MessageId">The id of that message.</param>
/// <param name="Number">Its number.</param>
/// <param name="History">The messages before it, in chronological order.</param>
/// <param name="Turn">The right to answer it; null where the caller may not answer, or it is answered.</param>
public sealed record TurnBegun(Outcome Outcome, string MessageId, long Number, IReadOnlyList<Message> History, Turn? Turn)
{
    /// <summary>What it was answered with before this call; null where it is not answered.</summary>
    public Answer? Answer { get; init; }
}

/// <summary>
/// The stateless request cycle: take in a message and hand out all that an answer needs, in one call. What the caller
/// keeps is a token; any instance can complete what another began.
/// </summary>
public sealed class TurnService(ConversationCommandHandler commands, IConversationStore store)
{
    /// <summary>Stores the customer's message and begins a turn.</summary>
    /// <param name="command">What the customer wrote.</param>
    /// <param name="caller">Who wants to answer.</param>
    /// <param name="maxMessages">How much of the history to return: the newest messages, 0 to <see cref="Limits.Page"/>.</param>
    /// <param name="maxCharacters">How many characters the answer has room for; no more is read than fits.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async ValueTask<Result<TurnBegun>> BeginAsync(
        ConversationCommand.BeginTurn command, Caller caller, int maxMessages, long maxCharacters, CancellationToken cancellationToken)
    {
        var result = await commands.ExecuteAsync(command, cancellationToken);
        if (!result.TryGet(out var outcome, out var error))
            return error;

        try
        {
            // A message is the last one of the history it makes, on a replay as well.
            var number = outcome.IdempotencyRecord.MessageCount;
            IReadOnlyList<Message> history = maxMessages == 0 || number == 1
                ? []
                : await store.ReadNewestAsync(command.Id, number, maxMessages, maxCharacters, cancellationToken);
            var current = outcome.Conversation;
            // A customer's message that is delivered again may be answered already, also by the one who asks now.
            var (exact, later) = current.LastReply > number ? await AnswerSearch.FindAsync(store, current, number, cancellationToken) : default;
            var byAnother = ConversationDecider.IsAnsweredByAnother(current, number, caller.Actor);
            return new TurnBegun(
                outcome, command.MessageId, number, history,
                exact is null && !byAnother && MayAnswer(current, caller) ? new Turn(command.Id, current.Life, current.Epoch, number) : null)
            {
                Answer = exact ?? (byAnother ? later : null),
            };
        }
        catch (StoreException e)
        {
            // The message is stored; a repeat with its message_id begins the same turn.
            return e.ToError();
        }
    }

    /// <summary>Answers the message of a turn.</summary>
    public async ValueTask<Result<Outcome>> CompleteAsync(ConversationCommand.CompleteTurn command, CancellationToken cancellationToken)
    {
        var result = await commands.ExecuteAsync(command, cancellationToken);
        if (result.Error is not Errors.AlreadyAnswered)
            return result;

        try
        {
            // Who is refused is told which answer there is.
            var current = (await store.LoadAsync(command.Id, null, cancellationToken)).Conversation;
            var (exact, later) = current is null ? default : await AnswerSearch.FindAsync(store, current, command.Turn.Number, cancellationToken);
            return Error.AlreadyAnswered(command.Turn.Number, exact ?? later);
        }
        catch (StoreException)
        {
            // It is refused all the same.
            return result;
        }
    }

    private static bool MayAnswer(Conversation c, Caller caller) =>
        c.ClosedAt is null
        && (c.Owner.IsMachine || c.Owner.Is(caller.Actor) || (c.Owner.Queue is not null && caller.IsPerson));
}
