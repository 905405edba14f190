namespace SupportStateMcp.Storage.Sqlite;

/// <summary>Something for the writer to do, and the one who waits for it.</summary>
/// <param name="alone">True where it runs outside of a transaction.</param>
/// <param name="givenUp">Set where nobody waits any more; what has not begun then is left.</param>
internal abstract class SqliteWork(bool alone, CancellationToken givenUp)
{
    public bool IsAlone => alone;

    /// <summary>True, and told so, where nobody waits for it any more.</summary>
    public bool WasGivenUp()
    {
        if (!givenUp.IsCancellationRequested)
            return false;
        Fail(new OperationCanceledException(givenUp));
        return true;
    }

    public abstract void Run(SqliteSession session);

    /// <summary>Tells the result of the last run.</summary>
    public abstract void Complete();

    public abstract void Fail(Exception exception);
}

/// <inheritdoc/>
internal sealed class SqliteWork<T>(Func<SqliteSession, T> run, bool alone, CancellationToken givenUp) : SqliteWork(alone, givenUp)
{
    // Who waits goes on elsewhere: the thread is the writer's.
    private readonly TaskCompletionSource<T> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private T _result = default!;

    public Task<T> Done => _done.Task;

    public override void Run(SqliteSession session) => _result = run(session);

    public override void Complete() => _done.TrySetResult(_result);

    public override void Fail(Exception exception) => _done.TrySetException(exception);
}
