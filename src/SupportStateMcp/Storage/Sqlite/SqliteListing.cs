using Microsoft.Data.Sqlite;
using SupportStateMcp.Conversations;

namespace SupportStateMcp.Storage.Sqlite;

/// <summary>
/// Pages of conversations and of approvals, as they stand now. Each comes off an index in its order, so that a page costs
/// what it holds, however many conversations there are.
/// </summary>
internal sealed class SqliteListing(SqliteReaders readers, StoredReader reader, TimeProvider time)
{
    /// <summary>How many rows are counted to find out which of two indexes is the shorter way.</summary>
    private const int Probe = 1_000;

    private const string WaitingInAll = """
        SELECT coalesce((SELECT sum(n) FROM totals WHERE what = 'conversations'), 0)
          + (SELECT count(*) FROM conversations WHERE due_at <= $now AND queue_from > 0 AND queue_from <= $now AND expires_at > $now)
          - (SELECT count(*) FROM conversations INDEXED BY queued WHERE queue IS NOT NULL AND queue_from = 0 AND expires_at <= $now)
        """;

    private const string WaitingInOne = """
        SELECT coalesce((SELECT n FROM totals WHERE what = 'conversations' AND queue = $queue), 0)
          + (SELECT count(*) FROM conversations INDEXED BY due WHERE due_at <= $now AND queue_from > 0 AND queue_from <= $now AND expires_at > $now AND queue = $queue)
          - (SELECT count(*) FROM conversations INDEXED BY queued WHERE queue = $queue AND queue_from = 0 AND expires_at <= $now)
        """;

    private const string PendingInAll = """
        SELECT coalesce((SELECT sum(n) FROM totals WHERE what = 'approvals'), 0)
          - (SELECT count(*) FROM pending_approvals WHERE deadline <= $now)
        """;

    private const string PendingInOne = """
        SELECT coalesce((SELECT n FROM totals WHERE what = 'approvals' AND queue = $queue), 0)
          - (SELECT count(*) FROM pending_approvals WHERE queue = $queue AND deadline <= $now)
        """;

    /// <inheritdoc cref="IConversationStore.ListAsync"/>
    public ConversationPage List(ConversationFilter filter, ConversationCursor? after, int limit) => readers.Read(session =>
    {
        var now = time.GetUtcNow();
        List<object?> values = [now.UtcTicks, after?.UpdatedAt.ToUnixTimeMilliseconds() ?? long.MaxValue, after?.ConversationId ?? ""];
        var conditions = "";
        Narrow("user_digest = $user", filter.UserId is { } user ? SqliteCommit.Digest(user) : null);
        Narrow("assigned_to = $assignee", filter.AssignedTo);
        Narrow("owner = $owner", filter.Owner?.ToString());
        Narrow("state = $state", filter.State);
        Narrow("updated_at >= $since", filter.UpdatedSince?.ToUnixTimeMilliseconds());

        var sql = $"""
            SELECT {SqliteRows.Snapshots}, updated_at FROM conversations INDEXED BY {IndexFor(session, filter)}
            WHERE erased = 0 AND expires_at > $now AND (updated_at, id) < ($updated_at, $id){conditions}
            ORDER BY updated_at DESC, id DESC
            """;
        using var found = session.Query(sql, [.. values]);
        var page = new List<Conversation>();
        ConversationCursor? last = null;
        ConversationCursor? reached = null;
        for (var looked = 0; found.Read(); looked++)
        {
            if (looked == Limits.Looked)
                return new ConversationPage(page, reached);
            reached = new ConversationCursor(
                DateTimeOffset.FromUnixTimeMilliseconds(found.GetInt64(SqliteRows.SnapshotColumns)), found.GetString(0));
            if (Read(found, now) is not { } c || !filter.Matches(c))
                continue;
            if (page.Count == limit)
                return new ConversationPage(page, last);
            page.Add(c);
            last = reached;
        }

        return new ConversationPage(page, null);

        void Narrow(string condition, object? value)
        {
            if (value is null)
                return;
            conditions += $" AND {condition}";
            values.Add(value);
        }
    });

    /// <inheritdoc cref="IConversationStore.ListQueueAsync"/>
    public QueuePage Queue(string? queue, QueueCursor? after, int limit) => readers.Read(session =>
    {
        var now = time.GetUtcNow();
        var (urgency, since, id) = after is { } cursor
            ? (SqliteCommit.UrgencyOf(cursor.Priority), cursor.Since.UtcTicks, cursor.ConversationId)
            : (-1, 0, "");
        object?[] values = [now.UtcTicks, urgency, since, id, .. queue is null ? (object?[])[] : [queue]];
        var sql = $"""
            SELECT {SqliteRows.Snapshots} FROM conversations INDEXED BY {(queue is null ? "by_urgency" : "by_queue")}
            WHERE queue_from <= $now AND expires_at > $now AND (urgency, queued_since, id) > ($urgency, $queued_since, $id)
              AND {(queue is null ? "queue IS NOT NULL" : "queue = $queue")}
            ORDER BY urgency, queued_since, id
            """;
        using var found = session.Query(sql, values);
        var (page, more) = Page(found, limit, now, c => c.Queue is not null && (queue is null || c.Queue == queue));
        return new QueuePage(page, Total(session, queue, now, WaitingInAll, WaitingInOne), more ? QueueCursor.Of(page[^1]) : null);
    });

