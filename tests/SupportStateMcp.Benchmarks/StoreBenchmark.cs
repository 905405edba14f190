using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using SupportStateMcp.Conversations;
using SupportStateMcp.Hosting;
using SupportStateMcp.Identity;
using SupportStateMcp.Storage.Redis;

namespace SupportStateMcp.Benchmarks;

/// <summary>
/// Measures a store without a server around it: durable commits against bare ones of the same size in the same run, how
/// evenly four processes share one database, and pages of 100,000 conversations.
/// </summary>
internal static class StoreBenchmark
{
    private const int Conversations = 256;
    private const int Callers = 64;

    /// <summary>
    /// <c>store [--part commits|processes|pages|contexts] [--seconds N] [--rounds N] [--conversations N] [--redis CONNECTION]</c>:
    /// with a Redis only the pages, or the contexts, are measured, on that Redis.
    /// </summary>
    public static async Task<int> RunAsync(string[] args)
    {
        var seconds = BenchmarkRun.Option(args, "--seconds", 3);
        var redis = Text(args, "--redis");
        var part = Text(args, "--part") ?? (redis is null ? null : "pages");
        Console.WriteLine($"{Environment.ProcessorCount} cores, .NET {Environment.Version}\n");
        var directory = Directory.CreateTempSubdirectory("supportstate-bench-").FullName;
        try
        {
            if (part is null or "commits")
                await CommitsAsync(directory, seconds, BenchmarkRun.Option(args, "--rounds", 3));
            if (part is null or "processes")
            {
                await ProcessesAsync("bare group commits, SQLite's own wait", "bare-writer", Path.Combine(directory, "bare-processes"), seconds);
                await ProcessesAsync("add_message", "store-writer", Path.Combine(directory, "processes"), seconds);
            }

            if (part is null or "pages")
            {
                await using var services = Open(Path.Combine(directory, "pages"), redis);
                await StorePages.RunAsync(services, redis is null ? "sqlite" : "redis", BenchmarkRun.Option(args, "--conversations", 100_000));
            }

            if (part is null or "contexts")
            {
                await using var services = Open(Path.Combine(directory, "contexts"), redis);
                await StoreContexts.RunAsync(services, redis is null ? "sqlite" : "redis");
            }
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }

        return 0;
    }

    /// <summary>One of several processes: adds messages for a time, and prints how long each took.</summary>
    public static async Task<int> WriteAsync(string[] args)
    {
        await using var services = Open(args[0], null);
        var (callers, name) = (Number(args[1]), $"P{args[3]}");
        await OpenAsync(services, name, callers);
        return await TellAsync(seconds => LoadAsync(services, name, callers, callers, seconds), Number(args[2]));
    }

    /// <summary>The same with bare commits.</summary>
    public static async Task<int> WriteBareAsync(string[] args)
    {
        var callers = Number(args[1]);
        using var bare = new BareGroupCommits(args[0], new byte[1_500], callers, Number(args[3]));
        return await TellAsync(seconds => bare.LoadAsync(callers, seconds), Number(args[2]));
    }

    private static async Task<int> TellAsync(Func<int, Task<List<double>>> load, int seconds)
    {
        await load(1);
        Console.WriteLine("ready");
        await Console.In.ReadLineAsync();
        Console.WriteLine(string.Join(' ', (await load(seconds)).Select(t => t.ToString("0.00", CultureInfo.InvariantCulture))));
        return 0;
    }

