using System.Globalization;

namespace SupportStateMcp.Benchmarks;

/// <summary>
/// The reference servers of the protocol's own repository, driven by the same client as this one: <c>server-everything</c>,
/// whose echo keeps nothing, and <c>server-memory</c>, which keeps a graph in a file.
/// </summary>
/// <param name="folder">Where <c>npm install @modelcontextprotocol/server-memory @modelcontextprotocol/server-everything</c> was run.</param>
internal sealed class Peers(string folder)
{
    private const int Observations = 50;

    public IEnumerable<(string Name, string File, string[] Arguments)> Programs =>
    [
        ("server-everything", "node", [Script("server-everything"), "stdio"]),
        ("server-memory", "node", [Script("server-memory")]),
    ];

    /// <summary>One call at a time, against the no-op of this run.</summary>
    public async Task RunAsync(int seconds, double noop)
    {
        Console.WriteLine("### The same client on the reference servers\n");
        Console.WriteLine("| server | tool | calls/s | of our no-op | mean ms |\n|---|---|---|---|---|");
        await using (var everything = Start("server-everything", "stdio"))
        {
            var client = new StdioClient(everything.Process);
            await client.ConnectAsync();
            await MeasureAsync(client, "server-everything", "echo", _ => """{"message":"hello"}""");
        }

        var file = Path.Combine(Path.GetTempPath(), $"supportstate-bench-{Guid.NewGuid():N}.jsonl");
        try
        {
            Environment.SetEnvironmentVariable("MEMORY_FILE_PATH", file);
            await using var memory = Start("server-memory");
            var client = new StdioClient(memory.Process);
            await client.ConnectAsync();
            await client.CallAsync("create_entities", """{"entities":[{"name":"cs-BENCH-0","entityType":"conversation","observations":[]}]}""");
            for (var n = 0; n < Observations; n++)
                await client.CallAsync("add_observations", Observation($"open {n}"));
            await MeasureAsync(client, "server-memory", "open_nodes", _ => """{"names":["cs-BENCH-0"]}""");
            await MeasureAsync(client, "server-memory", "add_observations", n => Observation($"run {n}"));
        }
        finally
        {
            File.Delete(file);
        }

        Console.WriteLine();

        async Task MeasureAsync(StdioClient client, string server, string tool, Func<int, string> arguments)
        {
            var perSecond = await BenchmarkRun.ForAsync(seconds, n => client.CallAsync(tool, arguments(n)));
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {server} | {tool} | {perSecond:0} | {perSecond / noop:0.00} | {1000 / perSecond:0.000} |"));
        }
    }

    private static string Observation(string text) =>
        $$"""{"observations":[{"entityName":"cs-BENCH-0","contents":["{{text}}: I still cannot sign in; the mail with the new password never came."]}]}""";

    private Child Start(string server, params string[] arguments) => Child.Start("node", [Script(server), .. arguments], pipes: true);

    private string Script(string server) => Path.Combine(folder, "node_modules", "@modelcontextprotocol", server, "dist", "index.js");
}
