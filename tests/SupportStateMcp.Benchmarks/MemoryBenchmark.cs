using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using SupportStateMcp.Hosting;
using SupportStateMcp.Identity;
using SupportStateMcp.Memory;
using SupportStateMcp.Records;

namespace SupportStateMcp.Benchmarks;

/// <summary>
/// Measures how long it takes to recall among 100,000 memories of 1,000 customers, beside a store that has ten of one: the same service, the
/// same calls, on the embedded store.
/// </summary>
internal static class MemoryBenchmark
{
    private const int Customers = 1_000;

    private static readonly string[] s_words =
        "login refund invoice cluster sidecar password upgrade token mail portal order parcel address card delivery warranty contract error timeout certificate broker queue region backup user role session browser mobile printer".Split(' ');

    /// <summary><c>--memory [--memories N]</c>.</summary>
    public static async Task<int> RunAsync(string[] args)
    {
        var count = Array.IndexOf(args, "--memories") is >= 0 and var at ? int.Parse(args[at + 1], CultureInfo.InvariantCulture) : 100_000;
        Console.WriteLine($"{Environment.ProcessorCount} cores, .NET {Environment.Version}\n\n| memories | recall, k = 5 | p50 ms | p99 ms | slowest ms |\n|---|---|---|---|---|");
        foreach (var memories in (int[])[10, count])
        {
            var directory = Directory.CreateTempSubdirectory("support-state-memory-");
            await using (var services = new ServiceCollection()
                .AddDesk(new ServerOptions { Backend = Backend.Sqlite, Directory = directory.FullName }, LogLevel.Warning).BuildServiceProvider())
            {
                await FillAsync(services.GetRequiredService<IRecordStore>(), memories);
                await MeasureAsync(services.GetRequiredService<MemoryService>(), memories);
            }

            directory.Delete(recursive: true);
        }

        return 0;
    }

    private static async Task FillAsync(IRecordStore records, int count)
    {
        var (random, now) = (new Random(3), DateTimeOffset.UtcNow);
        foreach (var some in Enumerable.Range(0, count).Chunk(IRecordStore.MostWrites))
        {
            await records.WriteAsync(
                [.. some.Select(n =>
                {
                    var text = $"{string.Join(' ', random.GetItems(s_words, 12))} number {n}.";
                    var document = new MemoryDocument
                    {
                        CustomerId = $"CUST{n % Customers}", Kind = MemoryKind.Fact, Texts = [new MemoryText { Text = text, By = "ai:bench", At = now }],
                    };
                    return new RecordWrite
                    {
                        Kind = MemoryDocument.RecordKind,
                        Id = MemoryDocument.IdOf(document.CustomerId, document.Kind, null, text),
                        By = "ai:bench",
                        Now = now,
                        Content = document.Write(),
                    };
                })],
                CancellationToken.None);
        }
    }

    private static async Task MeasureAsync(MemoryService memory, int count)
    {
        var (random, caller) = (new Random(5), new Caller(new Actor(ActorKind.Ai, "bench"), Roles.Agent));
        await RowAsync("the first of a process", 1, _ => Query());
        await RowAsync("four words", 500, _ => Query());
        await RowAsync("four words, a memory is added before each", 200, n => Query(), n => memory.RememberAsync(
            new Remember { Actor = caller.Actor, Roles = caller.Roles, CustomerId = $"CUST{n}", Kind = MemoryKind.Fact, Text = $"{Query()} added {n}." }, CancellationToken.None));
        await RowAsync("the newest, without a query", 500, _ => null);

        string Query() => string.Join(' ', random.GetItems(s_words, 4));

        async Task RowAsync(string what, int calls, Func<int, string?> query, Func<int, ValueTask<Conversations.Result<Remembered>>>? before = null)
        {
            var times = new List<double>();
            for (var n = 0; n < calls; n++)
            {
                if (before is not null)
                    _ = (await before(n)).Value;
                var started = Stopwatch.GetTimestamp();
                _ = (await memory.RecallAsync(caller, $"CUST{random.Next(Customers)}", query(n), [], 5, null, CancellationToken.None)).Value;
                times.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
            }

            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"| {count} | {what} | {StoreBenchmark.At(times, 0.5):0.0} | {StoreBenchmark.At(times, 0.99):0.0} | {times.Max():0.0} |"));
        }
    }
}
