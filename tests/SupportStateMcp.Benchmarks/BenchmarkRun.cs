using System.Diagnostics;
using System.Globalization;

namespace SupportStateMcp.Benchmarks;

/// <summary>
/// Measures tools against one that does nothing, on the same server in the same run, and prints the ratios as Markdown.
/// Single figures say little on a machine that others use too; the ratios hold.
/// </summary>
internal static class BenchmarkRun
{
    private static readonly string[] s_tools = ["noop", "get_state", "add_message", "begin_turn", "get_history"];
    private const int Cases = 256;
    private const int Opening = 50;
    private static int s_run;

    /// <summary>How long a tool is called before it is measured: the runtime compiles what is called often once more.</summary>
    private const int WarmUpSeconds = 12;

    /// <summary>
    /// Options: <c>--seconds N</c> for each load (default 3), <c>--rounds N</c> (default 3), <c>--peers DIR</c> with the reference
    /// servers installed, <c>--native FILE</c> for the native program.
    /// </summary>
    public static async Task<int> RunAsync(string[] args)
    {
        var seconds = Option(args, "--seconds", 3);
        var rounds = Option(args, "--rounds", 3);
        var peers = Text(args, "--peers") is { } folder ? new Peers(folder) : null;
        Console.WriteLine($"{Environment.ProcessorCount} cores, .NET {Environment.Version}, {rounds} rounds of {seconds} s a load; medians.\n");

        foreach (var store in (string[])["redis", "sqlite"])
        {
            await using var servers = await Servers.OnAsync(store);
            await HttpAsync(servers, seconds, rounds);
            var noop = await StdioAsync(servers, seconds);
            if (peers is not null && store == "sqlite")
                await peers.RunAsync(seconds, noop);
            await HistoryAsync(servers);
        }

        var programs = new List<(string Name, string File, string[] Arguments)> { ("portable", Path.Combine(AppContext.BaseDirectory, "SupportStateMcp"), []) };
        if (Text(args, "--native") is { } native)
            programs.Add(("native", native, []));
        if (programs.Count > 1)
            await ProgramsAsync(programs, seconds, rounds);
        await StartAsync([.. programs, .. peers?.Programs ?? []]);
        return 0;
    }

    private static async Task HttpAsync(Servers servers, int seconds, int rounds)
    {
        var (server, endpoint) = await servers.HttpAsync();
        await using var _ = server;
        await OpenAsync(servers);
        var added = 0L;
        foreach (var tool in s_tools)
            await RunAsync(tool, 64, WarmUpSeconds);

        Console.WriteLine($"## HTTP, store {servers.Store}, {Cases} conversations\n");
        Console.WriteLine("| connections | tool | calls/s | of no-op | median ms | errors |\n|---|---|---|---|---|---|");
        foreach (var connections in (int[])[1, 16, 64])
        {
            var loads = s_tools.ToDictionary(t => t, _ => new List<Load>());
            // Turn by turn, so that a slow moment of the machine meets all of them.
            for (var round = 0; round < rounds; round++)
            {
                foreach (var tool in s_tools)
                    loads[tool].Add(await RunAsync(tool, connections, seconds));
            }

            foreach (var tool in s_tools)
            {
                var ratio = Median(loads[tool].Zip(loads["noop"], (a, b) => a.PerSecond / b.PerSecond));
                Row(connections, tool, Median(loads[tool].Select(l => l.PerSecond)), ratio,
                    Median(loads[tool].Select(l => l.MedianMilliseconds)), loads[tool].Sum(l => l.Errors));
            }
        }

        // A refusal is an answer too, and a fast one: count what was really stored.
        var stored = await StoredAsync(servers);
        Console.WriteLine($"\n{added} messages were acknowledged, {stored - (Cases * Opening)} stored.\n");
        if (stored - (Cases * Opening) < added)
            throw new InvalidOperationException("Some calls were refused: the figures above are not those of messages that were stored.");

        async Task<Load> RunAsync(string tool, int connections, int time)
        {
            var load = await Load.RunAsync(endpoint, tool, connections, time, Cases, $"run{s_run++}");
            added += tool is "add_message" or "begin_turn" ? load.Calls : 0;
            return load;
        }
    }

