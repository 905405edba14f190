using System.Diagnostics;
using System.Globalization;

namespace SupportStateMcp.Benchmarks;

/// <summary>One run of wrk: how many calls were answered, in what time.</summary>
internal sealed record Load(long Calls, double Seconds, long Errors, double MedianMilliseconds)
{
    public double PerSecond => Calls / Seconds;

    /// <summary>Loads a tool over a number of connections for a time.</summary>
    public static async Task<Load> RunAsync(Uri endpoint, string tool, int connections, int seconds, int conversations, string run)
    {
        string[] arguments =
        [
            "-t1", $"-c{connections}", $"-d{seconds}s", "--timeout", "10s",
            "-s", Path.Combine(AppContext.BaseDirectory, "load.lua"), endpoint.ToString(),
            "--", tool, conversations.ToString(CultureInfo.InvariantCulture), run,
        ];
        using var wrk = Process.Start(new ProcessStartInfo("wrk", arguments) { RedirectStandardOutput = true })
            ?? throw new InvalidOperationException("wrk did not start.");
        var output = await wrk.StandardOutput.ReadToEndAsync();
        await wrk.WaitForExitAsync();
        var line = output.Split('\n').FirstOrDefault(l => l.StartsWith("RESULT ", StringComparison.Ordinal))
            ?? throw new InvalidOperationException($"wrk said:\n{output}");
        var figures = line.Split(' ').Skip(1).Select(f => long.Parse(f, CultureInfo.InvariantCulture)).ToArray();
        return new Load(figures[0], figures[1] / 1e6, figures[2], figures[3] / 1e3);
    }
}
