using System.Globalization;
using SupportStateMcp.Conversations;
using SupportStateMcp.Primitives;
using SupportStateMcp.Views;
using SupportStateMcp.Workflow;

namespace SupportStateMcp.WebConsole;

/// <summary>
/// Counts what the page of numbers shows, of the conversations that changed last. A count is kept for <see cref="Kept"/>, so that
/// many open pages cost the store no more than one.
/// </summary>
internal sealed class DeskNumbers : IDisposable
{
    /// <summary>How many conversations are looked at, at most.</summary>
    public const int Looked = 2_000;

    /// <summary>Of how many, the newest, the trail is read to find the first answer.</summary>
    public const int Trails = 100;

    /// <summary>How long a count is told again.</summary>
    public static readonly TimeSpan Kept = TimeSpan.FromSeconds(10);

    private const int TrailEvents = 50;
    private const int Days = 14;

    private readonly ConversationQueries _queries;
    private readonly WorkflowDefinition _workflow;
    private readonly TimeProvider _time;
    private readonly KeptAnswer<NumbersView> _last;

    public DeskNumbers(ConversationQueries queries, WorkflowDefinition workflow, TimeProvider time)
    {
        (_queries, _workflow, _time) = (queries, workflow, time);
        _last = new KeptAnswer<NumbersView>(Kept, CountAsync, time);
    }

    /// <summary>The numbers, at most <see cref="Kept"/> old.</summary>
    public ValueTask<Result<NumbersView>> GetAsync(CancellationToken cancellationToken) => _last.GetAsync(cancellationToken);

    public void Dispose() => _last.Dispose();

    private async ValueTask<Result<NumbersView>> CountAsync(CancellationToken cancellationToken)
    {
        var now = _time.GetUtcNow();
        var queue = await _queries.GetQueueAsync(null, null, Limits.Page, cancellationToken);
        if (!queue.TryGet(out var waiting, out var error))
            return error;
        var pending = await _queries.GetPendingApprovalsAsync(null, null, null, 1, cancellationToken);
        if (!pending.TryGet(out var approvals, out error))
            return error;
        var listed = await _queries.NewestAsync(Looked, cancellationToken);
        if (!listed.TryGet(out var newest, out error))
            return error;
        var answered = await FirstResponsesAsync(newest.Conversations, cancellationToken);
        return answered.TryGet(out var first, out error) ? Of(now, waiting, approvals, newest, first) : error;
    }

    private NumbersView Of(DateTimeOffset now, QueuePage queue, PendingApprovals pending, NewestConversations newest, IReadOnlyList<TimeSpan> first)
    {
        var all = newest.Conversations;
        var open = all.Where(c => c.ClosedAt is null).ToList();
        var approvals = all.SelectMany(c => c.Approvals).ToList();
        return new NumbersView
        {
            At = now,
            Conversations = all.Count,
            Complete = newest.IsComplete,
            ByState = [.. _workflow.States.Select(s => Count(s, all.Count(c => c.State == s)))],
            ByOwner =
            [
                Count("ai", open.Count(c => c.Owner.IsMachine)), Count("person", open.Count(c => c.Owner.IsPerson)), Count("queue", open.Count(c => c.Queue is not null)),
            ],
            Days = [.. Enumerable.Range(1 - Days, Days).Select(d => DayOf(now.UtcDateTime.Date.AddDays(d), all))],
            Waiting = queue.Total,
            WaitingTime = SpansView.Of(queue.Conversations.Select(c => now - c.QueuedSince)),
            FirstResponse = SpansView.Of(first),
            Resolution = SpansView.Of(all.Where(c => c.ClosedAt is not null).Select(c => c.ClosedAt!.Value - c.CreatedAt)),
            PendingApprovals = pending.Total,
            Approvals = [.. Enum.GetValues<ApprovalStatus>().Select(s => Count(SnakeCaseEnum.Of(s), approvals.Count(a => a.Status == s)))],
            Decision = SpansView.Of(approvals
                .Where(a => a is { DecidedAt: not null, Status: not ApprovalStatus.Expired } && a.Votes.Any(v => v.Via != DecisionChannel.Policy))
                .Select(a => a.DecidedAt!.Value - a.RequestedAt)),
            Tickets = [.. Enum.GetValues<RunStatus>().Select(s => Count(SnakeCaseEnum.Of(s), all.Count(c => c.Run?.Status == s)))],
        };
    }

    /// <summary>How long each customer waited for the first answer; those who still wait are not counted.</summary>
    private async ValueTask<Result<IReadOnlyList<TimeSpan>>> FirstResponsesAsync(IReadOnlyList<Conversation> newest, CancellationToken cancellationToken)
    {
        var spans = new List<TimeSpan>();
        foreach (var c in newest.OrderByDescending(c => c.CreatedAt).Where(c => c.LastReply is not null || c.EarlierReply is not null).Take(Trails))
        {
            var trail = await _queries.GetEventsAsync(ConversationId.TryParse(c.ConversationId)!.Value, 0, TrailEvents, cancellationToken);
            if (!trail.TryGet(out var page, out var error))
            {
                // It has expired since.
                if (error.Code == ErrorCodes.NotFound)
                    continue;
                return error;
            }

            var said = page.Events.OfType<ConversationEvent.MessageAdded>().ToList();
            if (said.Find(m => m.Role == MessageRole.User) is { } asked
                && said.Find(m => m is { Role: MessageRole.Assistant, Visibility: Visibility.Public, Automated: false } && m.Version > asked.Version) is { } answer)
                spans.Add(answer.At - asked.At);
        }

        return spans;
    }

    private static DayView DayOf(DateTime day, IReadOnlyList<Conversation> all) => new()
    {
        Day = day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        Opened = all.Count(c => c.CreatedAt.UtcDateTime.Date == day),
        Closed = all.Count(c => c.ClosedAt?.UtcDateTime.Date == day),
    };

    private static CountView Count(string name, int count) => new() { Name = name, Count = count };
}
