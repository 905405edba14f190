using System.Diagnostics;
using SupportStateMcp.Tests.Support;

namespace SupportStateMcp.Tests.Processes;

/// <summary>The examples of <c>examples/patterns</c>, as people start them.</summary>
public sealed class PatternExamplesTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData("tiered.sh", 7)]
    [InlineData("in-memory-or-persisted.sh", 5)]
    public async Task A_pattern_shows_what_it_says(string script, int signs)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "It is a script for bash.");
        using var process = Process.Start(new ProcessStartInfo("bash", [Repository.File("examples", "patterns", script), ServerProcess.Command])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = System.Text.Encoding.UTF8,
        })!;
        var errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        var said = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        output.WriteLine(said);
        output.WriteLine(await errors);

        Assert.Equal((signs, 0), (said.Split('\n').Count(l => l.StartsWith('✓')), process.ExitCode));
    }
}
