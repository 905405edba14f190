using System.Collections.Concurrent;
using SupportStateMcp.Conversations;
using SupportStateMcp.Tests.Support;

namespace SupportStateMcp.Tests.Processes;

/// <summary>The server killed in the middle of its work, again and again. A class for each store, so that they run side by side.</summary>
public abstract class KilledServerTests(string store)
{
    private static readonly int s_kills = TestAmounts.Kills(8);
    private const int Conversations = 4;
    private const int Writers = 12;

    [Fact]
    public async Task Kills_under_load_lose_nothing_acknowledged_and_double_nothing_repeated()
    {
        var random = new Random(20261121);
        await using var deployment = await Deployment.OnAsync(store);
        var sent = new ConcurrentDictionary<string, bool>();
        var unanswered = new ConcurrentQueue<(string Conversation, string Message)>();

        for (var kill = 0; kill < s_kills; kill++)
        {
            await using var server = await deployment.StartServerAsync();
            for (var n = 0; n < Conversations; n++)
                await server.CallAsync("initialize_conversation", new { user_id = "u", ticket_id = $"KILL-{n}" });

            // What the last server did not answer for is repeated first.
            while (unanswered.TryDequeue(out var lost))
                await AddAsync(server, lost.Conversation, lost.Message);

            using var killed = new CancellationTokenSource();
            var round = kill;
            var writers = Enumerable.Range(0, Writers).Select(w => Task.Run(async () =>
            {
                for (var n = 0; !killed.IsCancellationRequested; n++)
                {
                    var (id, message) = ($"cs-KILL-{w % Conversations}", $"m-{round}-{w}-{n}");
                    sent[message] = true;
                    try
                    {
                        await AddAsync(server, id, message);
                    }
                    catch (HttpRequestException)
                    {
                        unanswered.Enqueue((id, message));
                        return;
                    }
                }
            })).ToList();

            await Task.Delay(random.Next(20, 200));
            await server.KillAsync();
            await killed.CancelAsync();
            await Task.WhenAll(writers);
        }

        await using var survivor = await deployment.StartServerAsync();
        foreach (var (id, message) in unanswered)
            await AddAsync(survivor, id, message);

        var stored = new List<string>();
        for (var n = 0; n < Conversations; n++)
            stored.AddRange(await Deployment.AssertWholeAsync(survivor, $"cs-KILL-{n}"));
        Assert.Equal(sent.Keys.Order(), stored.Order());
    }

    private static async Task AddAsync(HttpServer server, string id, string message)
    {
        var answer = await server.CallAsync("add_message", new { conversation_id = id, role = "user", content = $"content of {message}", message_id = message });
        Assert.False(answer.IsRefused, answer.Result.ToString());
    }
}

public sealed class KilledServerOnRedisTests() : KilledServerTests("redis");

public sealed class KilledServerOnSqliteTests() : KilledServerTests("sqlite");
