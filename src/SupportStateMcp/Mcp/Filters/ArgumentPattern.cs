using SupportStateMcp.Conversations;

namespace SupportStateMcp.Mcp.Filters;

/// <summary>A pattern of ids or names in words: no model has to read a regular expression.</summary>
/// <param name="Words">What it is, with an example.</param>
/// <param name="Takes">Whether a text is one.</param>
/// <param name="Folded">The one that a text can only mean; null where it can mean none, or several.</param>
/// <param name="Guess">The one that a text probably means; null where nobody can tell.</param>
internal sealed record ArgumentPattern(string Words, Func<string, bool> Takes, Func<string, string?> Folded, Func<string, string?> Guess)
{
    public static ArgumentPattern ConversationId { get; } = new(
        Conversations.ConversationId.Words,
        text => Conversations.ConversationId.TryParse(text) is not null,
        _ => null,
        Conversations.ConversationId.Guess);

    private static readonly ArgumentPattern s_ticket = new(
        Conversations.ConversationId.TicketWords, text => Conversations.ConversationId.OfTicket(text) is not null, _ => null, Conversations.ConversationId.GuessTicket);

    private static readonly ArgumentPattern s_approval = new(
        Approval.Words, text => Approval.ConversationOf(text) is not null, _ => null, Approval.Guess);

    private static readonly ArgumentPattern s_task = new(
        ConversationTask.Words, text => ConversationTask.ConversationOf(text) is not null, _ => null, _ => null);

    private static readonly ArgumentPattern s_checkpoint = new(Checkpoint.Words, Checkpoint.IsName, _ => null, _ => null);

    // The names of queues have no capital letters: one with them can only mean the one without.
    private static readonly ArgumentPattern s_queue = new(
        Owner.QueueWords, Owner.IsQueueName, text => Owner.IsQueueName(text.ToLowerInvariant()) ? text.ToLowerInvariant() : null, Owner.GuessQueueName);

    /// <exception cref="InvalidOperationException">Nobody has words for this pattern.</exception>
    public static ArgumentPattern Of(string pattern) => pattern switch
    {
        Conversations.ConversationId.Pattern => ConversationId,
        Conversations.ConversationId.TicketPattern => s_ticket,
        Approval.Pattern => s_approval,
        ConversationTask.Pattern => s_task,
        Checkpoint.Pattern => s_checkpoint,
        Owner.QueuePattern => s_queue,
        _ => throw new InvalidOperationException($"No words for the pattern {pattern}."),
    };
}
