using System.Text.Json;
using SupportStateMcp.Conversations;

namespace SupportStateMcp.Tests.Support;

/// <summary>A store, and any number of server processes on it.</summary>
internal sealed class Deployment : IAsyncDisposable
{
    private readonly string[] _arguments;
    private IReadOnlyDictionary<string, string> _environment = new Dictionary<string, string>();
    private readonly List<HttpServer> _servers = [];
    private readonly TemporaryDirectory? _directory;

    private Deployment(RedisServer? redis, TemporaryDirectory? directory, string[] arguments) =>
        (Redis, _directory, _arguments) = (redis, directory, arguments);

    /// <summary>The directory of this deployment alone; null on Redis.</summary>
    public string? Directory => _directory?.Path;

    /// <summary>The Redis of this deployment alone; null on SQLite.</summary>
    public RedisServer? Redis { get; }

    /// <summary>A fresh store of a kind: redis (that survives a clean stop) or sqlite.</summary>
    public static async Task<Deployment> OnAsync(string store, params string[] arguments)
    {
        if (store == "sqlite")
        {
            var directory = new TemporaryDirectory();
            return new Deployment(null, directory, ["--data", directory.Path, .. arguments]);
        }

        var redis = await RedisServer.StartAsync("--appendonly", "yes", "--appendfsync", "everysec");
        return new Deployment(redis, null, ["--redis", redis.ConnectionString, .. arguments]);
    }

    /// <summary>Has the servers started from now on ask for the tokens of these callers.</summary>
    public Deployment With(params Colleague[] callers)
    {
        _environment = GuardedServer.Environment([.. callers.Select(c => (c.Token, c.Actor, c.Roles))]);
        return this;
    }

    /// <summary>Starts one more server on the store.</summary>
    /// <param name="lockTimeout">How long its writes wait for others; a crowd at one conversation waits for its turn however slow the machine is.</param>
    public async Task<HttpServer> StartServerAsync(TimeSpan? lockTimeout = null)
    {
        var server = await HttpServer.StartAsync(
            _arguments,
            new Dictionary<string, string>(_environment) { ["SUPPORTSTATE__CONCURRENCY__LOCKTIMEOUT"] = $"{(lockTimeout ?? Eventually.Patience).TotalMilliseconds:0}" });
        _servers.Add(server);
        return server;
    }

    /// <summary>All messages of a conversation, oldest first.</summary>
    public static async Task<List<JsonElement>> HistoryAsync(HttpServer server, string id, string? token = null)
    {
        var messages = new List<JsonElement>();
        for (long? before = null; ;)
        {
            var page = await ReadAsync(server, token, "get_history", new { conversation_id = id, limit = 500, before, detail = "full" });
            messages.InsertRange(0, page.GetProperty("messages").EnumerateArray());
            if (!page.TryGetProperty("before", out var older))
                return messages;
            before = older.GetInt64();
        }
    }

    /// <summary>The whole trail of a conversation.</summary>
    public static async Task<List<JsonElement>> EventsAsync(HttpServer server, string id, string? token = null)
    {
        var events = new List<JsonElement>();
        for (var after = 0L; ;)
        {
            var page = await ReadAsync(server, token, "get_events", new { conversation_id = id, limit = 500, after });
            events.AddRange(page.GetProperty("events").EnumerateArray());
            if (!page.TryGetProperty("after", out var next))
                return events;
            after = next.GetInt64();
        }
    }

    /// <summary>What a tool that reads answers; where the store was too slow on a busy machine it is asked again, as callers are told to.</summary>
    private static async Task<JsonElement> ReadAsync(HttpServer server, string? token, string tool, object arguments)
    {
        var answer = default(ToolAnswer);
        await Eventually.TrueAsync(
            async () =>
            {
                answer = await server.CallAsync(token, tool, arguments);
                return answer.Code != ErrorCodes.StoreUnavailable;
            },
            () => answer.Result.ToString());
        Assert.False(answer.IsRefused, answer.Result.ToString());
        return answer.Content;
    }

    /// <summary>History, trail and snapshot of a conversation tell the same, without a gap; returns the ids of its messages.</summary>
    public static async Task<List<string>> AssertWholeAsync(HttpServer server, string id, string? token = null)
    {
        var state = await ReadAsync(server, token, "get_state", new { conversation_id = id });
        var messages = await HistoryAsync(server, id, token);
        var events = await EventsAsync(server, id, token);

        Assert.Equal(Enumerable.Range(1, events.Count).Select(n => (long)n), events.Select(e => e.GetProperty("version").GetInt64()));
        Assert.Equal(events.Count, state.GetProperty("version").GetInt64());
        Assert.Equal(messages.Count, state.GetProperty("message_count").GetInt64());
        Assert.Equal(Enumerable.Range(1, messages.Count).Select(n => (long)n), messages.Select(m => m.GetProperty("number").GetInt64()));
        Assert.Equal(
            events.Where(e => e.GetProperty("type").GetString() == "message_added").Select(e => e.GetProperty("details").GetProperty("message_id").GetString()),
            messages.Select(m => m.GetProperty("message_id").GetString()));

        var ids = messages.Select(m => m.GetProperty("message_id").GetString()!).ToList();
        Assert.Equal(ids.Count, ids.Distinct().Count());
        return ids;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var server in _servers)
            await server.DisposeAsync();
        if (Redis is not null)
            await Redis.DisposeAsync();
        _directory?.Dispose();
    }
}
