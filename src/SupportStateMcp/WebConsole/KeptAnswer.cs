using SupportStateMcp.Conversations;

namespace SupportStateMcp.WebConsole;

/// <summary>An answer that is told again for a while, so that many open pages cost the store no more than one. One call at a time asks.</summary>
/// <typeparam name="T">What is answered.</typeparam>
/// <param name="kept">For how long.</param>
/// <param name="ask">Asks for it; a refusal is not kept.</param>
/// <param name="time">The clock.</param>
internal sealed class KeptAnswer<T>(TimeSpan kept, Func<CancellationToken, ValueTask<Result<T>>> ask, TimeProvider time) : IDisposable
    where T : class
{
    private readonly SemaphoreSlim _asking = new(1, 1);
    private volatile Answer? _last;

    /// <summary>The answer, which was asked for no longer ago than it is kept.</summary>
    public async ValueTask<Result<T>> GetAsync(CancellationToken cancellationToken)
    {
        if (Fresh() is { } known)
            return known;
        await _asking.WaitAsync(cancellationToken);
        try
        {
            if (Fresh() is { } fresh)
                return fresh;
            var at = time.GetUtcNow();
            var answer = await ask(cancellationToken);
            if (answer.TryGet(out var value, out _))
                _last = new Answer(value, at);
            return answer;
        }
        finally
        {
            _asking.Release();
        }
    }

    public void Dispose() => _asking.Dispose();

    /// <summary>What is kept, if it is not too old. Where the clock was set back, its age is not known.</summary>
    private T? Fresh() => _last is { } last && time.GetUtcNow() - last.At is var age && age >= TimeSpan.Zero && age < kept ? last.Value : null;

    private sealed record Answer(T Value, DateTimeOffset At);
}