    private static async Task CommitsAsync(string directory, int seconds, int rounds)
    {
        await using var services = Open(Path.Combine(directory, "commits"), null);
        await OpenAsync(services, "BENCH", Conversations);
        await LoadAsync(services, "BENCH", Conversations, Callers, 2);
        var conversation = (await services.GetRequiredService<IConversationStore>().LoadAsync(Id("BENCH", 0), null, default)).Conversation!;
        var snapshot = JsonSerializer.SerializeToUtf8Bytes(conversation, ConversationJson.Readable.Conversation);
        Directory.CreateDirectory(Path.Combine(directory, "bare"));
        using var bare = new BareGroupCommits(Path.Combine(directory, "bare"), snapshot, Conversations);
        await bare.LoadAsync(Callers, 1);

        var (ours, theirs) = (new List<List<double>>(), new List<List<double>>());
        // Turn by turn, so that a slow moment of the machine meets both.
        for (var round = 0; round < rounds; round++)
        {
            theirs.Add(await bare.LoadAsync(Callers, seconds));
            ours.Add(await LoadAsync(services, "BENCH", Conversations, Callers, seconds));
        }

        Console.WriteLine($"## Commits, {Callers} callers, {Conversations} conversations, {rounds} rounds of {seconds} s\n");
        Console.WriteLine("| | commits/s | p50 ms | p99 ms |\n|---|---|---|---|");
        Row("bare group commits", theirs);
        Row("add_message", ours);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"\nadd_message / bare, median of the rounds: {BenchmarkRun.Median(ours.Zip(theirs, (a, b) => (double)a.Count / b.Count)):0.00}\n"));

        void Row(string what, List<List<double>> times) => Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"| {what} | {BenchmarkRun.Median(times.Select(t => (double)t.Count / seconds)):0} | {At([.. times.SelectMany(t => t)], 0.5):0.0} | {At([.. times.SelectMany(t => t)], 0.99):0.0} |"));
    }

    private static async Task ProcessesAsync(string what, string command, string data, int seconds)
    {
        const int Processes = 4;
        const int Each = 16;
        Directory.CreateDirectory(data);
        var children = Enumerable.Range(0, Processes).Select(n => Process.Start(new ProcessStartInfo(
            Environment.ProcessPath!, [command, data, $"{Each}", $"{seconds}", $"{n}"]) { RedirectStandardInput = true, RedirectStandardOutput = true })!).ToList();
        foreach (var child in children)
            await child.StandardOutput.ReadLineAsync();
        foreach (var child in children)
            await child.StandardInput.WriteLineAsync("go");

        Console.WriteLine($"## {Processes} processes of {Each} callers on one database, {seconds} s: {what}\n");
        Console.WriteLine("| process | commits/s | p50 ms | p99 ms | slowest ms |\n|---|---|---|---|---|");
        var all = new List<double>();
        foreach (var (child, n) in children.Select((c, n) => (c, n)))
        {
            var times = (await child.StandardOutput.ReadLineAsync())!.Split(' ').Select(t => double.Parse(t, CultureInfo.InvariantCulture)).ToList();
            await child.WaitForExitAsync();
            child.Dispose();
            Print($"{n}", times);
            all.AddRange(times);
        }

        Print("all", all);
        Console.WriteLine();

        void Print(string name, List<double> times) => Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"| {name} | {times.Count / seconds} | {At(times, 0.5):0.0} | {At(times, 0.99):0.0} | {times.Max():0.0} |"));
    }

    /// <summary>Adds messages from a number of callers for a time; returns how long each took, in milliseconds.</summary>
    private static async Task<List<double>> LoadAsync(ServiceProvider services, string name, int conversations, int callers, int seconds)
    {
        var commands = services.GetRequiredService<ConversationCommandHandler>();
        var until = Stopwatch.GetTimestamp() + (seconds * Stopwatch.Frequency);
        var times = await Task.WhenAll(Enumerable.Range(0, callers).Select(caller => Task.Run(async () =>
        {
            var random = new Random(caller);
            var own = new List<double>();
            while (Stopwatch.GetTimestamp() < until)
            {
                var started = Stopwatch.GetTimestamp();
                var outcome = await commands.ExecuteAsync(new ConversationCommand.AddMessage
                {
                    // Each caller has conversations of its own: this measures commits, not who waits for whom.
                    Id = Id(name, caller + (callers * random.Next(conversations / callers))),
                    Actor = s_actor,
                    Roles = Roles.Agent | Roles.Approver,
                    MessageId = Guid.NewGuid().ToString("n"),
                    Role = MessageRole.User,
                    Content = "I still cannot sign in; the mail with the new password never came.",
                }, CancellationToken.None);
                if (outcome.Error is { } refused)
                    throw new InvalidOperationException(refused.Code);
                own.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
            }

            return own;
        })));
        return [.. times.SelectMany(t => t)];
    }

    private static readonly Actor s_actor = new(ActorKind.Ai, "bench");

    private static async Task OpenAsync(ServiceProvider services, string name, int conversations)
    {
        var commands = services.GetRequiredService<ConversationCommandHandler>();
        await Task.WhenAll(Enumerable.Range(0, conversations).Select(async n => (await commands.ExecuteAsync(new ConversationCommand.Initialize
        {
            Id = Id(name, n), Actor = s_actor, Roles = Roles.Agent | Roles.Approver, UserId = $"user-{n}", Priority = Priority.Medium, AssignedTo = "ai-agent",
        }, CancellationToken.None)).Value));
    }

    private static ConversationId Id(string name, int n) => ConversationId.OfTicket($"{name}-{n}")!.Value;

    internal static ServiceProvider Open(string directory, string? redis) => new ServiceCollection().AddDesk(
        new ServerOptions { Backend = redis is null ? Backend.Sqlite : Backend.Redis, Directory = directory, RedisConnection = redis ?? "" },
        LogLevel.Warning).BuildServiceProvider();

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);

    private static string? Text(string[] args, string name) => Array.IndexOf(args, name) is >= 0 and var at ? args[at + 1] : null;

    /// <summary>The time that a part of all calls stayed below.</summary>
    public static double At(List<double> times, double part)
    {
        var sorted = times.Order().ToArray();
        return sorted[Math.Min(sorted.Length - 1, (int)(part * sorted.Length))];
    }
}
