using SupportStateMcp.Identity;

namespace SupportStateMcp.Conversations;

/// <summary>
/// What callers may do in a time. A person's writes are never refused for what programs have done to the same customer, and what the server does
/// by itself is not counted at all.
/// </summary>
public sealed class RateLimits(LimitOptions options, IRateCounter counter)
{
    private readonly RateRule? _calls = Rule("calls_per_minute", options.CallsPerMinute, TimeSpan.FromMinutes(1), flows: true);
    private readonly RateRule? _writes = Rule("writes_per_minute_per_customer", options.WritesPerMinutePerCustomer, TimeSpan.FromMinutes(1), flows: true);
    private readonly RateRule? _openings = Rule("conversations_per_day", options.ConversationsPerCallerAndDay, TimeSpan.FromDays(1), flows: false);

    /// <summary>Whether calls are counted at all.</summary>
    public bool CountsCalls => _calls is not null;

    /// <summary>Counts a call of a face, before it is done; the refusal where it is one too many.</summary>
    public ValueTask<Error?> CallAsync(Actor caller, CancellationToken cancellationToken) =>
        _calls is null ? default : CountAsync(_calls, caller.ToString(), cancellationToken);

    /// <summary>Whether each change that somebody makes is counted.</summary>
    public bool CountsWritesOf(Actor by) => _writes is not null && by.Kind is ActorKind.Ai or ActorKind.System && !ServerActors.Contains(by);

    /// <summary>Counts a change of a conversation, before it is committed; the refusal where it is one too many.</summary>
    /// <param name="by">Who changes it.</param>
    /// <param name="customer">Whose conversation it is.</param>
    /// <param name="opens">Whether it begins with this change.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public ValueTask<Error?> WriteAsync(Actor by, string customer, bool opens, CancellationToken cancellationToken)
    {
        var (openings, writes) = (opens && !ServerActors.Contains(by) ? _openings : null, CountsWritesOf(by) ? _writes : null);
        return (openings, writes) switch
        {
            (null, null) => default,
            ({ } rule, null) => CountAsync(rule, by.ToString(), cancellationToken),
            (null, { } rule) => CountAsync(rule, customer, cancellationToken),
            _ => BothAsync(),
        };

        async ValueTask<Error?> BothAsync() =>
            await CountAsync(writes, customer, cancellationToken) ?? await CountAsync(openings, by.ToString(), cancellationToken);
    }

    private async ValueTask<Error?> CountAsync(RateRule rule, string key, CancellationToken cancellationToken)
    {
        var grant = await counter.TakeAsync(rule, key, cancellationToken);
        return grant.Granted > 0 ? null : Error.RateLimited(rule.Name, rule.Most, Math.Max(1, (int)Math.Ceiling(grant.RetryAfter.TotalSeconds)));
    }

    private static RateRule? Rule(string name, int? most, TimeSpan period, bool flows) => most is { } limit ? new RateRule(name, limit, period, flows) : null;
}
