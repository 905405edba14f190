using System.Collections.Concurrent;
using SupportStateMcp.Conversations;

namespace SupportStateMcp.Storage.Files;

/// <summary>Tells whoever watches a conversation that its journal changed, whichever process changed it.</summary>
internal sealed class FileConversationWatcher(string directory, ILogger logger) : IDisposable
{
    private readonly ConcurrentDictionary<string, ConcurrentDictionary<Watch, byte>> _watches = new(StringComparer.Ordinal);
    private readonly Lock _gate = new();
    private FileSystemWatcher? _files;

    public IAsyncDisposable Add(ConversationId id, Action changed)
    {
        Start();
        var watch = new Watch(this, id.Value, changed);
        _watches.GetOrAdd(id.Value, _ => new()).TryAdd(watch, 0);
        return watch;
    }

    /// <summary>Tells those who watch a conversation.</summary>
    public void Notify(string id)
    {
        if (!_watches.TryGetValue(id, out var watches))
            return;

        foreach (var watch in watches.Keys)
        {
            try
            {
                watch.Call();
            }
#pragma warning disable CA1031 // What a listener throws must not keep the change from the others.
            catch (Exception e)
#pragma warning restore CA1031
            {
                logger.WatcherFailed(id, e);
            }
        }
    }

    public void Dispose()
    {
        lock (_gate)
            _files?.Dispose();
    }

    /// <summary>The folder is watched from the first subscription on.</summary>
    private void Start()
    {
        lock (_gate)
        {
            if (_files is not null)
                return;

            PrivateDirectory.Create(directory);
            var files = new FileSystemWatcher(directory, "*" + JournalFile.Extension)
            {
                NotifyFilter = NotifyFilters.FileName | NotifyFilters.LastWrite | NotifyFilters.Size,
                InternalBufferSize = 64 * 1024,
            };
            files.Changed += (_, e) => Notify(IdOf(e.Name));
            files.Created += (_, e) => Notify(IdOf(e.Name));
            files.Deleted += (_, e) => Notify(IdOf(e.Name));
            files.Renamed += (_, e) => Notify(IdOf(e.Name));
            files.Error += (_, e) => NotifyAll(e.GetException());
            files.EnableRaisingEvents = true;
            _files = files;
        }
    }

    private void NotifyAll(Exception exception)
    {
        logger.MissedChanges(directory, exception);
        foreach (var id in _watches.Keys)
            Notify(id);
    }

    private static string IdOf(string? file) => Path.GetFileNameWithoutExtension(file) ?? "";

    private void Remove(Watch watch)
    {
        // An empty set stays: somebody may be adding to it right now, and it is a few bytes per conversation once watched.
        if (_watches.TryGetValue(watch.Id, out var watches))
            watches.TryRemove(watch, out _);
    }

    private sealed class Watch(FileConversationWatcher owner, string id, Action changed) : IAsyncDisposable
    {
        private volatile bool _stopped;

        public string Id => id;

        public void Call()
        {
            if (!_stopped)
                changed();
        }

        public ValueTask DisposeAsync()
        {
            _stopped = true;
            owner.Remove(this);
            return ValueTask.CompletedTask;
        }
    }
}
