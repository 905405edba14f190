using System.Diagnostics;
using System.Reflection;
using ModelContextProtocol.Client;

namespace SupportAgent;

/// <summary>Starts the server that was built with this program, or the one that <c>SUPPORTSTATE</c> names.</summary>
internal sealed class ServerProcess : IAsyncDisposable
{
    private const string Listens = " listens on ";

    private readonly Process _process;

    private ServerProcess(Process process, Uri url) => (_process, Url) = (process, url);

    /// <summary>Where it serves MCP.</summary>
    public Uri Url { get; }

    /// <summary>What is started, and the arguments before those of the server.</summary>
    private static (string Command, string[] First) Program { get; } = Environment.GetEnvironmentVariable("SUPPORTSTATE") is { Length: > 0 } program
        ? (program, [])
        : (Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet", ["exec", typeof(ServerProcess).Assembly
            .GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == "ServerAssembly").Value!]);

    /// <summary>A server on standard input and output. The transport starts the process and ends it by closing its input.</summary>
    public static StdioClientTransport Stdio(string data, string? actor = null, string? profile = null) => new(new StdioClientTransportOptions
    {
        Name = "support-state",
        Command = Program.Command,
        Arguments = [.. Program.First, "stdio", "--data", data, "--toolsets", "conversations,tickets,knowledge,context", .. actor is null ? [] : new[] { "--actor", actor }],
        EnvironmentVariables = new Dictionary<string, string?>
        {
            ["SUPPORTSTATE__STATEMACHINE__PROFILE"] = profile, ["SUPPORTSTATE__CONTEXT__STRATEGY"] = "summarise",
        },
        StandardErrorLines = line => Console.Error.WriteLine($"server: {line}"),
    });

    /// <summary>Runs one of the server's commands to its end.</summary>
    /// <exception cref="UnexpectedException">It failed.</exception>
    public static async Task RunAsync(string[] command, CancellationToken cancellationToken)
    {
        using var process = Process.Start(new ProcessStartInfo(Program.Command, [.. Program.First, .. command]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var errors = process.StandardError.ReadToEndAsync(cancellationToken);
        await process.StandardOutput.ReadToEndAsync(cancellationToken);
        await process.WaitForExitAsync(cancellationToken);
        if (process.ExitCode != 0)
            throw new UnexpectedException($"{string.Join(' ', command)}: {await errors}");
    }

    /// <summary>A server on a free port of this machine; it says which one when it listens.</summary>
    public static async Task<ServerProcess> StartHttpAsync(string data, CancellationToken cancellationToken)
    {
        var listens = new TaskCompletionSource<Uri>(TaskCreationOptions.RunContinuationsAsynchronously);
        var process = new Process
        {
            StartInfo = new ProcessStartInfo(Program.Command, [.. Program.First, "http", "--url", "http://127.0.0.1:0", "--data", data]) { RedirectStandardError = true },
            EnableRaisingEvents = true,
        };
        process.ErrorDataReceived += (_, e) => Take(e.Data, listens);
        process.Exited += (_, _) => listens.TrySetException(new UnexpectedException("The server ended before it listened."));
        process.Start();
        process.BeginErrorReadLine();

        try
        {
            return new ServerProcess(process, await listens.Task.WaitAsync(TimeSpan.FromSeconds(30), cancellationToken));
        }
        catch
        {
            await EndAsync(process);
            throw;
        }
    }

    public async ValueTask DisposeAsync() => await EndAsync(_process);

    private static void Take(string? line, TaskCompletionSource<Uri> listens)
    {
        if (line is null)
            return;
        if (line.IndexOf(Listens, StringComparison.Ordinal) is > 0 and var at && listens.TrySetResult(new Uri(line[(at + Listens.Length)..])))
            return;
        Console.Error.WriteLine($"server: {line}");
    }

    /// <summary>Without ceremony: what the server has answered it has also stored.</summary>
    private static async Task EndAsync(Process process)
    {
        if (!process.HasExited)
            process.Kill();
        await process.WaitForExitAsync();
        process.Dispose();
    }
}