    private static async Task<long> StoredAsync(Servers servers)
    {
        await using var server = servers.Stdio();
        var client = new StdioClient(server.Process);
        await client.ConnectAsync();
        var stored = 0L;
        for (var n = 0; n < Cases; n++)
        {
            var state = await client.CallAsync("get_state", $$"""{"conversation_id":"cs-BENCH-{{n}}"}""");
            stored += state.GetProperty("structuredContent").GetProperty("message_count").GetInt64();
        }

        return stored;
    }

    private static async Task<double> StdioAsync(Servers servers, int seconds)
    {
        await using var server = servers.Stdio();
        var client = new StdioClient(server.Process);
        await client.ConnectAsync();

        Console.WriteLine($"## stdio, one call at a time, store {servers.Store}\n");
        Console.WriteLine("| tool | calls/s | of no-op | mean ms |\n|---|---|---|---|");
        var noop = 0.0;
        foreach (var tool in s_tools)
        {
            await ForAsync(1, n => client.CallAsync(tool, Arguments(tool, $"warm{n}")));
            var perSecond = await ForAsync(seconds, n => client.CallAsync(tool, Arguments(tool, $"run{n}")));
            noop = tool == "noop" ? perSecond : noop;
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {tool} | {perSecond:0} | {perSecond / noop:0.00} | {1000 / perSecond:0.000} |"));
        }

        Console.WriteLine();
        return noop;
    }

    /// <summary>The cost of one more message, by how many there are; measured in turns, so that drift meets all alike.</summary>
    private static async Task HistoryAsync(Servers servers)
    {
        await using var server = servers.Stdio();
        var client = new StdioClient(server.Process);
        await client.ConnectAsync();

        int[] lengths = [0, 1_000, 100_000];
        foreach (var length in lengths)
        {
            await client.CallAsync("initialize_conversation", $$"""{"user_id":"bench","ticket_id":"LONG-{{length}}"}""");
            for (var n = 0; n < length; n++)
                await AddAsync(client, length, $"fill{n}");
        }

        var times = lengths.ToDictionary(l => l, _ => new List<double>());
        for (var n = 0; n < 2_000; n++)
        {
            foreach (var length in lengths)
            {
                var started = Stopwatch.GetTimestamp();
                await AddAsync(client, length, $"n{n}");
                times[length].Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
            }
        }

        Console.WriteLine($"## add_message by length of the history, store {servers.Store}, stdio\n");
        Console.WriteLine("| messages before | median ms | of the empty one |\n|---|---|---|");
        foreach (var length in lengths)
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {length} (+ up to 2,000) | {Median(times[length]):0.000} | {Median(times[length]) / Median(times[0]):0.00} |"));
        Console.WriteLine();
    }

    /// <summary>The same load on several builds of the server, one after the other.</summary>
    private static async Task ProgramsAsync(List<(string Name, string File, string[] Arguments)> programs, int seconds, int rounds)
    {
        string[] tools = ["get_state", "add_message"];
        await using var servers = await Servers.OnAsync("redis");
        await OpenAsync(servers);
        var loads = programs.SelectMany(p => tools.Select(t => (p.Name, t))).ToDictionary(k => k, _ => new List<Load>());
        Console.WriteLine("## Portable and native, HTTP, 64 connections, store redis\n\n| program | tool | calls/s | of portable |\n|---|---|---|---|");
        foreach (var (name, file, _) in programs)
        {
            var (server, endpoint) = await servers.HttpAsync(file);
            await using var _ = server;
            foreach (var tool in tools)
            {
                await Load.RunAsync(endpoint, tool, 64, WarmUpSeconds, Cases, $"run{s_run++}");
                for (var round = 0; round < rounds; round++)
                    loads[(name, tool)].Add(await Load.RunAsync(endpoint, tool, 64, seconds, Cases, $"run{s_run++}"));
            }
        }

        foreach (var tool in tools)
        {
            foreach (var (name, _, _) in programs)
            {
                var (rate, portable) = (Median(loads[(name, tool)].Select(l => l.PerSecond)), Median(loads[(programs[0].Name, tool)].Select(l => l.PerSecond)));
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {name} | {tool} | {rate:0} | {rate / portable:0.00} |"));
            }
        }

        Console.WriteLine();
    }

