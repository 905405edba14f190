// serve …, store-writer …, bare-writer …: a process that is measured. store …: measures a store alone. --knowledge …:
// measures the knowledge base. --memory: measures recall. Anything else: measures servers.

using SupportStateMcp.Benchmarks;

return args switch
{
    ["serve", ..] => await BenchmarkServer.RunAsync(args[1..]),
    ["store", ..] => await StoreBenchmark.RunAsync(args),
    ["store-writer", ..] => await StoreBenchmark.WriteAsync(args[1..]),
    ["bare-writer", ..] => await StoreBenchmark.WriteBareAsync(args[1..]),
    ["--knowledge", ..] => await KnowledgeBenchmark.RunAsync(args),
    ["--memory", ..] => await MemoryBenchmark.RunAsync(args),
    _ => await BenchmarkRun.RunAsync(args),
};
