using StackExchange.Redis;

namespace SupportStateMcp.Storage.Redis;

/// <summary>How the scripts of <see cref="RedisScripts"/> are run: on the master, by their digest, so that their text goes over the network once.</summary>
internal static class RedisScriptCalls
{
    /// <summary>
    /// Runs a script. The client sends a script again that the server has forgotten, once: a server that forgets it again before it is
    /// called (SCRIPT FLUSH, a failover) answers NOSCRIPT and has run nothing. Then the text itself goes with the call, which no server can have forgotten.
    /// </summary>
    /// <exception cref="RedisServerException">The server refuses the call, or the script fails.</exception>
    public static async Task<RedisResult> RunAsync(this IDatabaseAsync db, string script, RedisKey[] keys, RedisValue[] arguments)
    {
        try
        {
            return await db.ScriptEvaluateAsync(script, keys, arguments, RedisConnection.Master);
        }
        catch (RedisServerException e) when (e.Message.StartsWith("NOSCRIPT", StringComparison.Ordinal))
        {
            return await db.ScriptEvaluateAsync(script, keys, arguments, RedisConnection.Master | CommandFlags.NoScriptCache);
        }
    }
}
