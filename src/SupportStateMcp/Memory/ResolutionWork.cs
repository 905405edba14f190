using System.Collections.Concurrent;
using System.Globalization;
using System.Runtime.ExceptionServices;
using System.Security.Cryptography;
using System.Text;
using SupportStateMcp.Conversations;
using SupportStateMcp.Records;

namespace SupportStateMcp.Memory;

/// <summary>
/// Remembers what happened in a conversation that is closed, and forgets what came from one that is erased. That it has to be done is
/// noted before the change is committed, and the note goes when it is done: where this process dies in between, another one finds the note. All that is done derives
/// from the conversation alone, so that doing it twice is doing it once. After an erasure it is done twice, the second time for what was written while the first went on.
/// </summary>
public sealed partial class ResolutionWork : ICommitObserver, IAsyncDisposable
{
    private const int Attempts = 50;

    /// <summary>How much of a trail is read at a time, in events.</summary>
    private const int EventsRead = 2_000;

    /// <summary>How old a note is before another process takes it for one that was left behind.</summary>
    private static readonly TimeSpan s_grace = TimeSpan.FromSeconds(10);

    /// <summary>After this time a note is given up: what it names cannot be read.</summary>
    private static readonly TimeSpan s_givenUp = TimeSpan.FromDays(7);

    private readonly IRecordStore _records;
    private readonly IConversationStore _conversations;
    private readonly ISessionStore _sessions;
    private readonly MemoryParts _parts;
    private readonly Episodes _episodes;
    private readonly MemoryOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger<ResolutionWork> _logger;
    private readonly IConversationArchive? _archive;
    private readonly SemaphoreSlim[] _turns = [.. Enumerable.Range(0, ResolutionWorkDocument.Shards).Select(_ => new SemaphoreSlim(1))];
    private readonly ConcurrentDictionary<Task, byte> _running = new();
    private readonly HashSet<int> _pending = [];

    /// <summary>The notes that cannot be done now, of which the operator was told.</summary>
    private readonly ConcurrentDictionary<FollowedConversation, bool> _postponed = new();
    private string? _position;

    /// <param name="records">Holds the notes.</param>
    /// <param name="conversations">Holds the conversations.</param>
    /// <param name="sessions">Holds what is shared for a short time.</param>
    /// <param name="parts">What writes and removes memories.</param>
    /// <param name="episodes">Tells what happened.</param>
    /// <param name="options">What is remembered by itself.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Hears of what is done later.</param>
    /// <param name="archive">Holds closed conversations that have expired; null where nothing does.</param>
    public ResolutionWork(
        IRecordStore records, IConversationStore conversations, ISessionStore sessions, MemoryParts parts, Episodes episodes, MemoryOptions options, TimeProvider time,
        ILogger<ResolutionWork> logger, IConversationArchive? archive = null)
    {
        (_records, _conversations, _sessions) = (records, conversations, sessions);
        (_parts, _episodes, _options, _time, _logger, _archive) = (parts, episodes, options, time, logger, archive);
    }

    /// <inheritdoc/>
    public async ValueTask BeforeAsync(Commit commit, CancellationToken cancellationToken)
    {
        if (WorkOf(commit) is { } work)
        {
            await ChangeAsync(ShardOf(work.ConversationId), before => ResolutionWorkDocument.With(before, work), cancellationToken);
        }
    }

