using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace SupportStateMcp.Benchmarks;

/// <summary>
/// Measures tickets over REST, worked by the built-in rules: how long one takes until a person is asked, how many go through in a
/// second, how long a look at one takes meanwhile, and what a look for work costs where nothing waits. It also counts that no
/// step was done twice.
/// </summary>
internal static class TicketBenchmark
{
    private const int Callers = 32;
    private const int Workers = 8;
    private const int Alone = 50;

    /// <summary>How many tickets come first: the runtime compiles again and again what is called often, for half a minute.</summary>
    private const int Warm = 4_000;

    /// <summary>How many tickets a second come in where the machine has time left.</summary>
    private const int Paced = 25;
    private static int s_again;

    /// <summary><c>tickets [N]</c>: N tickets at once (default 1,000).</summary>
    public static async Task<int> RunAsync(string[] args)
    {
        var count = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 1_000;
        Console.WriteLine($"{Environment.ProcessorCount} cores, .NET {Environment.Version}\n");
        foreach (var store in (string[])["redis", "sqlite"])
        {
            await using var servers = await Servers.OnAsync(store);
            await LookAsync(servers);
            await TicketsAsync(servers, count);
        }

        return 0;
    }

    /// <summary><c>next_step</c> with nothing to do, against a tool that does nothing, turn by turn.</summary>
    private static async Task LookAsync(Servers servers)
    {
        await using var server = servers.Stdio();
        var client = new StdioClient(server.Process);
        await client.ConnectAsync();
        var (noop, look) = (new List<double>(), new List<double>());
        for (var n = 0; n < 4_000; n++)
        {
            var started = Stopwatch.GetTimestamp();
            await client.CallAsync("noop", """{"text":"hello"}""");
            var between = Stopwatch.GetTimestamp();
            await client.CallAsync("next_step", "{}");
            // The runtime compiles what is called often once more.
            if (n < 2_000)
                continue;
            noop.Add(Stopwatch.GetElapsedTime(started, between).TotalMilliseconds);
            look.Add(Stopwatch.GetElapsedTime(between).TotalMilliseconds);
        }

        Console.WriteLine($"## Tickets, store {servers.Store}\n");
        Write("next_step with nothing to do, stdio", look, noop, "of no-op");
    }

