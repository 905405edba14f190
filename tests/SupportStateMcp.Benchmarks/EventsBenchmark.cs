using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;

namespace SupportStateMcp.Benchmarks;

/// <summary>
/// Measures what it costs to tell other systems: a customer's message with and without a webhook, turn by turn; how long until the webhook has
/// it; and how much memory a listener takes, and how long until a thousand of them have heard of a message.
/// </summary>
internal static class EventsBenchmark
{
    private const int Warm = 3_000;
    private const int Measured = 3_000;
    private const int Together = 20;

    /// <summary><c>events [N]</c>: N listeners (default 1,000).</summary>
    public static async Task<int> RunAsync(string[] args)
    {
        var listeners = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 1_000;
        Console.WriteLine($"{Environment.ProcessorCount} cores, .NET {Environment.Version}\n");
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        await using var receiver = builder.Build();
        var arrived = new ConcurrentDictionary<string, long>();
        receiver.Run(async context =>
        {
            var at = Stopwatch.GetTimestamp();
            arrived.TryAdd(context.Request.Headers["webhook-id"]!, at);
            await context.Request.Body.CopyToAsync(Stream.Null);
        });
        await receiver.StartAsync();
        var address = receiver.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        foreach (var store in (string[])["redis", "sqlite"])
        {
            Console.WriteLine($"## Events, store {store}\n");
            arrived.Clear();
            await using var servers = await Servers.OnAsync(store);
            await TellAsync(servers, address, arrived);
            await ListenAsync(servers, listeners);
            Console.WriteLine();
        }

        return 0;
    }

    private static async Task TellAsync(Servers servers, string address, ConcurrentDictionary<string, long> arrived)
    {
        var (bare, bareAt) = await servers.PlainAsync();
        var (telling, tellingAt) = await servers.PlainAsync(
            ("SUPPORTSTATE__EVENTS__SINKS__0__NAME", "crm"), ("SUPPORTSTATE__EVENTS__SINKS__0__TYPE", "webhook"),
            ("SUPPORTSTATE__EVENTS__SINKS__0__URL", address), ("SUPPORTSTATE__EVENTS__SINKS__0__ALLOWPRIVATE", "true"));
        await using (bare)
        await using (telling)
        {
            using var without = new HttpClient { BaseAddress = bareAt };
            using var with = new HttpClient { BaseAddress = tellingAt };
            foreach (var (http, name) in ((HttpClient, string)[])[(without, "BARE"), (with, "TOLD")])
            {
                for (var n = 0; n < Together; n++)
                    await OpenAsync(http, $"{name}-{n}");
            }

            var (alone, told, delays) = (new List<double>(), new List<double>(), new List<double>());
            var sent = new List<(string Id, long At)>();
            for (var n = 0; n < Warm + Measured; n++)
            {
                var started = Stopwatch.GetTimestamp();
                await SayAsync(without, $"BARE-{n % Together}", n);
                var between = Stopwatch.GetTimestamp();
                var id = await SayAsync(with, $"TOLD-{n % Together}", n);
                var ended = Stopwatch.GetTimestamp();
                if (n >= Warm)
                {
                    alone.Add(Stopwatch.GetElapsedTime(started, between).TotalMilliseconds);
                    told.Add(Stopwatch.GetElapsedTime(between, ended).TotalMilliseconds);
                    sent.Add((id, between));
                }

                // A pause, in which it is told: the next call is the other server's, and must not pay for it.
                await Task.Delay(5);
            }

            while (!sent.TrueForAll(s => arrived.ContainsKey(s.Id)))
                await Task.Delay(50);
            foreach (var (id, at) in sent)
                delays.Add(Stopwatch.GetElapsedTime(at, arrived[id]).TotalMilliseconds);
            Write("a customer's message, without a sink", alone);
            Write("the same with one webhook", told, alone);
            Write("from the call to the webhook", delays);
        }
    }

