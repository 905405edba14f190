using System.Text.Json;
using StackExchange.Redis;
using SupportStateMcp.Conversations;

namespace SupportStateMcp.Storage.Redis;

/// <summary>
/// The sorted sets that listings read. They lie in other slots than the conversations, so no script can write both. A
/// listing verifies each entry, so that one too many does no harm; one too few would hide a conversation. Hence: entries
/// are added before the commit that needs them, taken away after it, and never taken away once renewed.
/// </summary>
internal sealed class RedisIndex(RedisConnection connection, RedisKeys keys, TimeSpan timeToLive)
{
    // A customer's, an assignee's or an owner's set goes by itself, some time after the last change in it. A conversation that waits for a person lives
    // longer, and only the sweep renews its sets: however many wait, it has to come round in that time.
    private readonly TimeSpan _setLifetime = timeToLive + TimeSpan.FromDays(2);

    /// <summary>
    /// Moves conversations up in the order by last change, and, where their places changed (<paramref name="places"/>),
    /// adds them to these. A score by last change only rises here, so that late writes cannot move a conversation back.
    /// </summary>
    /// <param name="entries">Where they are.</param>
    /// <param name="places">True where their places changed.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <param name="isLate">
    /// True where a newer change may have been written in between: the time at which something runs out is then only put earlier. One that is too
    /// early is put right when it comes (<see cref="RedisConversationStore.FindOverdueAsync"/>); one that is too late would not be noticed.
    /// </param>
    public async ValueTask AddAsync(
        IReadOnlyCollection<ConversationIndexEntry> entries, bool places, CancellationToken cancellationToken, bool isLate = false) =>
        await connection.CallAsync(
            async db =>
            {
                var calls = new List<Task>();
                Raise(calls, db, keys.ByUpdate, entries);
                foreach (var set in entries.GroupBy(e => e.State))
                    Raise(calls, db, keys.ByState(set.Key), [.. set]);
                foreach (var set in entries.GroupBy(e => e.UserId))
                    RaiseForAWhile(calls, db, keys.ByUser(set.Key), [.. set]);
                foreach (var set in entries.GroupBy(e => e.AssignedTo))
                    RaiseForAWhile(calls, db, keys.ByAssignee(set.Key), [.. set]);
                foreach (var set in entries.Where(e => e.Owner is not null).GroupBy(e => e.Owner!))
                    RaiseForAWhile(calls, db, keys.ByOwner(set.Key), [.. set]);
                if (places)
                    AddPlaces(calls, db, entries, isLate);

                await Task.WhenAll(calls);
                return true;
            },
            cancellationToken);

    public async ValueTask DropAsync(IReadOnlyCollection<IndexDrop> drops, CancellationToken cancellationToken)
    {
        if (drops.Count == 0)
            return;
        await connection.CallAsync(
            async db =>
            {
                await Task.WhenAll(drops.Select(Task (d) => d.Below is { } below
                    ? db.RunAsync(RedisScripts.Drop, [d.Set], [d.Member, below])
                    : db.SortedSetRemoveAsync(d.Set, d.Member)));
                return true;
            },
            cancellationToken);
    }

    /// <summary>Takes conversations out of every set, and forgets which these were.</summary>
    /// <param name="entries">Where they were.</param>
    /// <param name="below">Only where the time of the last change is below this: they have not come back.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <param name="leavesToSweep">True where they stay in the order by last change, through which the sweep meets them again.</param>
    public async ValueTask RemoveAsync(
        IReadOnlyCollection<ConversationIndexEntry> entries, long below, CancellationToken cancellationToken, bool leavesToSweep = false)
    {
        if (entries.Count == 0)
            return;
        await DropAsync([.. entries.SelectMany(e => All(e, below)).Where(d => !leavesToSweep || d.Set != keys.ByUpdate)], cancellationToken);
        await connection.CallAsync(
            async db =>
            {
                // What was read of an entry is older than one that came since, also where its change is not below.
                await Task.WhenAll(entries.Select(e => db.RunAsync(
                    RedisScripts.EntryDrop, [keys.Entries], [e.ConversationId, Math.Max(below, e.UpdateScore() + 1)])));
                return true;
            },
            cancellationToken);
    }

