using SupportStateMcp.Conversations;

namespace SupportStateMcp.Storage.Files;

public sealed partial class FileConversationStore
{
    public ValueTask<ConversationPage> ListAsync(
        ConversationFilter filter, ConversationCursor? after, int limit, CancellationToken cancellationToken)
    {
        var matches = Guarded(() => Ids()
            .Select(id => Find(id, cancellationToken))
            .OfType<Conversation>()
            .Where(c => filter.Matches(c) && (after is not { } cursor || IsAfter(c, cursor)))
            .OrderByDescending(Milliseconds)
            .ThenByDescending(c => c.ConversationId, StringComparer.Ordinal)
            .Take(limit + 1)
            .ToList());
        if (matches.Count <= limit)
            return ValueTask.FromResult(new ConversationPage(matches, null));

        matches.RemoveAt(limit);
        var last = matches[^1];
        return ValueTask.FromResult(new ConversationPage(
            matches, new ConversationCursor(DateTimeOffset.FromUnixTimeMilliseconds(Milliseconds(last)), last.ConversationId)));
    }

    public ValueTask<IReadOnlyList<ConversationId>> FindOverdueAsync(DateTimeOffset now, int limit, CancellationToken cancellationToken) =>
        ValueTask.FromResult<IReadOnlyList<ConversationId>>(Guarded(() => Ids()
            .Select(id => (Id: id, DueAt: DueAtOf(id, cancellationToken)))
            .Where(c => c.DueAt <= now)
            .OrderBy(c => c.DueAt)
            .Take(limit)
            .Select(c => c.Id)
            .ToList()));

    /// <summary>
    /// When something runs out in a conversation. Asked of all conversations every few seconds, it opens only the journals that changed
    /// since, also where there are more than are kept in memory.
    /// </summary>
    private DateTimeOffset? DueAtOf(ConversationId id, CancellationToken cancellationToken)
    {
        if (FileStamp.Of(_journals.PathOf(id)) is not { } stamp)
        {
            _due.TryRemove(id, out _);
            return null;
        }

        if (_due.TryGetValue(id, out var known) && known.Stamp == stamp)
            return known.DueAt;
        var due = Find(id, cancellationToken)?.DueAt;
        _due[id] = (stamp, due);
        return due;
    }

    /// <summary>
    /// Deletes what has expired, finishes erasures that were interrupted, clears away what they left. Call it from time
    /// to time, in as many processes as there are.
    /// </summary>
    /// <returns>How many conversations went.</returns>
    /// <exception cref="StoreUnavailableException">The folder cannot be read or written.</exception>
    public async ValueTask<int> SweepAsync(CancellationToken cancellationToken)
    {
        var swept = 0;
        foreach (var id in Guarded(() => Ids().ToList()))
        {
            if (!IsToSweep(id))
                continue;

            try
            {
                using var pass = await _gates.EnterAsync(id, cancellationToken);
                swept += Sweep(id) ? 1 : 0;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException)
            {
                _logger.LeftOut(_journals.PathOf(id), e);
            }
        }

        if (swept > 0)
            _logger.Swept(swept);
        return swept;
    }

    /// <summary>A first look without the gate; most conversations need nothing.</summary>
    private bool IsToSweep(ConversationId id)
    {
        try
        {
            var journal = _journals[id];
            lock (journal.Gate)
            {
                journal.Refresh();
                return !journal.IsAliveAt(_time.GetUtcNow()) || journal.HoldsErasedContent || File.Exists(DraftOf(journal));
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            _logger.LeftOut(_journals.PathOf(id), e);
            return false;
        }
    }

    /// <summary>Behind the gate: what was seen before may have changed.</summary>
    private bool Sweep(ConversationId id)
    {
        var journal = _journals[id];
        bool isAlive, holdsErased;
        lock (journal.Gate)
        {
            journal.Refresh();
            (isAlive, holdsErased) = (journal.IsAliveAt(_time.GetUtcNow()), journal.HoldsErasedContent);
        }

        if (isAlive && holdsErased)
            RewriteErased(journal);
        File.Delete(DraftOf(journal));
        if (isAlive)
            return false;

        File.Delete(journal.Path);
        _journals.Remove(id);
        return true;
    }

    private static string DraftOf(Journal journal) => journal.Path + ".tmp";

    private IEnumerable<ConversationId> Ids()
    {
        if (!Directory.Exists(_options.Directory))
            return [];

        return Directory.EnumerateFiles(_options.Directory, "*" + JournalFile.Extension)
            .Select(path => ConversationId.TryParse(Path.GetFileNameWithoutExtension(path)))
            .OfType<ConversationId>();
    }

    /// <summary>A conversation that is alive. One whose journal is damaged is not allowed to hide the others.</summary>
    private Conversation? Find(ConversationId id, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var journal = _journals[id];
        try
        {
            lock (journal.Gate)
            {
                journal.Refresh();
                return journal.IsAliveAt(_time.GetUtcNow()) ? journal.Conversation : null;
            }
        }
        catch (InvalidDataException e)
        {
            _logger.LeftOut(journal.Path, e);
            return null;
        }
    }

    private static bool IsAfter(Conversation c, ConversationCursor cursor)
    {
        var (at, place) = (Milliseconds(c), cursor.UpdatedAt.ToUnixTimeMilliseconds());
        return at < place || (at == place && string.CompareOrdinal(c.ConversationId, cursor.ConversationId) < 0);
    }

    private static long Milliseconds(Conversation c) => c.UpdatedAt.ToUnixTimeMilliseconds();
}