    private static async Task ListenAsync(Servers servers, int listeners)
    {
        var (server, address) = await servers.PlainAsync();
        await using var _ = server;
        using var http = new HttpClient { BaseAddress = address };
        using var streams = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = listeners }) { BaseAddress = address, Timeout = Timeout.InfiniteTimeSpan };
        for (var n = 0; n < Together; n++)
        {
            await OpenAsync(http, $"HEARD-{n}");
            await SayAsync(http, $"HEARD-{n}", -n - 1);
        }

        server.Process.Refresh();
        var before = server.Process.WorkingSet64;
        var heard = new ConcurrentDictionary<string, Heard>();
        using var ends = new CancellationTokenSource();
        var listening = new List<Task>();
        for (var n = 0; n < listeners; n++)
        {
            var response = await streams.GetAsync(new Uri("/events/stream?topic=customer.requests", UriKind.Relative), HttpCompletionOption.ResponseHeadersRead, ends.Token);
            var reader = new StreamReader(await response.Content.ReadAsStreamAsync(ends.Token));
            listening.Add(Task.Run(async () =>
            {
                while (await reader.ReadLineAsync(ends.Token) is { } line)
                {
                    if (line.StartsWith("id: ", StringComparison.Ordinal))
                        heard.GetOrAdd(line[4..], _ => new Heard(listeners)).Note();
                }
            }));
        }

        server.Process.Refresh();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"- {listeners} listeners: {(server.Process.WorkingSet64 - before) / 1024.0 / listeners:0.0} kB of memory each"));
        var all = new List<double>();
        for (var n = 0; n < 100; n++)
        {
            var started = Stopwatch.GetTimestamp();
            var id = await SayAsync(http, $"HEARD-{n % Together}", n);
            var at = await heard.GetOrAdd(id, _ => new Heard(listeners)).ByAll;
            if (n >= 20)
                all.Add(Stopwatch.GetElapsedTime(started, at).TotalMilliseconds);
            await Task.Delay(100);
        }

        Write($"from a customer's message until all {listeners} have heard of it", all);
        await ends.CancelAsync();
        await Task.WhenAll(listening).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private static async Task OpenAsync(HttpClient http, string ticket) => await PostAsync(
        http, $"open-{ticket}", "customer.request", new JsonObject { ["ticket_id"] = ticket, ["customer_id"] = "CUST001", ["description"] = "The sidecar does not start." });

    /// <summary>The id of the event that comes of it.</summary>
    private static async Task<string> SayAsync(HttpClient http, string ticket, int n)
    {
        var taken = await PostAsync(http, $"say-{ticket}-{n}", "customer.message", new JsonObject { ["ticket_id"] = ticket, ["content"] = "It does not start yet, what now?" });
        return $"{taken["conversation_id"]}:{taken["version"]}";
    }

    private static async Task<JsonObject> PostAsync(HttpClient http, string id, string type, JsonObject data)
    {
        using var response = await http.PostAsJsonAsync(
            "/events", new JsonObject { ["specversion"] = "1.0", ["id"] = id, ["source"] = "/benchmark", ["type"] = type, ["data"] = data });
        return (await response.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<JsonObject>())!;
    }

    private static void Write(string what, List<double> times, List<double>? baseline = null)
    {
        times.Sort();
        baseline?.Sort();
        var ratio = baseline is null ? "" : string.Create(CultureInfo.InvariantCulture, $", p50 {times[times.Count / 2] / baseline[baseline.Count / 2]:0.00} of without");
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"- {what}: p50 {times[times.Count / 2]:0.00} ms, p99 {times[(int)(times.Count * 0.99)]:0.00} ms, slowest {times[^1]:0.0} ms{ratio} ({times.Count} times)"));
    }

    /// <summary>How many have heard of an event, and when the last of them has.</summary>
    private sealed class Heard(int all)
    {
        private readonly TaskCompletionSource<long> _byAll = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _count;

        public Task<long> ByAll => _byAll.Task;

        public void Note()
        {
            if (Interlocked.Increment(ref _count) == all)
                _byAll.TrySetResult(Stopwatch.GetTimestamp());
        }
    }
}