    /// <inheritdoc cref="IConversationStore.ListPendingApprovalsAsync"/>
    public PendingApprovals Approvals(string? queue, ApprovalCursor? after, int limit) => readers.Read(session =>
    {
        var now = time.GetUtcNow();
        object?[] values = [now.UtcTicks, after?.Deadline.UtcTicks ?? 0, after?.ApprovalId ?? "", .. queue is null ? (object?[])[] : [queue]];
        var sql = $"""
            SELECT {SqliteRows.Snapshots}, a.approval_id FROM pending_approvals a CROSS JOIN conversations
            WHERE conversations.key = a.conversation AND a.deadline > $now AND (a.deadline, a.approval_id) > ($deadline, $approval){(queue is null ? "" : " AND a.queue = $queue")}
            ORDER BY a.deadline, a.approval_id
            """;
        var page = new List<ApprovalOf>();
        using var found = session.Query(sql, values);
        while (page.Count <= limit && found.Read())
        {
            if (Read(found, now) is { } c && c.Approval(found.GetString(SqliteRows.SnapshotColumns)) is { Status: ApprovalStatus.Pending } approval)
                page.Add(new ApprovalOf(approval, c));
        }

        return PendingApprovals.Page(page, limit, Total(session, queue, now, PendingInAll, PendingInOne), more: false);
    });

    /// <inheritdoc cref="IConversationStore.ListReadyStepsAsync"/>
    public ReadySteps Work(IReadOnlyList<string> roles, int limit) => readers.Read(session =>
    {
        var now = time.GetUtcNow().UtcTicks;
        var names = string.Join(", ", roles.Select((_, i) => $"$role_{i}"));
        using var found = session.Query(
            $"""
            SELECT c.id, s.role, s.ready_at FROM ready_steps s JOIN conversations c ON c.key = s.conversation
            WHERE s.role IN ({names}) AND s.ready_at <= $now AND c.expires_at > $now ORDER BY s.ready_at LIMIT $limit
            """,
            [.. roles, now, limit]);
        var steps = new List<ReadyStep>();
        while (found.Read())
            steps.Add(new ReadyStep(ConversationId.TryParse(found.GetString(0))!.Value, found.GetString(1), SqliteRows.Time(found.GetInt64(2))));
        return new ReadySteps(steps, session.Number($"SELECT count(*) FROM ready_steps WHERE role IN ({names}) AND ready_at > $now", [.. roles, now])!.Value);
    });

    /// <inheritdoc cref="IConversationStore.FindOverdueAsync"/>
    public IReadOnlyList<ConversationId> Due(DateTimeOffset due, int limit) => readers.Read(session =>
    {
        var now = time.GetUtcNow();
        using var found = session.Query(
            $"SELECT {SqliteRows.Snapshots} FROM conversations INDEXED BY due WHERE due_at <= $due AND expires_at > $now ORDER BY due_at",
            due.UtcTicks, now.UtcTicks);
        var ids = new List<ConversationId>();
        while (ids.Count < limit && found.Read())
        {
            // One that cannot be read cannot be recorded as expired either.
            if (Read(found, now) is { } c)
                ids.Add(ConversationId.TryParse(c.ConversationId)!.Value);
        }

        return ids;
    });

    /// <summary>Rows until the page is full, without those that cannot be read, and whether there are more.</summary>
    private (List<Conversation> Page, bool More) Page(SqliteDataReader found, int limit, DateTimeOffset now, Func<Conversation, bool> takes)
    {
        var page = new List<Conversation>();
        while (found.Read())
        {
            if (Read(found, now) is not { } c || !takes(c))
                continue;
            if (page.Count == limit)
                return (page, true);
            page.Add(c);
        }

        return (page, false);
    }

    private Conversation? Read(SqliteDataReader found, DateTimeOffset now) =>
        reader.SnapshotOrNull(found)?.AsOf(now);

    private static int Total(SqliteSession session, string? queue, DateTimeOffset now, string all, string one) =>
        (int)(queue is null ? session.Number(all, now.UtcTicks) : session.Number(one, queue, now.UtcTicks))!.Value;

    /// <summary>The index that leads to the fewest rows beside those wanted: a customer has few; of state, assignee and owner, the rarest.</summary>
    private static string IndexFor(SqliteSession session, ConversationFilter filter)
    {
        if (filter.UserId is not null)
            return "by_user";
        List<(string Index, string Column, string Value)> indexes = [];
        if (filter.AssignedTo is { } assignee)
            indexes.Add(("by_assignee", "assigned_to", assignee));
        if (filter.Owner is { } owner)
            indexes.Add(("by_owner", "owner", owner.ToString()));
        if (filter.State is { } state)
            indexes.Add(("by_state", "state", state));
        return indexes switch
        {
            [] => "by_update",
            [var (index, _, _)] => index,
            _ => indexes.MinBy(i => session.Number(
                $"SELECT count(*) FROM (SELECT 1 FROM conversations WHERE erased = 0 AND {i.Column} = $value LIMIT $probe)", i.Value, Probe)).Index,
        };
    }
}
