using SupportStateMcp.Conversations;
using SupportStateMcp.Views;

namespace SupportStateMcp.WebConsole;

/// <summary>The tickets that changed last. The list is kept for <see cref="Kept"/>; a page reads it again later than that after a change.</summary>
internal sealed class TicketListing : IDisposable
{
    /// <summary>How many tickets are listed, and among how many conversations they are looked for.</summary>
    public const int Listed = 100;
    public const int Looked = 1_000;

    /// <summary>How long a list is told again. The page of tickets waits a second longer (<c>pace</c> in <c>tickets.js</c>).</summary>
    public static readonly TimeSpan Kept = TimeSpan.FromSeconds(2);

    private readonly ConversationQueries _queries;
    private readonly KeptAnswer<TicketListView> _last;

    public TicketListing(ConversationQueries queries, TimeProvider time) =>
        (_queries, _last) = (queries, new KeptAnswer<TicketListView>(Kept, ListAsync, time));

    /// <summary>The list, at most <see cref="Kept"/> old.</summary>
    public ValueTask<Result<TicketListView>> GetAsync(CancellationToken cancellationToken) => _last.GetAsync(cancellationToken);

    public void Dispose() => _last.Dispose();

    private async ValueTask<Result<TicketListView>> ListAsync(CancellationToken cancellationToken)
    {
        var listed = await _queries.NewestAsync(Looked, cancellationToken);
        if (!listed.TryGet(out var newest, out var error))
            return error;
        var tickets = newest.Conversations.Where(c => c.Run is not null).ToList();
        return new TicketListView { Tickets = [.. tickets.Take(Listed).Select(TicketLineView.Of)], Complete = newest.IsComplete && tickets.Count <= Listed };
    }
}
