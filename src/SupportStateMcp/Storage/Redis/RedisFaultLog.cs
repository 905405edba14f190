namespace SupportStateMcp.Storage.Redis;

/// <summary>
/// Tells operators why Redis does not serve: each fault once when it begins, and once that all is over. An outage under
/// load fails thousands of calls, and a full Redis still answers reads: neither may fill the log. A client that is refused for
/// good also looks unreachable now and then; while the reason stands, that is not told.
/// </summary>
internal sealed partial class RedisFaultLog(TimeProvider time, ILogger logger)
{
    /// <summary>A fault is over when calls are answered and it has not been seen for this long.</summary>
    public static readonly TimeSpan Quiet = TimeSpan.FromSeconds(10);

    private readonly Lock _gate = new();
    private readonly Dictionary<string, (bool Passes, DateTimeOffset At)> _seen = new(StringComparer.Ordinal);
    private bool _any;

    public void Failed(RedisFault fault)
    {
        lock (_gate)
        {
            var isTold = _seen.ContainsKey(fault.Word) || (fault.Passes && _seen.Values.Any(s => !s.Passes));
            _seen[fault.Word] = (fault.Passes, time.GetUtcNow());
            Volatile.Write(ref _any, true);
            if (isTold)
                return;
        }

        if (fault.Passes)
            LogPassing(fault.Sentence);
        else
            LogLasting(fault.Sentence);
    }

    public void Answered()
    {
        if (!Volatile.Read(ref _any))
            return;
        lock (_gate)
        {
            foreach (var (word, seen) in _seen.ToList())
            {
                if (time.GetUtcNow() - seen.At > Quiet)
                    _seen.Remove(word);
            }

            if (_seen.Count > 0 || !_any)
                return;
            Volatile.Write(ref _any, false);
        }

        LogOver();
    }

    [LoggerMessage(1, LogLevel.Warning, "{Sentence} Callers are told to try again. This is logged once.")]
    private partial void LogPassing(string sentence);

    [LoggerMessage(2, LogLevel.Error, "{Sentence} This stays until it is changed; callers are refused until then. This is logged once.")]
    private partial void LogLasting(string sentence);

    [LoggerMessage(3, LogLevel.Information, "Redis serves again.")]
    private partial void LogOver();
}