    /// <summary>Everything that would have to go for a conversation to be in no set.</summary>
    public IEnumerable<IndexDrop> All(ConversationIndexEntry entry, long below) =>
    [
        .. entry.SetsByUpdate(keys).Select(set => new IndexDrop(set, entry.ConversationId, below)),
        // A ticket that expired and was opened again counts its epochs and its versions from the beginning: it may be in the queue again, and have a
        // step at the same version, which is ready later than any of before.
        .. entry.InQueues(keys).Select(s => new IndexDrop(s.Set, s.Member, below)),
        .. entry.InWork(keys).Select(s => new IndexDrop(s.Set, s.Member, Math.Max(below, s.Score + 1))),
        .. entry.InDeadlines(keys).Select(s => new IndexDrop(s.Set, s.Member, null)),
        .. entry.DueScore() is { } due ? new[] { new IndexDrop(keys.ByDue, entry.ConversationId, due + 1) } : [],
    ];

    /// <summary>Conversations whose time has come, the longest ago first, with the time that is noted of each.</summary>
    /// <param name="now">The time.</param>
    /// <param name="skip">How many of them to leave out, from the first on.</param>
    /// <param name="limit">How many at most.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async ValueTask<IReadOnlyList<(string Id, long At)>> FindOverdueAsync(long now, int skip, int limit, CancellationToken cancellationToken) =>
        await connection.CallAsync(db => FindOverdueAsync(db, keys, now, skip, limit), cancellationToken);

    /// <summary>The same, as one of several commands of a call.</summary>
    public static async Task<IReadOnlyList<(string Id, long At)>> FindOverdueAsync(IDatabase db, RedisKeys keys, long now, int skip, int limit)
    {
        var entries = await db.SortedSetRangeByScoreWithScoresAsync(
            keys.ByDue, double.NegativeInfinity, now, Exclude.None, Order.Ascending, skip, limit, RedisConnection.Master);
        return [.. entries.Select(e => ((string)e.Element!, (long)e.Score))];
    }

    /// <summary>Forgets that a conversation's time has come, unless it has been noted again meanwhile.</summary>
    public ValueTask ForgetDueAsync(IEnumerable<(string Id, long At)> entries, CancellationToken cancellationToken) =>
        DropAsync([.. entries.Select(e => new IndexDrop(keys.ByDue, e.Id, e.At + 1))], cancellationToken);

    /// <summary>Puts members of a set where they belong, unless they have moved meanwhile.</summary>
    public async ValueTask RescoreAsync(
        RedisKey set, IReadOnlyCollection<(string Member, long Seen, long True)> members, CancellationToken cancellationToken)
    {
        if (members.Count == 0)
            return;
        await connection.CallAsync(
            async db =>
            {
                await Task.WhenAll(members.Select(m => db.RunAsync(
                    RedisScripts.Rescore, [set], [m.Member, m.Seen, m.True])));
                return true;
            },
            cancellationToken);
    }

    private void AddPlaces(List<Task> calls, IDatabase db, IReadOnlyCollection<ConversationIndexEntry> entries, bool isLate)
    {
        foreach (var set in entries.SelectMany(e => e.Stays(keys)).GroupBy(s => s.Set))
            calls.Add(db.SortedSetAddAsync(set.Key, [.. set.Select(s => new SortedSetEntry(s.Member, s.Score))]));
        // The write ahead of a commit may also put a time later: one that has passed may be about to be forgotten, unless its score changes.
        if (entries.Where(e => e.DueAt is not null).ToList() is { Count: > 0 } due)
        {
            calls.Add(db.SortedSetAddAsync(
                keys.ByDue, [.. due.Select(e => new SortedSetEntry(e.ConversationId, e.DueScore()!.Value))], isLate ? SortedSetWhen.LessThan : SortedSetWhen.Always));
        }

        calls.Add(db.HashSetAsync(keys.Entries, [.. entries.Select(e => new HashEntry(
            e.ConversationId, JsonSerializer.SerializeToUtf8Bytes(StoredIndexEntry.Of(e), IndexJson.Default.StoredIndexEntry)))]));
    }

    private void RaiseForAWhile(List<Task> calls, IDatabase db, RedisKey set, IReadOnlyCollection<ConversationIndexEntry> entries)
    {
        Raise(calls, db, set, entries);
        calls.Add(db.KeyExpireAsync(set, _setLifetime));
    }

    private static void Raise(List<Task> calls, IDatabase db, RedisKey set, IReadOnlyCollection<ConversationIndexEntry> entries) =>
        calls.Add(db.SortedSetAddAsync(
            set, [.. entries.Select(e => new SortedSetEntry(e.ConversationId, e.UpdateScore()))], SortedSetWhen.GreaterThan));
}