    /// <summary>From the start of a process to its list of tools, and what it then has in memory.</summary>
    private static async Task StartAsync(IEnumerable<(string Name, string File, string[] Arguments)> programs)
    {
        Console.WriteLine("## Start\n\n| program | tools/list after, median of 11 | slowest | resident |\n|---|---|---|---|");
        foreach (var (name, file, arguments) in programs)
        {
            var (times, sizes) = (new List<double>(), new List<double>());
            for (var n = 0; n < 11; n++)
            {
                var directory = Directory.CreateTempSubdirectory("supportstate-bench-").FullName;
                string[] data = file == "node" ? [] : ["--data", directory];
                var started = Stopwatch.GetTimestamp();
                await using (var child = Child.Start(file, [.. arguments, .. data], pipes: true))
                {
                    var client = new StdioClient(child.Process);
                    await client.ConnectAsync();
                    await client.ListToolsAsync();
                    times.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
                    sizes.Add(child.Process.WorkingSet64 / 1e6);
                }

                Directory.Delete(directory, recursive: true);
            }

            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {name} | {Median(times):0} ms | {times.Max():0} ms | {Median(sizes):0} MB |"));
        }
    }

    private static async Task OpenAsync(Servers servers)
    {
        await using var server = servers.Stdio();
        var client = new StdioClient(server.Process);
        await client.ConnectAsync();
        for (var n = 0; n < Cases; n++)
        {
            await client.CallAsync("initialize_conversation", $$"""{"user_id":"bench","ticket_id":"BENCH-{{n}}"}""");
            for (var m = 0; m < Opening; m++)
                await client.CallAsync("add_message", $$"""{"conversation_id":"cs-BENCH-{{n}}","role":"user","content":"I still cannot sign in; the mail with the new password never came.","message_id":"open{{m}}"}""");
        }
    }

    private static Task AddAsync(StdioClient client, int length, string id) => client.CallAsync("add_message",
        $$"""{"conversation_id":"cs-LONG-{{length}}","role":"user","content":"One more question about my order.","message_id":"{{id}}"}""");

    private static string Arguments(string tool, string id) => tool switch
    {
        "noop" => """{"text":"hello"}""",
        "add_message" => $$"""{"conversation_id":"cs-BENCH-0","role":"user","content":"I still cannot sign in; the mail with the new password never came.","message_id":"stdio-{{id}}"}""",
        "begin_turn" => $$"""{"conversation_id":"cs-BENCH-0","max_messages":10,"content":"I still cannot sign in; the mail with the new password never came.","message_id":"turn-{{id}}"}""",
        "get_history" => """{"conversation_id":"cs-BENCH-0","limit":50}""",
        _ => """{"conversation_id":"cs-BENCH-0"}""",
    };

    public static async Task<double> ForAsync(int seconds, Func<int, Task> call)
    {
        var started = Stopwatch.GetTimestamp();
        var count = 0;
        while (Stopwatch.GetElapsedTime(started).TotalSeconds < seconds)
            await call(count++);
        return count / Stopwatch.GetElapsedTime(started).TotalSeconds;
    }

    private static void Row(int connections, string tool, double perSecond, double ratio, double median, long errors) =>
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {connections} | {tool} | {perSecond:0} | {ratio:0.00} | {median:0.00} | {errors} |"));

    public static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return sorted.Length % 2 == 1 ? sorted[sorted.Length / 2] : (sorted[(sorted.Length / 2) - 1] + sorted[sorted.Length / 2]) / 2;
    }

    private static string? Text(string[] args, string name) => Array.IndexOf(args, name) is >= 0 and var at ? args[at + 1] : null;

    public static int Option(string[] args, string name, int fallback) =>
        Array.IndexOf(args, name) is >= 0 and var at ? int.Parse(args[at + 1], CultureInfo.InvariantCulture) : fallback;
}
