namespace SupportStateMcp.Hosting;

/// <summary>The tokens that the server knows now. The list is replaced as a whole, while it serves.</summary>
public sealed class AccessTokens(IReadOnlyList<AccessToken> tokens, TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly HashSet<Watch> _watches = [];
    private volatile IReadOnlyList<AccessToken> _all = tokens;

    /// <inheritdoc cref="AccessToken.Find"/>
    public AccessToken? Find(string token) => AccessToken.Find(token, _all);

    /// <summary>Whether the time of a token is over.</summary>
    public bool HasExpired(AccessToken token) => token.Expires <= time.GetUtcNow();

    /// <summary>Knows these from now on, and no others.</summary>
    public void Replace(IReadOnlyList<AccessToken> tokens)
    {
        _all = tokens;
        Watch[] watches;
        lock (_gate)
            watches = [.. _watches];
        foreach (var watch in watches)
            watch.Look();
    }

    /// <summary>Ends something that is open when the list is replaced by one that does not allow it any more.</summary>
    /// <param name="isOver">Asked with the new list in force.</param>
    /// <param name="ends">What is cancelled then.</param>
    /// <returns>Stops to watch when it is disposed.</returns>
    internal IDisposable WhenReplaced(Func<bool> isOver, CancellationTokenSource ends)
    {
        var watch = new Watch(this, isOver, ends);
        lock (_gate)
            _watches.Add(watch);
        // The list may have been replaced since the token was looked up.
        watch.Look();
        return watch;
    }

    private sealed class Watch(AccessTokens owner, Func<bool> isOver, CancellationTokenSource ends) : IDisposable
    {
        public void Look()
        {
            if (!isOver())
                return;
            lock (owner._gate)
            {
                // Under the lock, so that it is not disposed meanwhile. What ends with it does so on another thread.
                if (owner._watches.Contains(this))
                    _ = ends.CancelAsync();
            }
        }

        public void Dispose()
        {
            lock (owner._gate)
                owner._watches.Remove(this);
        }
    }
}