    /// <inheritdoc/>
    public void After(Commit commit)
    {
        if (WorkOf(commit) is not { } work)
            return;
        var running = Task.Run(() => DoNowAsync(work));
        _running.TryAdd(running, 0);
        _ = running.ContinueWith(t => _running.TryRemove(t, out _), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    /// <summary>Waits for what this process has begun.</summary>
    public Task WhenDoneAsync() => Task.WhenAll(_running.Keys);

    /// <summary>Does what processes left behind that have died since.</summary>
    /// <returns>How many notes were done.</returns>
    /// <exception cref="StoreException">The store cannot be read, or one of the notes cannot be done now; all others were done.</exception>
    public async Task<int> FinishAsync(CancellationToken cancellationToken)
    {
        RecordChanges page;
        do
        {
            page = await _records.ReadChangesAsync(ResolutionWorkDocument.RecordKind, _position, ResolutionWorkDocument.Shards, cancellationToken);
            _position = page.Position;
            foreach (var change in page.Changes)
                _pending.Add(int.Parse(change.Id, NumberStyles.None, CultureInfo.InvariantCulture));
        }
        while (page.More);

        var (done, failures) = (0, new List<StoreException>());
        foreach (var shard in _pending.ToList())
        {
            await TryAsync(failures, async () =>
            {
                var record = await _records.GetAsync(ResolutionWorkDocument.RecordKind, IdOf(shard), cancellationToken);
                var left = record?.As(MemoryJson.Default.ResolutionWorkDocument).Value.Conversations ?? [];
                if (left.Count == 0)
                    _pending.Remove(shard);
                foreach (var work in left.Where(w => w.At + s_grace <= _time.GetUtcNow()))
                    await TryAsync(failures, async () => done += await DoAsync(work, isCommitted: false, cancellationToken) ? 1 : 0);
            });
        }

        if (failures is [var first, ..])
            ExceptionDispatchInfo.Throw(first);
        return done;
    }

    /// <summary>Does something; what cannot be done now keeps nobody from the others.</summary>
    private static async Task TryAsync(List<StoreException> failures, Func<Task> work)
    {
        try
        {
            await work();
        }
        catch (StoreException e)
        {
            failures.Add(e);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await WhenDoneAsync().ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        foreach (var turn in _turns)
            turn.Dispose();
    }

    private FollowedConversation? WorkOf(Commit commit)
    {
        var change = commit.Erases ? FollowedChange.Erased
            // What happens in a what-if copy has happened to nobody.
            : _options.Episodes && commit.After is { ErasedAt: null, ForkOf: null } && commit.Events.Any(e => e is ConversationEvent.Transitioned { Closes: true }) ? FollowedChange.Closed
            : (FollowedChange?)null;
        return change is null ? null
            : new FollowedConversation(commit.Id.Value, commit.After.Life, change.Value, commit.Now, commit.Events[^1].Actor.ToString(), commit.After.Version);
    }

    private async Task DoNowAsync(FollowedConversation work)
    {
        try
        {
            await DoAsync(work, isCommitted: true, CancellationToken.None);
        }
        catch (StoreException e)
        {
            // The note is still there.
            LogPostponed(work.ConversationId, e.Message);
        }
    }

    /// <summary>Does it and takes the note away; false where it is too early to tell whether the change was committed.</summary>
    private async Task<bool> DoAsync(FollowedConversation work, bool isCommitted, CancellationToken cancellationToken)
    {
        var id = ConversationId.TryParse(work.ConversationId)!.Value;
        try
        {
            var found = (await _conversations.LoadAsync(id, null, cancellationToken)).Conversation;
            if (work.Change == FollowedChange.Erased)
            {
                if (found is { ErasedAt: null } && found.Life == work.Life)
                {
                    if (isCommitted || work.At + s_grace > _time.GetUtcNow())
                        return false;
                }
                // What the archive still has was not erased: that was refused, or never done.
                else if (isCommitted || found?.Life == work.Life || !await IsArchivedAsync(id, work.Life, cancellationToken))
                {
                    await ForgetAsync(id, work, cancellationToken);
                }
            }
            else if (found is { ErasedAt: not null } && found.Life == work.Life)
            {
                await ForgetAsync(id, work, cancellationToken);
            }
            else if (found is { ClosedAt: not null } && found.Life == work.Life)
            {
                await _episodes.RememberAsync(id, found, cancellationToken);
                // One that was erased in between takes along what was just remembered, also where its ticket was opened again since. One that expired leaves it.
                if ((await _conversations.LoadAsync(id, null, cancellationToken)).Conversation is { } now && (now.ErasedAt is not null || now.Life != work.Life))
                    await ForgetAsync(id, work, cancellationToken);
            }
            else if (found is not null && found.Life != work.Life && await IsInTrailAsync(id, work.Life, cancellationToken))
            {
                // Erased and opened again since: somebody may have remembered it in between, and not have come to the second look.
                await ForgetAsync(id, work, cancellationToken);
            }
        }
        catch (Exception e) when (e is StoreDamagedException or RecordDamagedException)
        {
            if (work.At + s_givenUp > _time.GetUtcNow())
            {
                if (_postponed.TryAdd(work, true))
                    LogPostponed(work.ConversationId, e.Message);
                return false;
            }

            LogGivenUp(work.ConversationId, e);
        }

        // Somebody who has just seen the conversation may still write down what is remembered of it, and not come to a second look.
        FollowedConversation[] again = isCommitted && work.Change == FollowedChange.Erased ? [work with { At = _time.GetUtcNow(), Again = true }] : [];
        await ChangeAsync(ShardOf(work.ConversationId), before => before.Contains(work) ? [.. before.Where(w => w != work), .. again] : before, cancellationToken);
        _postponed.TryRemove(work, out _);
        return true;
    }

    private async ValueTask<bool> IsArchivedAsync(ConversationId id, string life, CancellationToken cancellationToken) =>
        _archive is not null && await _archive.FindAsync(id, cancellationToken) is { Conversation: var kept } && kept.Life == life;

    /// <summary>True where an earlier conversation of the ticket was erased: the next one goes on in its trail. Behind one that expired a trail begins at its own opening.</summary>
    private async ValueTask<bool> IsInTrailAsync(ConversationId id, string life, CancellationToken cancellationToken)
    {
        for (var after = 0L; await _conversations.ReadEventsAsync(id, after, EventsRead, ConversationStoreReading.StepBytes, cancellationToken) is [.., var last] events; after = last.Version)
        {
            if (events.OfType<ConversationEvent.Initialized>().Any(e => Conversation.LifeOf(e.At) == life))
                return true;
        }

        return false;
    }

    private async Task ForgetAsync(ConversationId id, FollowedConversation work, CancellationToken cancellationToken)
    {
        await _parts.Forgetting.ForgetConversationAsync(work.ConversationId, work.Life, work.By, cancellationToken);
        await _episodes.RemoveDraftAsync(id, work.Life, cancellationToken);
        await _sessions.ClearAsync(id, work.Life, cancellationToken);
    }

    private async Task ChangeAsync(
        int shard, Func<IReadOnlyList<FollowedConversation>, IReadOnlyList<FollowedConversation>> change, CancellationToken cancellationToken)
    {
        await _turns[shard].WaitAsync(cancellationToken);
        try
        {
            var isDone = await _records.TryChangeAsync(
                ResolutionWorkDocument.RecordKind, IdOf(shard), MemoryJson.Default.ResolutionWorkDocument,
                document =>
                {
                    var before = document?.Conversations ?? [];
                    var after = change(before);
                    return ReferenceEquals(after, before) ? null : new ResolutionWorkDocument { Conversations = after };
                },
                Conversation.Clock.ToString(), _time.GetUtcNow(), Attempts, cancellationToken);
            if (!isDone)
                throw new StoreUnavailableException("Too many conversations are closed at once.");
        }
        finally
        {
            _turns[shard].Release();
        }
    }

    private static string IdOf(int shard) => shard.ToString(CultureInfo.InvariantCulture);

    private static int ShardOf(string conversationId) => SHA256.HashData(Encoding.UTF8.GetBytes(conversationId))[0] % ResolutionWorkDocument.Shards;

    [LoggerMessage(LogLevel.Warning, "What follows the end of {ConversationId} is done later: {Reason}")]
    private partial void LogPostponed(string conversationId, string reason);

    [LoggerMessage(LogLevel.Error, "What follows the end of {ConversationId} is given up: it cannot be read.")]
    private partial void LogGivenUp(string conversationId, Exception exception);
}
