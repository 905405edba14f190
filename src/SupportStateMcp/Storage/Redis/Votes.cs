namespace SupportStateMcp.Storage.Redis;

/// <summary>A question put to all voters at once, answered as soon as the outcome is certain.</summary>
internal sealed class Votes
{
    private readonly TaskCompletionSource<bool> _outcome = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<bool> _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _gate = new();
    private readonly int _nodes;
    private int _yes;
    private int _no;
    private int _unreachable;

    /// <param name="answers">What each voter answers, in the order of the voters.</param>
    public Votes(IEnumerable<Task<Vote>> answers)
    {
        Answers = [.. answers];
        _nodes = Answers.Count;
        foreach (var answer in Answers)
            _ = CountAsync(answer);
    }

    public IReadOnlyList<Task<Vote>> Answers { get; }

    /// <summary>Whether a majority answered at all, whatever it said.</summary>
    public Task<bool> ReachedAsync() => _reached.Task;

    /// <summary>True as soon as a majority said yes, false as soon as none can.</summary>
    public Task<bool> CarriedAsync(CancellationToken cancellationToken) => _outcome.Task.WaitAsync(cancellationToken);

    private async Task CountAsync(Task<Vote> answer)
    {
        var vote = await answer;
        lock (_gate)
        {
            (_yes, _no, _unreachable) = vote switch
            {
                Vote.Yes => (_yes + 1, _no, _unreachable),
                Vote.No => (_yes, _no + 1, _unreachable),
                _ => (_yes, _no, _unreachable + 1),
            };

            var quorum = RedLock.Quorum(_nodes);
            if (_yes >= quorum)
                _outcome.TrySetResult(true);
            else if (_nodes - _no - _unreachable < quorum)
                _outcome.TrySetResult(false);
            if (_yes + _no >= quorum)
                _reached.TrySetResult(true);
            else if (_nodes - _unreachable < quorum)
                _reached.TrySetResult(false);
        }
    }
}