    private static async Task TicketsAsync(Servers servers, int count)
    {
        var (server, address) = await servers.DemoAsync(Workers);
        await using var _ = server;
        using var http = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = Callers * 2 }) { BaseAddress = address };

        await AllAsync("WARM", Warm, http, waits: true);
        var alone = new List<double>();
        for (var n = 0; n < Alone; n++)
        {
            var started = Stopwatch.GetTimestamp();
            await WorkedAsync(http, $"ONE-{n}");
            alone.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
        }

        var (looks, healths) = (new List<double>(), new List<double>());
        using var ends = new CancellationTokenSource();
        var looking = LookOnAsync(http, looks, healths, ends.Token);
        var begun = Stopwatch.GetTimestamp();
        await AllAsync("MANY", count, http, waits: false);
        var reported = Stopwatch.GetElapsedTime(begun).TotalSeconds;
        await ForAllAsync(count, n => WaitAsync(http, $"MANY-{n}", "WAITING_FOR_APPROVAL"));
        var waiting = Stopwatch.GetElapsedTime(begun).TotalSeconds;
        await ForAllAsync(count, async n =>
        {
            using var decided = await PostAsync(http, $"/support/approve/MANY-{n}", new JsonObject { ["approved"] = true });
        });
        await ForAllAsync(count, n => WaitAsync(http, $"MANY-{n}", "COMPLETED"));
        var completed = Stopwatch.GetElapsedTime(begun).TotalSeconds;
        await ends.CancelAsync();
        await looking;

        Write("from the report to WAITING_FOR_APPROVAL, one at a time", alone);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"- {count} tickets by {Callers} callers, {Workers} workers: {count / reported:0} reported a second, {count / waiting:0} a second until a person is asked, {count / completed:0} a second to the end, decision and letter too"));
        Console.WriteLine($"- told to try again, the store not having answered in time: {s_again} calls");
        Write("ticket status meanwhile", looks, healths, "of /health/live");
        await CheckAsync(http, count);

        (looks, healths) = ([], []);
        using var pacedEnds = new CancellationTokenSource();
        looking = LookOnAsync(http, looks, healths, pacedEnds.Token);
        var paced = new List<Task>();
        using (var pace = new PeriodicTimer(TimeSpan.FromMilliseconds(1_000.0 / Paced)))
        {
            for (var n = 0; n < Paced * 10 && await pace.WaitForNextTickAsync(); n++)
                paced.Add(WorkedAsync(http, $"PACED-{n}"));
        }

        await Task.WhenAll(paced);
        await pacedEnds.CancelAsync();
        await looking;
        Write($"ticket status while {Paced} tickets a second are reported and worked", looks, healths, "of /health/live");
        Console.WriteLine();
    }

    private static async Task WorkedAsync(HttpClient http, string ticket)
    {
        await ReportAsync(http, ticket);
        await WaitAsync(http, ticket, "WAITING_FOR_APPROVAL");
    }

    /// <summary>Every step once, and one letter.</summary>
    private static async Task CheckAsync(HttpClient http, int count)
    {
        var wrong = new ConcurrentBag<string>();
        await ForAllAsync(count, async n =>
        {
            var status = await http.GetFromJsonAsync<JsonObject>($"/support/status/MANY-{n}");
            var types = status!["output"]!["timeline"]!.AsArray().Select(e => (string?)e!["event"]).ToList();
            if (types.Count(t => t == "step_leased") != 3 || types.Count(t => t == "step_completed") != 4 || types.Count(t => t == "run_completed") != 1 || types.Count(t => t == "approval_used") != 1)
                wrong.Add($"MANY-{n}: {string.Join(' ', types)}");
        });
        Console.WriteLine($"- steps done twice or left out: {wrong.Count} of {count} tickets\n");
        foreach (var line in wrong.Take(5))
            Console.WriteLine(line);
    }

    private static async Task LookOnAsync(HttpClient http, List<double> looks, List<double> healths, CancellationToken ends)
    {
        var random = new Random(8);
        while (!ends.IsCancellationRequested)
        {
            var started = Stopwatch.GetTimestamp();
            using (await http.GetAsync(new Uri("/health/live", UriKind.Relative), CancellationToken.None))
            {
            }

            var between = Stopwatch.GetTimestamp();
            using (var looked = await http.GetAsync(new Uri($"/support/status/WARM-{random.Next(Warm)}", UriKind.Relative), CancellationToken.None))
                looked.EnsureSuccessStatusCode();
            healths.Add(Stopwatch.GetElapsedTime(started, between).TotalMilliseconds);
            looks.Add(Stopwatch.GetElapsedTime(between).TotalMilliseconds);
            await Task.Delay(5, CancellationToken.None);
        }
    }

    private static Task AllAsync(string prefix, int count, HttpClient http, bool waits) => ForAllAsync(count, async n =>
    {
        if (waits)
            await WorkedAsync(http, $"{prefix}-{n}");
        else
            await ReportAsync(http, $"{prefix}-{n}");
    });

    private static Task ForAllAsync(int count, Func<int, Task> work) =>
        Parallel.ForAsync(0, count, new ParallelOptions { MaxDegreeOfParallelism = Callers }, async (n, _) => await work(n));

    private static async Task ReportAsync(HttpClient http, string ticket)
    {
        using var reported = await PostAsync(
            http, "/support/ticket",
            new JsonObject { ["ticket_id"] = ticket, ["customer_id"] = "CUST001", ["description"] = "The Dapr sidecar does not start after the upgrade; the pod restarts every minute." });
    }

    /// <summary>As a client does: what is told to try again tries again, and is counted.</summary>
    private static async Task<HttpResponseMessage> PostAsync(HttpClient http, string path, JsonObject body)
    {
        while (true)
        {
            var response = await http.PostAsJsonAsync(path, body);
            if (response.StatusCode != HttpStatusCode.ServiceUnavailable)
                return response.EnsureSuccessStatusCode();
            response.Dispose();
            Interlocked.Increment(ref s_again);
            await Task.Delay(100);
        }
    }

    private static async Task WaitAsync(HttpClient http, string ticket, string wanted)
    {
        while (true)
        {
            var status = (string?)(await http.GetFromJsonAsync<JsonObject>($"/support/status/{ticket}?wait=30"))!["status"];
            if (status == wanted)
                return;
            // A decision takes a moment to reach the run; what waits for a person answers at once.
            if (status is "FAILED" or "TERMINATED")
                throw new InvalidOperationException($"{ticket} is {status}.");
            await Task.Delay(20);
        }
    }

    private static void Write(string what, List<double> times, List<double>? baseline = null, string? of = null)
    {
        times.Sort();
        baseline?.Sort();
        var ratio = baseline is null ? "" : string.Create(CultureInfo.InvariantCulture, $", p50 {times[times.Count / 2] / baseline[baseline.Count / 2]:0.0} {of}");
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"- {what}: p50 {times[times.Count / 2]:0.00} ms, p99 {times[(int)(times.Count * 0.99)]:0.00} ms, slowest {times[^1]:0.0} ms{ratio} ({times.Count} times)"));
    }
}
