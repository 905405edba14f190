using System.Globalization;
using System.Text.Json;
using StackExchange.Redis;
using SupportStateMcp.Conversations;
using SupportStateMcp.Memory;
using SupportStateMcp.Primitives;

namespace SupportStateMcp.Storage.Redis;

/// <summary>Values of sessions in Redis, a hash for each conversation, which goes when its last value does.</summary>
/// <param name="connection">The Redis that holds them; stays its owner's to dispose.</param>
/// <param name="options">The key prefix.</param>
/// <param name="time">The clock that expires values.</param>
public sealed class RedisSessionStore(RedisConnection connection, RedisOptions options, TimeProvider time) : ISessionStore
{
    private readonly RedisKeys _keys = new(options.KeyPrefix);

    public async ValueTask<SessionSet> SetAsync(
        ConversationId id, string life, SessionValue value, int most, int mostBytes, string? over, CancellationToken cancellationToken) =>
        await WriteAsync(id, life, value.Key, value.ExpiresAt, Utf8Json.Write(value, MemoryJson.Default.SessionValue), most, mostBytes, over, cancellationToken);

    public async ValueTask RemoveAsync(ConversationId id, string life, string key, CancellationToken cancellationToken) =>
        await WriteAsync(id, life, key, time.GetUtcNow(), RedisValue.EmptyString, 0, 0, over: null, cancellationToken);

    public async ValueTask<IReadOnlyList<SessionValue>> ReadAsync(ConversationId id, string life, CancellationToken cancellationToken)
    {
        var fields = await connection.CallAsync(db => db.HashGetAllAsync(_keys.Session(id), RedisConnection.Master), cancellationToken);
        var now = time.GetUtcNow();
        return [.. fields.Select(f => ((string)f.Value!).Split('\n', 3)).Where(parts => parts[1] == life)
            .Select(parts => JsonSerializer.Deserialize(parts[2], MemoryJson.Default.SessionValue)!)
            .Where(v => v.ExpiresAt > now).OrderBy(v => v.Key, StringComparer.Ordinal)];
    }

    public async ValueTask ClearAsync(ConversationId id, string life, CancellationToken cancellationToken) =>
        await connection.CallAsync(db => db.RunAsync(RedisScripts.SessionClear, [_keys.Session(id)], [life]), cancellationToken);

    /// <summary>Nothing: Redis lets them go by itself.</summary>
    public ValueTask SweepAsync(CancellationToken cancellationToken) => ValueTask.CompletedTask;

    private async Task<SessionSet> WriteAsync(
        ConversationId id, string life, string key, DateTimeOffset expiresAt, RedisValue value, int most, int mostBytes, string? over, CancellationToken cancellationToken)
    {
        var answer = (RedisValue[])(await connection.CallAsync(
            db => db.RunAsync(
                RedisScripts.SessionSet,
                [_keys.Session(id)],
                [
                    time.GetUtcNow().ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture), life, key,
                    expiresAt.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture), value, most, mostBytes, over ?? "",
                ]),
            cancellationToken))!;
        return new SessionSet((SessionWrite)(long)answer[0], answer.Length > 1 ? (string?)answer[1] : null);
    }
}
