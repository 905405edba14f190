using SupportStateMcp.Identity;

namespace SupportStateMcp.Conversations;

/// <summary>The message that answered one of the customer's.</summary>
/// <param name="Number">Its number.</param>
/// <param name="MessageId">Its id.</param>
/// <param name="By">Who answered.</param>
/// <param name="At">When.</param>
public sealed record Answer(long Number, string MessageId, Actor By, DateTimeOffset At)
{
    /// <summary>Who answered, and with what: <c>ai:bot with message 2 (~reply-1-1)</c>.</summary>
    public override string ToString() => $"{By} with message {Number} ({MessageId})";
}

/// <summary>Finds the answer to a message in the trail, which holds no content and so is quickly read.</summary>
internal static class AnswerSearch
{
    /// <summary>How many events are looked at.</summary>
    private const int Window = 5_000;

    /// <summary>The answer to a message, as far as it is found.</summary>
    /// <param name="store">Where the trail is.</param>
    /// <param name="current">The conversation.</param>
    /// <param name="number">The number of the customer's message.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>
    /// The answer to this message alone, or to it with others; and the first that answered this or a later one. Each null
    /// where there is none.
    /// </returns>
    public static async ValueTask<(Answer? Exact, Answer? Later)> FindAsync(
        IConversationStore store, Conversation current, long number, CancellationToken cancellationToken)
    {
        var id = ConversationId.TryParse(current.ConversationId)!.Value;
        Answer? later = null;
        // Each message is an event at least: none before the one of that number can be the answer.
        for (var (after, seen) = (number, 0); seen < Window;)
        {
            var events = await store.ReadEventsAsync(id, after, Limits.Page, ConversationStoreReading.StepBytes, cancellationToken);
            foreach (var e in events)
            {
                // What is older than the conversation belongs to an earlier one of the ticket.
                if (e.At < current.CreatedAt || e is not ConversationEvent.MessageAdded { InReplyTo: { } answered } said || answered < number)
                    continue;
                var answer = new Answer(said.Number, said.MessageId, said.Actor, said.At);
                // The reply of a turn answers its own message; any other answers all that were waiting.
                if (answered == number || !said.MessageId.StartsWith(ConversationCommand.CompleteTurn.MessageIdPrefix, StringComparison.Ordinal))
                    return (answer, later ?? answer);
                later ??= answer;
            }

            if (events.Count == 0 || events[^1].Version >= current.Version)
                break;
            (after, seen) = (events[^1].Version, seen + events.Count);
        }

        return (null, later);
    }
}
