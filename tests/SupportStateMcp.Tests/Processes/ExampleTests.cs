using System.Diagnostics;
using SupportStateMcp.Tests.Support;

namespace SupportStateMcp.Tests.Processes;

/// <summary>The runs of the example that people see first, as they start them: against the embedded store.</summary>
public sealed class ExampleTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData("stdio", "✓         a resolved conversation takes no more messages")]
    [InlineData("refund", "✓         paid once: 580.00")]
    [InlineData("stateless", "✓         process 6 reads what the others stored: the state is in the store, and in no process")]
    [InlineData("bounded", "✓         summarising deletes nothing: all 60 messages are in the history")]
    [InlineData("handoff", "✓         the trail tells who had the conversation: queue:support → human:alice → ai:support-agent")]
    [InlineData("ticket", "✓         the customer gets the approved text word for word, once")]
    public async Task A_run_ends_as_expected(string run, string conclusion)
    {
        using var process = Process.Start(new ProcessStartInfo("dotnet", ["exec", Example(), run])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = System.Text.Encoding.UTF8,
            Environment = { ["SUPPORTSTATE"] = TestedProgram.Command },
        })!;
        var errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        var said = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        output.WriteLine(said);
        output.WriteLine(await errors);

        Assert.Contains(conclusion, said, StringComparison.Ordinal);
        Assert.DoesNotContain("✗", said, StringComparison.Ordinal);
        Assert.Equal(0, process.ExitCode);
    }

    /// <summary>The example as the solution builds it, in the configuration of these tests.</summary>
    private static string Example()
    {
        var built = new DirectoryInfo(AppContext.BaseDirectory);
        return Repository.File("examples", "SupportAgent", "bin", built.Parent!.Name, built.Name, "SupportAgent.dll");
    }
}
