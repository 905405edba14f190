using System.Diagnostics;
using SupportStateMcp.Tests.Support;

namespace SupportStateMcp.Tests.Processes;

/// <summary>The examples of patterns of state, as people start them, on the program that is built.</summary>
public sealed class PatternExamplesTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData("event-sourced", "✓ looking back changed nothing")]
    [InlineData("versioned", "✓ the trail tells of the way back")]
    [InlineData("distributed-locks", "✓ and the task is done")]
    [InlineData("tiered", "✓ and for no other customer")]
    [InlineData("in-memory-or-persisted", "✓ a repeat of the answer is stored once")]
    public async Task An_example_shows_what_it_says(string example, string conclusion)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The examples are scripts of bash.");
        var start = new ProcessStartInfo("bash", [Repository.File("examples", "patterns", $"{example}.sh")])
        {
            RedirectStandardOutput = true, RedirectStandardError = true, StandardOutputEncoding = System.Text.Encoding.UTF8,
        };
        foreach (var name in start.Environment.Keys.Where(n => n == "REDIS_URL" || n.StartsWith("SUPPORTSTATE", StringComparison.OrdinalIgnoreCase)).ToList())
            start.Environment.Remove(name);
        start.Environment["SUPPORTSTATE"] = TestedProgram.Command;
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        var said = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        output.WriteLine(said);
        output.WriteLine(await errors);

        Assert.EndsWith(conclusion, said.TrimEnd(), StringComparison.Ordinal);
        Assert.DoesNotContain("✗", said, StringComparison.Ordinal);
        Assert.Equal(0, process.ExitCode);
    }
}
