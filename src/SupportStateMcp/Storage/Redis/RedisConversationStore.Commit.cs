using System.Text.Json;
using StackExchange.Redis;
using SupportStateMcp.Conversations;
using SupportStateMcp.Primitives;

namespace SupportStateMcp.Storage.Redis;

public sealed partial class RedisConversationStore
{
    public ValueTask<CommitResult> CommitAsync(Commit commit, CancellationToken cancellationToken) => CommitAsync(commit, null, cancellationToken);

    /// <param name="commit">The change.</param>
    /// <param name="expired">The conversation of the same ticket that it takes the place of: it has expired, and is in the archive. Null where there is none.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    private async ValueTask<CommitResult> CommitAsync(Commit commit, Conversation? expired, CancellationToken cancellationToken)
    {
        var entry = ConversationIndexEntry.Of(commit.After);
        var before = commit.Before is { ErasedAt: null } alive ? ConversationIndexEntry.Of(alive) : null;
        var moves = commit.After.ErasedAt is null && (before is null || !before.SamePlaces(entry));

        var snapshot = _reader.Codec.Write(commit.Before ?? expired, commit.After);
        var timeToLive = _timeToLive + (long)(commit.LivesFrom - commit.Now).TotalMilliseconds;
        var expiresAt = commit.Now.ToUnixTimeMilliseconds() + timeToLive;
        var events = commit.Erases ? await RedactedAsync(commit, cancellationToken) : [];
        var keys = new[] { _keys.State(commit.Id), _keys.History(commit.Id), _keys.Events(commit.Id), _keys.Seen(commit.Id), _keys.Published(commit.Id) };
        var isKept = _archive is not null && ArchivedConversation.IsKept(commit.After);
        if (isKept)
            await _archive!.NoteAsync(commit.Id, expiresAt, cancellationToken);
        var arguments = Arguments(commit, expired, events, snapshot, expiresAt, isKept ? timeToLive + (long)RedisArchive.Grace.TotalMilliseconds : timeToLive);

        // What a conflict has left to be written goes first: after this commit it would be older than what it is written over.
        if (moves && _queue.HasPlaces(commit.Id.Value))
            await _queue.FlushAsync(cancellationToken);
        // A conversation that enters a place is in the index before it is there. On one connection commands keep their order; over
        // the nodes of a cluster they do not.
        var indexed = moves ? IndexAsync(entry, cancellationToken) : null;
        // So is what other systems are to be told of noted first.
        var noted = _outbox is null || !commit.IsTold ? null : _outbox.NoteAsync(commit.Id, commit.After.Version, commit.Now, cancellationToken);
        var answer = (RedisResult[])(await _connection.CallAsync(
            async db =>
            {
                if (_connection.MayBeCluster)
                    await Task.WhenAll(indexed ?? Task.CompletedTask, noted ?? Task.CompletedTask);
                return await db.RunAsync(RedisScripts.Commit, keys, arguments);
            },
            cancellationToken))!;
        if (indexed is not null)
            await indexed;
        if (noted is not null)
            await noted;
        if (answer.Length > 1)
        {
            var state = State((RedisValue[])answer[2]!);
            if (commit.Before is null && FindExpired(commit.Id, state) is { } waiting)
            {
                // It is kept before something takes its place, and only this one is replaced.
                await _archive!.KeepAsync(commit.Id, waiting, cancellationToken);
                return await CommitAsync(commit, waiting, cancellationToken);
            }

            var current = Keep(commit.Id, state, (byte[]?)answer[1]);
            // What was noted ahead of this commit is not so.
            if (moves && current.Conversation is { ErasedAt: null } other)
                _queue.Touch(ConversationIndexEntry.Of(other), places: true);
            return new CommitResult.Conflict(current);
        }

        _snapshotCache.Keep(
            commit.Id, commit.After, snapshot.CoreBytes, snapshot.PartBytes,
            DateTimeOffset.FromUnixTimeMilliseconds(expiresAt));
        await UpdateIndexAsync(commit, before, entry, moves, cancellationToken);
        if (expired is not null)
            _queue.Leave(ConversationIndexEntry.Of(expired).LeftFor(entry, _keys));
        return new CommitResult.Committed(DateTimeOffset.FromUnixTimeMilliseconds(expiresAt));
    }

    /// <summary>The conversation with these fields, where it has expired and waits for the archive; null for any other.</summary>
    private Conversation? FindExpired(ConversationId id, RedisValue[] state) =>
        _archive is not null && _snapshots.Read(id, state) is { } found && _snapshots.IsOver(found, _snapshots.ExpiresAt(id, state)) ? found : null;

