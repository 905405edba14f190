namespace SupportStateMcp.Conversations;

/// <summary>Counts what is limited, by rule and key.</summary>
public interface IRateCounter
{
    /// <summary>Counts one more, or says when it may be tried again.</summary>
    /// <param name="rule">The rule.</param>
    /// <param name="key">Who is counted, for example <c>ai:claude</c>.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    ValueTask<RateGrant> TakeAsync(RateRule rule, string key, CancellationToken cancellationToken);
}
