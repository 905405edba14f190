using SupportStateMcp.Conversations;

namespace SupportStateMcp.Storage.Redis;

/// <summary>
/// What the indexes may learn a little later: that a conversation changed without changing its places, and which places it left. One
/// entry per conversation, written together every 20 ms. A listing of this process flushes first and so is always right; in
/// another process the order may lag by that much.
/// </summary>
internal sealed partial class RedisIndexQueue(RedisIndex index, ILogger logger) : IAsyncDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan AfterFailure = TimeSpan.FromSeconds(1);

    /// <summary>How long what waits here takes at most to be written, unless that fails more than once.</summary>
    public static readonly TimeSpan Lag = AfterFailure + TimeSpan.FromMilliseconds(500);

    private readonly Lock _gate = new();
    private readonly SemaphoreSlim _flushing = new(1, 1);
    private Dictionary<string, (ConversationIndexEntry Entry, bool Places)> _touched = new(StringComparer.Ordinal);
    private List<IndexDrop> _left = [];

    /// <summary>What is being written; null for nothing. It is not changed.</summary>
    private Dictionary<string, (ConversationIndexEntry Entry, bool Places)>? _writing;

    private bool _running;

    /// <summary>A conversation changed.</summary>
    /// <param name="entry">Where it is now.</param>
    /// <param name="places">True where its places changed and may not be written yet.</param>
    public void Touch(ConversationIndexEntry entry, bool places)
    {
        lock (_gate)
        {
            _touched[entry.ConversationId] = (entry, places || (_touched.TryGetValue(entry.ConversationId, out var earlier) && earlier.Places));
            Start();
        }
    }

    /// <summary>True where places of a conversation wait here, or are being written.</summary>
    public bool HasPlaces(string id)
    {
        lock (_gate)
            return (_touched.TryGetValue(id, out var waiting) && waiting.Places) || (_writing is not null && _writing.TryGetValue(id, out var written) && written.Places);
    }

    /// <summary>A conversation changed its places, and these are written: what waits of it here is older.</summary>
    /// <param name="entry">Where it is now.</param>
    public void Replace(ConversationIndexEntry entry)
    {
        lock (_gate)
        {
            if (_touched.TryGetValue(entry.ConversationId, out var waiting))
                _touched[entry.ConversationId] = (entry, waiting.Places);
        }
    }

    /// <summary>A conversation left places.</summary>
    public void Leave(IEnumerable<IndexDrop> places)
    {
        lock (_gate)
        {
            _left.AddRange(places);
            Start();
        }
    }

    /// <summary>
    /// A conversation was erased: what waits here, or is being written, would bring it back. A write that runs is waited for; it
    /// ends, or puts back what it could not write, within the time-out of a call.
    /// </summary>
    public async ValueTask ForgetAsync(string id)
    {
        await _flushing.WaitAsync();
        try
        {
            lock (_gate)
                _touched.Remove(id);
        }
        finally
        {
            _flushing.Release();
        }
    }

    /// <summary>Writes what waits, and waits for what is being written.</summary>
    public async ValueTask FlushAsync(CancellationToken cancellationToken)
    {
        await _flushing.WaitAsync(cancellationToken);
        try
        {
            Dictionary<string, (ConversationIndexEntry Entry, bool Places)> touched;
            List<IndexDrop> left;
            lock (_gate)
            {
                if (_touched.Count == 0 && _left.Count == 0)
                    return;
                (touched, _touched) = (_touched, new(StringComparer.Ordinal));
                _writing = touched;
                (left, _left) = (_left, []);
            }

            try
            {
                foreach (var group in touched.Values.GroupBy(t => t.Places, t => t.Entry))
                {
                    foreach (var chunk in group.Chunk(500))
                        await index.AddAsync(chunk, group.Key, cancellationToken, isLate: true);
                }

                touched = [];
                await index.DropAsync(left, cancellationToken);
            }
            catch
            {
                PutBack(touched.Values, left);
                throw;
            }
        }
        finally
        {
            lock (_gate)
                _writing = null;
            _flushing.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            await FlushAsync(CancellationToken.None);
        }
        catch (StoreUnavailableException)
        {
            // The next change of each conversation brings its entries up to date.
        }
    }

    private void PutBack(IEnumerable<(ConversationIndexEntry Entry, bool Places)> touched, List<IndexDrop> left)
    {
        lock (_gate)
        {
            _left.AddRange(left);
            foreach (var (entry, places) in touched)
            {
                var id = entry.ConversationId;
                _touched[id] = _touched.TryGetValue(id, out var newer) ? (newer.Entry, newer.Places || places) : (entry, places);
            }

            Start();
        }
    }

    private void Start()
    {
        if (_running)
            return;
        _running = true;
        _ = Task.Run(RunAsync);
    }

    private async Task RunAsync()
    {
        var pause = Interval;
        while (true)
        {
            await Task.Delay(pause);
            pause = Interval;
            try
            {
                await FlushAsync(CancellationToken.None);
            }
            catch (Exception e)
            {
                // Nobody else hears of it, and the loop must not end.
                Failed(logger, e.Message);
                pause = AfterFailure;
            }

            lock (_gate)
            {
                if (_touched.Count == 0 && _left.Count == 0)
                {
                    _running = false;
                    return;
                }
            }
        }
    }

    [LoggerMessage(11, LogLevel.Warning, "The indexes of conversations could not be brought up to date; trying again. {Reason}")]
    private static partial void Failed(ILogger logger, string reason);
}
