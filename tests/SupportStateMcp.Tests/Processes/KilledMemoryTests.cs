using System.Text.Json;
using SupportStateMcp.Tests.Support;

namespace SupportStateMcp.Tests.Processes;

/// <summary>
/// The server is killed again and again while memories are written and conversations are closed. Afterwards no memory is half made: each key has one
/// valid text, each closed conversation one episode.
/// </summary>
public sealed class KilledMemoryTests
{
    private static readonly int s_kills = TestAmounts.Kills(3);
    private const int Customers = 4;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("sqlite")]
    [InlineData("redis")]
    public async Task A_kill_leaves_no_half_made_memory_and_no_episode_out_or_twice(string store)
    {
        var random = new Random(20261129);
        await using var deployment = await Deployment.OnAsync(store, "--toolsets", "conversations,memory");
        var (closed, ticket) = (new List<(string Customer, string Id)>(), 0);
        // What each customer may wish: the one that was answered last, and all that were sent since. A kill comes before or after the commit.
        var wishes = Enumerable.Range(0, Customers).ToDictionary(n => $"KILL-{n}", _ => new List<string>());
        for (var kill = 0; kill < s_kills; kill++)
        {
            await using var server = await deployment.StartServerAsync();
            var working = WorkAsync(server);
            // Each server gets somewhere, however slow the machine is; then any moment is as good as another.
            while (!working.IsCompleted && closed.Count < (kill + 1) * 3)
                await Task.Delay(20, Stop);
            await Task.Delay(random.Next(1_000), Stop);
            await server.KillAsync();
            await working;
        }

        var last = await deployment.StartServerAsync();
        Assert.NotEmpty(closed);
        foreach (var (customer, id) in closed)
        {
            // What the killed servers left behind is done within seconds.
            var episodes = await UntilAsync(async () => Memories(await last.CallAsync(
                "recall", new { customer_id = customer, query = $"problem {id[3..]}", kinds = new[] { "episode" }, k = 20 })).Where(m => m.GetProperty("conversation_id").GetString() == id).ToList());
            Assert.Single(episodes);
            Assert.Matches("^«Problem: .* Outcome: resolved", episodes[0].GetProperty("text").GetString());
        }

        for (var n = 0; n < Customers; n++)
        {
            var preferences = Memories(await last.CallAsync("recall", new { customer_id = $"KILL-{n}", kinds = new[] { "preference" }, k = 20 }));
            var text = Assert.Single(preferences).GetProperty("text").GetString();
            Assert.Contains(text, wishes[$"KILL-{n}"].Select(wish => $"«{wish}»"));
        }

        async Task WorkAsync(HttpServer server)
        {
            try
            {
                while (true)
                {
                    var (customer, name) = ($"KILL-{ticket % Customers}", $"K{++ticket}");
                    var wish = $"Wants number {ticket}.";
                    wishes[customer].Add(wish);
                    var remembered = await server.CallAsync("remember", new { customer_id = customer, kind = "preference", key = "number", text = wish });
                    Assert.Null(remembered.Code);
                    wishes[customer] = [wish];
                    await server.CallAsync("initialize_conversation", new { user_id = customer, ticket_id = name, description = $"The problem {name}." });
                    await server.CallAsync("transition_state", new { conversation_id = "cs-" + name, new_state = "processing" });
                    await server.CallAsync("transition_state", new { conversation_id = "cs-" + name, new_state = "awaiting_confirmation" });
                    if ((await server.CallAsync("transition_state", new { conversation_id = "cs-" + name, new_state = "resolved" })).Code is null)
                        closed.Add((customer, "cs-" + name));
                }
            }
            catch (HttpRequestException)
            {
                // It was killed.
            }
        }
    }

    private static List<JsonElement> Memories(ToolAnswer recalled) => [.. recalled.Content.GetProperty("memories").EnumerateArray()];

    private static async Task<List<JsonElement>> UntilAsync(Func<Task<List<JsonElement>>> read)
    {
        for (var waited = 0; ; waited++)
        {
            if (await read() is { Count: > 0 } found)
                return found;
            Assert.True(waited < 600, "It did not come.");
            await Task.Delay(100, Stop);
        }
    }
}
