using System.Collections.Concurrent;
using Microsoft.Win32.SafeHandles;
using SupportStateMcp.Conversations;

namespace SupportStateMcp.Storage.Files;

/// <summary>
/// The embedded store: a journal per conversation, a record a line, each line one commit, flushed to disk. Any number of processes
/// on one machine share a folder: writers go one after the other through <see cref="CommitGates"/>, readers never wait.
/// <code>
/// {directory}/cs-TKT-001.jsonl       the journal; its owner alone may read it
/// {directory}/cs-TKT-001.jsonl.tmp   while it is rewritten after an erasure
/// {directory}/locks/00 … ff          who may write
/// {directory}/locks/cs-TKT-001.lock  while somebody holds the lock of a busy conversation
/// </code>
/// </summary>
public sealed partial class FileConversationStore : IConversationStore, IDisposable
{
    private readonly FileStoreOptions _options;
    private readonly StoredSchema _schema;
    private readonly TimeProvider _time;
    private readonly ILogger<FileConversationStore> _logger;
    private readonly JournalCache _journals;
    private readonly CommitGates _gates;
    private readonly FileConversationWatcher _watcher;
    private readonly ConcurrentDictionary<ConversationId, (FileStamp Stamp, DateTimeOffset? DueAt)> _due = new();

    public FileConversationStore(FileStoreOptions options, StoredSchema schema, TimeProvider time, ILogger<FileConversationStore> logger)
    {
        // In full, so that a later change of the working directory moves nothing.
        _options = options with { Directory = Path.GetFullPath(options.Directory) };
        _schema = schema;
        _time = time;
        _logger = logger;
        _journals = new JournalCache(_options, schema);
        _gates = new CommitGates(_options, time);
        _watcher = new FileConversationWatcher(_options.Directory, logger);
    }

    public ValueTask<Loaded> LoadAsync(ConversationId id, string? key, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return ValueTask.FromResult(Guarded(() =>
        {
            var journal = _journals[id];
            lock (journal.Gate)
            {
                journal.Refresh();
                if (!journal.IsAliveAt(_time.GetUtcNow()))
                    return default;
                if (key is null || !journal.Knows(key))
                    return new Loaded(journal.Conversation, null, journal.ExpiresAt);
            }

            return Read(id, default, (j, handle) => LoadedOf(j, handle, key));
        }));
    }

    public ValueTask<IReadOnlyList<Message>> ReadMessagesAsync(ConversationId id, long before, int limit, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return ValueTask.FromResult(Guarded(() =>
            Read<IReadOnlyList<Message>>(id, [], (journal, handle) => journal.ReadMessages(handle, before, limit))));
    }

    public ValueTask<IReadOnlyList<ConversationEvent>> ReadEventsAsync(ConversationId id, long after, int limit, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return ValueTask.FromResult(Guarded(() =>
            Read<IReadOnlyList<ConversationEvent>>(id, [], (journal, handle) => journal.ReadEvents(handle, after, limit))));
    }

    public ValueTask<QueuePage> ListQueueAsync(string? queue, QueueCursor? after, int limit, CancellationToken cancellationToken) =>
        QueueScan.QueueAsync(this, _time, queue, after, limit, cancellationToken);

    public ValueTask<PendingApprovals> ListPendingApprovalsAsync(string? queue, int limit, CancellationToken cancellationToken) =>
        QueueScan.ApprovalsAsync(this, _time, queue, limit, cancellationToken);

    public ValueTask<IAsyncDisposable> SubscribeAsync(ConversationId id, Action changed, CancellationToken cancellationToken) =>
        ValueTask.FromResult(Guarded(() => _watcher.Add(id, changed)));

    /// <summary>Tries whether the folder can be written.</summary>
    public async ValueTask CheckAsync(CancellationToken cancellationToken)
    {
        try
        {
            await Task.Run(() => Guarded(Probe), cancellationToken).WaitAsync(_options.LockTimeout, _time, cancellationToken);
        }
        catch (TimeoutException e)
        {
            throw new StoreUnavailableException($"{_options.Directory} does not answer.", e);
        }
    }

    public void Dispose() => _watcher.Dispose();

    private long Probe()
    {
        PrivateDirectory.Create(_options.Directory);
        using var probe = new FileStream(
            Path.Combine(_options.Directory, $".probe-{Guid.NewGuid():n}"),
            FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0, FileOptions.DeleteOnClose);
        probe.WriteByte((byte)'\n');
        return probe.Length;
    }

    private T Read<T>(ConversationId id, T none, Func<Journal, SafeFileHandle, T> read) => Read(_journals[id], none, read);

    /// <summary>
    /// Reads from the journal of a conversation that is there and alive. What counts is what is read here, at once: a reader who
    /// still has the file open that was there before may turn the memory of this process back the moment after.
    /// </summary>
    private T Read<T>(Journal journal, T none, Func<Journal, SafeFileHandle, T> read)
    {
        using var handle = JournalFile.OpenToRead(journal.Path);
        lock (journal.Gate)
        {
            if (handle is null)
            {
                journal.Forget();
                return none;
            }

            journal.CatchUp(handle);
            return journal.IsAliveAt(_time.GetUtcNow()) ? read(journal, handle) : none;
        }
    }

    private static Loaded LoadedOf(Journal journal, SafeFileHandle handle, string? key) =>
        new(journal.Conversation, key is null ? null : journal.ReadReceipt(handle, key), journal.ExpiresAt);

    /// <summary>What goes wrong with the disk is a store that is not available; the journal's own faults stay what they are.</summary>
    private T Guarded<T>(Func<T> work)
    {
        try
        {
            return work();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Unavailable(e);
        }
    }

    private StoreUnavailableException Unavailable(Exception inner)
    {
        _logger.NotAvailable(_options.Directory, inner);
        return new StoreUnavailableException($"The files in {_options.Directory} cannot be read or written.", inner);
    }
}
