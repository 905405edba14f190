using System.Net.Http.Json;
using System.Text.Json.Nodes;
using SupportStateMcp.Tests.Support;

namespace SupportStateMcp.Tests.Processes;

/// <summary>
/// Server and built-in worker are one process here, killed again and again while tickets are at every step. Each ticket ends once, with one
/// letter, whatever step the kills hit. <c>SUPPORTSTATE_TEST_TICKETS</c> makes it as many tickets as it says.
/// </summary>
public sealed class KilledTicketsTests
{
    private const int Kills = 3;

    private static readonly int s_tickets = int.TryParse(Environment.GetEnvironmentVariable("SUPPORTSTATE_TEST_TICKETS"), out var many) ? many : 12;

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
        string[] arguments = ["--demo", .. place.Arguments];

        for (var kill = 0; kill <= Kills; kill++)
        {
            await using var server = await HttpServer.StartAsync(arguments, environment);
            using var http = new HttpClient { BaseAddress = server.Address };
            if (kill == Kills)
            {
                await FinishAsync(http);
                for (var n = 0; n < s_tickets; n++)
                    await CheckAsync(server, n);
                break;
            }

            var reporting = ReportAsync(http);
            await Task.Delay(random.Next(50, 1_500), Stop);
            await server.KillAsync();
            await reporting;
        }
    }

    /// <summary>Reports all tickets, again where it was done, and approves what waits, until the server is gone.</summary>
    private static async Task ReportAsync(HttpClient http)
    {
        try
        {
            for (var n = 0; n < s_tickets; n++)
            {
                using var reported = await http.PostAsJsonAsync("/support/ticket", Ticket(n), Stop);
                using var approved = await http.PostAsJsonAsync($"/support/approve/KT-{n}", new { approved = true }, Stop);
            }
        }
        catch (HttpRequestException)
        {
            // It was killed; the next one is told again.
        }
    }

    private static async Task FinishAsync(HttpClient http)
    {
        for (var n = 0; n < s_tickets; n++)
        {
            using var reported = await http.PostAsJsonAsync("/support/ticket", Ticket(n), Stop);
            reported.EnsureSuccessStatusCode();
        }

        for (var n = 0; n < s_tickets; n++)
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

    private static async Task CheckAsync(HttpServer server, int n)
    {
        var ids = await Deployment.AssertWholeAsync(server, $"cs-KT-{n}");
        Assert.Single(ids, id => id.StartsWith("~letter-", StringComparison.Ordinal));
        Assert.Equal(2, ids.Count);
        var types = (await Deployment.EventsAsync(server, $"cs-KT-{n}")).Select(e => e.GetProperty("type").GetString()).ToList();
        Assert.Single(types, t => t == "run_completed");
        Assert.Single(types, t => t == "approval_used");
        Assert.Equal(4, types.Count(t => t == "step_completed"));
    }

    private static object Ticket(int n) => new { ticket_id = $"KT-{n}", customer_id = "CUST001", description = "The Dapr sidecar does not start." };
}
