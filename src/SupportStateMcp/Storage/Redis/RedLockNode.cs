using StackExchange.Redis;
using SupportStateMcp.Conversations;

namespace SupportStateMcp.Storage.Redis;

/// <summary>What a voter answered.</summary>
internal enum Vote
{
    Yes,
    No,

    /// <summary>It did not answer in time, or not at all; it may have done what it was asked.</summary>
    Unreachable,
}

/// <summary>One of the servers that vote on locks. It answers quickly or counts as unreachable, and never throws.</summary>
internal sealed class RedLockNode(RedisConnection connection, TimeSpan timeToLive)
{
    /// <summary>Small compared with the time to live, so that a server that hangs costs little of it: 5 %, 10 to 250 ms.</summary>
    private readonly TimeSpan _timeout = TimeSpan.FromMilliseconds(Math.Clamp(timeToLive.TotalMilliseconds * 0.05, 10, 250));

    public Task<Vote> AcquireAsync(RedisKey key, string token) =>
        AskAsync(db => db.StringSetAsync(key, token, timeToLive, When.NotExists));

    public Task<Vote> ExtendAsync(RedisKey key, string token) =>
        AskAsync(async db => (long)await db.ScriptEvaluateAsync(
            RedisScripts.Extend, [key], [token, (long)timeToLive.TotalMilliseconds]) == 1);

    public Task<Vote> ReleaseAsync(RedisKey key, string token) =>
        AskAsync(async db => (long)await db.ScriptEvaluateAsync(RedisScripts.Unlock, [key], [token]) == 1);

    private async Task<Vote> AskAsync(Func<IDatabase, Task<bool>> question)
    {
        try
        {
            return await connection.CallAsync(question, CancellationToken.None, _timeout) ? Vote.Yes : Vote.No;
        }
        catch (StoreUnavailableException)
        {
            return Vote.Unreachable;
        }
    }
}
