namespace SupportStateMcp.Conversations;

/// <summary>One asynchronous queue per key, first come, first served, forgotten when nobody waits in it.</summary>
public sealed class KeyedQueue
{
    private readonly Dictionary<string, Line> _lines = new(StringComparer.Ordinal);

    /// <summary>How many keys somebody is in or waits for.</summary>
    internal int Keys
    {
        get
        {
            lock (_lines)
                return _lines.Count;
        }
    }

    /// <summary>Waits for its turn under a key. Disposing the turn lets the next one in.</summary>
    public async ValueTask<Turn> EnterAsync(string key, CancellationToken cancellationToken) =>
        (await TryEnterAsync(key, Timeout.InfiniteTimeSpan, cancellationToken))!.Value;

    /// <summary>Waits for its turn under a key, at most this long; null where it did not come in time.</summary>
    public async ValueTask<Turn?> TryEnterAsync(string key, TimeSpan wait, CancellationToken cancellationToken)
    {
        Line line;
        lock (_lines)
        {
            if (!_lines.TryGetValue(key, out line!))
                _lines.Add(key, line = new Line());
            line.Users++;
        }

        var entered = false;
        try
        {
            entered = await line.Gate.WaitAsync(wait, cancellationToken);
        }
        finally
        {
            if (!entered)
                Leave(key, line);
        }

        return entered ? new Turn(this, key, line) : null;
    }

    private void Leave(string key, Line line)
    {
        lock (_lines)
        {
            if (--line.Users == 0)
                _lines.Remove(key);
        }
    }

    internal sealed class Line
    {
        public SemaphoreSlim Gate { get; } = new(1, 1);

        public int Users { get; set; }
    }

    /// <summary>The turn of one caller.</summary>
    public readonly struct Turn : IDisposable
    {
        private readonly KeyedQueue _queue;
        private readonly string _key;
        private readonly Line _line;

        internal Turn(KeyedQueue queue, string key, Line line) => (_queue, _key, _line) = (queue, key, line);

        public void Dispose()
        {
            _line.Gate.Release();
            _queue.Leave(_key, _line);
        }
    }
}
