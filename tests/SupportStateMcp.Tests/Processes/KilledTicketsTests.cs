using System.Net.Http.Json;
using System.Text.Json.Nodes;
using SupportStateMcp.Tests.Support;

namespace SupportStateMcp.Tests.Processes;

/// <summary>
/// The server with its built-in worker, and a worker as a process of its own, one or both of which are killed again and again while
/// tickets are at every step. Each ticket ends once, with one letter, whatever step the kills hit.
/// <c>SUPPORTSTATE_TEST_KILLS</c> says how many kills there are on each store.
/// </summary>
public sealed class KilledTicketsTests(ITestOutputHelper output)
{
    /// <summary>How many tickets are new before each kill.</summary>
    private const int Reported = 4;

    private static readonly int s_kills = TestAmounts.Kills(3);

    private readonly SortedDictionary<string, int> _lapsed = new(StringComparer.Ordinal);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("sqlite")]
    [InlineData("redis")]
    public async Task A_ticket_ends_once_with_one_letter_wherever_server_and_worker_are_killed(string store)
    {
        var random = new Random(20261128);
        await using var redis = store == "redis" ? await RedisServer.StartAsync("--appendonly", "yes", "--appendfsync", "everysec") : null;
        using var place = redis is null ? new CliPlace() : new CliPlace(redis);
        Assert.Equal(0, (await place.RunAsync("sample-data", "load", "--roles", "supervisor")).ExitCode);
        // A demo, so that REST approves; leases as short as they go, so that nobody waits long for a worker that is dead.
        var environment = new Dictionary<string, string>(place.Environment) { ["SUPPORTSTATE__TICKETS__LEASE"] = "5", ["SUPPORTSTATE__TICKETS__WORKERS"] = "2" };
        string[] demo = ["--demo", .. place.Arguments];

        var server = await HttpServer.StartAsync(demo, environment);
        var worker = Worker();
        try
        {
            for (var kill = 0; kill < s_kills; kill++)
            {
                using (var http = new HttpClient { BaseAddress = server.Address })
                {
                    var reporting = ReportAsync(http, kill * Reported);
                    await Task.Delay(random.Next(0, 600), Stop);
                    var which = random.Next(3);
                    if (which != 0)
                        await worker.DisposeAsync();
                    if (which != 1)
                        await server.KillAsync();
                    await reporting;
                    if (which != 0)
                        worker = Worker();
                    if (which == 1)
                        continue;
                }

                await server.DisposeAsync();
                server = await HttpServer.StartAsync(demo, environment);
            }

            using var last = new HttpClient { BaseAddress = server.Address };
            await FinishAsync(last);
            for (var n = 0; n < s_kills * Reported; n++)
                await CheckAsync(server, n);
            output.WriteLine($"{s_kills} kills on {store}; tries that a kill ended, by step: {string.Join(", ", _lapsed.Select(l => $"{l.Key} {l.Value}"))}");
        }
        finally
        {
            await worker.DisposeAsync();
            await server.DisposeAsync();
        }

        ServerProcess Worker() => ServerProcess.Run(["work", .. place.Arguments], environment);
    }

    /// <summary>Reports new tickets and approves what waits, until the server is gone.</summary>
    private static async Task ReportAsync(HttpClient http, int first)
    {
        try
        {
            for (var n = first; n < first + Reported; n++)
            {
                using var reported = await http.PostAsJsonAsync("/support/ticket", Ticket(n), Stop);
            }

            for (var n = first; n < first + Reported; n++)
            {
                using var waited = await http.GetAsync(new Uri($"/support/status/KT-{n}?wait=1", UriKind.Relative), Stop);
                using var approved = await http.PostAsJsonAsync($"/support/approve/KT-{n}", new { approved = true }, Stop);
            }
        }
        catch (HttpRequestException)
        {
            // It was killed; what was not told is told at the end.
        }
    }

    private static async Task FinishAsync(HttpClient http)
    {
        for (var n = 0; n < s_kills * Reported; n++)
        {
            using var reported = await http.PostAsJsonAsync("/support/ticket", Ticket(n), Stop);
            reported.EnsureSuccessStatusCode();
        }

        for (var n = 0; n < s_kills * Reported; n++)
        {
            for (var status = ""; status != "COMPLETED";)
            {
                var ticket = await http.GetFromJsonAsync<JsonObject>($"/support/status/KT-{n}?wait=30", Stop);
                status = (string)ticket!["status"]!;
                Assert.NotEqual("FAILED", status);
                if (status == "WAITING_FOR_APPROVAL")
                    (await http.PostAsJsonAsync($"/support/approve/KT-{n}", new { approved = true }, Stop)).EnsureSuccessStatusCode();
            }
        }
    }

    private async Task CheckAsync(HttpServer server, int n)
    {
        var ids = await Deployment.AssertWholeAsync(server, $"cs-KT-{n}");
        Assert.Single(ids, id => id.StartsWith("~letter-", StringComparison.Ordinal));
        Assert.Equal(2, ids.Count);
        var events = await Deployment.EventsAsync(server, $"cs-KT-{n}");
        var types = events.Select(e => e.GetProperty("type").GetString()).ToList();
        Assert.Single(types, t => t == "run_completed");
        Assert.Single(types, t => t == "approval_used");
        Assert.Equal(4, types.Count(t => t == "step_completed"));
        foreach (var lapsed in events.Where(e => e.GetProperty("type").GetString() == "lease_expired"))
        {
            var step = lapsed.GetProperty("details").GetProperty("step").GetString()!;
            _lapsed[step] = _lapsed.GetValueOrDefault(step) + 1;
        }
    }

    private static object Ticket(int n) => new { ticket_id = $"KT-{n}", customer_id = "CUST001", description = "The Dapr sidecar does not start." };
}
