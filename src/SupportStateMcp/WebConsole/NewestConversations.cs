using SupportStateMcp.Conversations;

namespace SupportStateMcp.WebConsole;

/// <summary>The conversations that changed last.</summary>
/// <param name="Conversations">Newest change first.</param>
/// <param name="IsComplete">False where there are more.</param>
internal sealed record NewestConversations(IReadOnlyList<Conversation> Conversations, bool IsComplete);

/// <summary>Reads them, page by page.</summary>
internal static class NewestConversationsQuery
{
    /// <summary>The conversations that changed last, each once.</summary>
    /// <param name="queries">What is asked.</param>
    /// <param name="most">How many are read at most.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public static async ValueTask<Result<NewestConversations>> NewestAsync(this ConversationQueries queries, int most, CancellationToken cancellationToken)
    {
        var found = new List<Conversation>();
        var next = (ConversationCursor?)null;
        do
        {
            var listed = await queries.ListAsync(new ConversationFilter(), next, Math.Min(Limits.Page, most - found.Count), cancellationToken);
            if (!listed.TryGet(out var page, out var error))
                return error;
            found.AddRange(page.Conversations);
            next = page.Next;
        }
        while (next is not null && found.Count < most);

        return new NewestConversations([.. found.DistinctBy(c => c.ConversationId, StringComparer.Ordinal)], next is null);
    }
}