    /// <summary>What a conflict found, of all fields with their names, in the order of <see cref="RedisSnapshots.Fields"/>.</summary>
    private static RedisValue[] State(RedisValue[] found)
    {
        var state = new RedisValue[RedisSnapshots.Fields.Length];
        for (var i = 0; i < found.Length; i += 2)
        {
            if (Array.IndexOf(RedisSnapshots.Fields, found[i]) is var field and >= 0)
                state[field] = found[i + 1];
        }

        return state;
    }

    private RedisValue[] Arguments(
        Commit commit, Conversation? expired, IReadOnlyList<byte[]> redacted, StoredSnapshot snapshot, long expiresAt, long timeToLive)
    {
        var arguments = new RedisValue[16 + (2 * snapshot.Parts.Count) + redacted.Count + commit.Events.Count + commit.Messages.Count];
        arguments[0] = expired?.Version ?? commit.ExpectedVersion;
        arguments[1] = commit.After.Version;
        arguments[2] = _schemaVersion;
        arguments[3] = snapshot.Core;
        arguments[4] = commit.After.UpdatedAt.ToUnixTimeMilliseconds();
        arguments[5] = expiresAt;
        arguments[6] = timeToLive;
        arguments[7] = _keys.Changed(commit.Id);
        arguments[8] = commit.Key ?? "";
        arguments[9] = commit.Key is null ? "" : Utf8Json.Write(commit.IdempotencyRecord, ConversationJson.Default.IdempotencyRecord);
        arguments[10] = expired is not null ? 2 : commit.Erases || commit.ExpectedVersion == 0 ? 1 : 0;
        arguments[11] = snapshot.Parts.Count;
        arguments[12] = redacted.Count + commit.Events.Count;
        arguments[13] = (commit.Before ?? expired)?.Life ?? "";
        arguments[14] = commit.After.Life;

        arguments[15] = commit.IsTold ? _sinks : "";

        var at = 16;
        foreach (var (name, content) in snapshot.Parts)
        {
            arguments[at++] = RedisKeys.Part(name);
            arguments[at++] = content ?? RedisValue.EmptyString;
        }

        foreach (var @event in redacted)
            arguments[at++] = @event;
        foreach (var @event in commit.Events)
            arguments[at++] = StoredEvent.Write(@event, _schema);
        foreach (var message in commit.Messages)
            arguments[at++] = StoredBytes.Pack(Utf8Json.Write(message, ConversationJson.Default.Message));
        return arguments;
    }

    /// <summary>The trail up to an erasure without what it says about the customer. The version check guards it against a change meanwhile.</summary>
    private async ValueTask<IReadOnlyList<byte[]>> RedactedAsync(Commit commit, CancellationToken cancellationToken)
    {
        var trail = await ReadEventsAsync(commit.Id, 0, int.MaxValue, long.MaxValue, cancellationToken);
        return [.. trail.Select(e => StoredEvent.Write(e.Redacted(), _schema))];
    }

    /// <summary>Adds an entry now; where that fails, as soon as it can be done: a commit that went through stays one.</summary>
    private async Task IndexAsync(ConversationIndexEntry entry, CancellationToken cancellationToken)
    {
        try
        {
            await _index.AddAsync([entry], places: true, cancellationToken);
        }
        catch (Exception e) when (e is StoreUnavailableException or OperationCanceledException)
        {
            _queue.Touch(entry, places: true);
        }
    }

    private async ValueTask UpdateIndexAsync(
        Commit commit, ConversationIndexEntry? before, ConversationIndexEntry entry, bool moves, CancellationToken cancellationToken)
    {
        if (commit.After.ErasedAt is not null)
        {
            // The erasure is done; that the customer's name leaves the indexes is worth waiting for, not failing for.
            await _queue.ForgetAsync(entry.ConversationId);
            if (before is null)
                return;
            try
            {
                await _index.RemoveAsync([before], entry.UpdateScore() + 1, cancellationToken);
            }
            catch (Exception e) when (e is StoreUnavailableException or OperationCanceledException)
            {
                _queue.Leave(_index.All(before, entry.UpdateScore() + 1));
            }
        }
        else if (!moves)
        {
            _queue.Touch(entry, places: false);
        }
        else if (before is not null)
        {
            _queue.Replace(entry);
            _queue.Leave(before.LeftFor(entry, _keys));
        }
        else if (entry.Place is not null)
        {
            // Who read the queue just before the first commit found nothing behind the entry, and took it away.
            _queue.Touch(entry, places: true);
        }
    }
}
