// program …, serve …, store-writer …, bare-writer …: a process that is measured. store …: measures a store alone. tickets …:
// measures tickets. events …: measures telling other systems. --knowledge …: measures the knowledge base. --versions …: measures looking back. --memory:
// measures recall. Anything else: measures servers.

using SupportStateMcp.Benchmarks;
using SupportStateMcp.Hosting;

return args switch
{
    ["serve", ..] => await BenchmarkServer.RunAsync(args[1..]),
    ["store", ..] => await StoreBenchmark.RunAsync(args),
    ["store-writer", ..] => await StoreBenchmark.WriteAsync(args[1..]),
    ["bare-writer", ..] => await StoreBenchmark.WriteBareAsync(args[1..]),
    ["program", ..] => await CommandLine.RunAsync(args[1..]),
    ["--versions", ..] => await VersionsBenchmark.RunAsync(args),
    ["tickets", ..] => await TicketBenchmark.RunAsync(args),
    ["events", ..] => await EventsBenchmark.RunAsync(args),
    ["--knowledge", ..] => await KnowledgeBenchmark.RunAsync(args),
    ["--memory", ..] => await MemoryBenchmark.RunAsync(args),
    _ => await BenchmarkRun.RunAsync(args),
};
