using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace SupportStateMcp.Tests.Support;

/// <summary>The real server in a process of its own, with its conversations in a directory of its own.</summary>
internal sealed partial class ServerProcess : IClientStreams, IAsyncDisposable
{
    private static readonly TimeSpan s_patience = Eventually.Patience;

    private readonly TemporaryDirectory _directory = new();
    private readonly StringBuilder _errors = new();
    private readonly TaskCompletionSource<Uri> _listening = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Process _process;

    private ServerProcess(
        string[] arguments, IReadOnlyDictionary<string, string>? environment, bool ownData, string? workingDirectory = null, string? command = null)
    {
        if (ownData)
            arguments = [.. arguments, "--data", _directory.Path];
        var start = TestedProgram.Start(command ?? TestedProgram.Command, arguments, environment);
        start.RedirectStandardInput = start.RedirectStandardOutput = start.RedirectStandardError = true;
        start.StandardInputEncoding = new UTF8Encoding(false);
        start.StandardOutputEncoding = Encoding.UTF8;
        start.WorkingDirectory = workingDirectory ?? "";

        _process = new Process { StartInfo = start };
        _process.ErrorDataReceived += (_, e) => Note(e.Data);
        _process.Start();
        _process.BeginErrorReadLine();
    }

    public string Directory => _directory.Path;

    public StreamWriter Input => _process.StandardInput;

    public StreamReader Output => _process.StandardOutput;

    Stream IClientStreams.ToServer => Input.BaseStream;

    Stream IClientStreams.FromServer => Output.BaseStream;

    /// <summary>Everything on the error stream so far.</summary>
    public string Errors
    {
        get
        {
            lock (_errors)
                return _errors.ToString();
        }
    }

    /// <summary>Where it listens; only over HTTP.</summary>
    public Uri Endpoint => _listening.Task.Result;

    /// <summary>The portable build on standard input and output, whichever program the tests start otherwise.</summary>
    public static ServerProcess PortableStdio(IReadOnlyDictionary<string, string>? environment = null, params string[] arguments) =>
        new(arguments, environment, ownData: true, command: TestedProgram.Portable);

    /// <summary>A server on standard input and output.</summary>
    public static ServerProcess Stdio(params string[] arguments) => new(arguments, null, ownData: true);

    /// <summary>A server on standard input and output, on the conversations of somebody else's directory.</summary>
    public static ServerProcess StdioOn(TemporaryDirectory data, params string[] arguments) =>
        new([.. arguments, "--data", data.Path], null, ownData: false);

    /// <summary>A server on standard input and output that shares its directory with others.</summary>
    public static ServerProcess StdioOn(string directory, params string[] arguments) => new([.. arguments, "--data", directory], null, ownData: false);

    /// <summary>A server on a free port of this machine, once it listens.</summary>
    public static Task<ServerProcess> HttpAsync(params string[] arguments) => HttpAsync(null, arguments);

    /// <inheritdoc cref="HttpAsync(string[])"/>
    public static Task<ServerProcess> HttpAsync(IReadOnlyDictionary<string, string>? environment, params string[] arguments) =>
        HttpInAsync("", environment, arguments);

    /// <summary>The same, started in a directory.</summary>
    public static async Task<ServerProcess> HttpInAsync(
        string workingDirectory, IReadOnlyDictionary<string, string>? environment, params string[] arguments)
    {
        var server = new ServerProcess(["http", "--url", "http://127.0.0.1:0", .. arguments], environment, ownData: !arguments.Contains("--redis"), workingDirectory);
        try
        {
            await server._listening.Task.WaitAsync(s_patience);
            return server;
        }
        catch
        {
            // Nobody else would end it.
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Runs to its end and tells what came of it.</summary>
    public static async Task<(int ExitCode, string Output, string Errors)> RunAsync(
        string[] arguments, IReadOnlyDictionary<string, string>? environment = null, string input = "")
    {
        await using var server = new ServerProcess(arguments, environment, ownData: false);
        await server.Input.WriteAsync(input);
        server.Input.Close();
        var output = await server.Output.ReadToEndAsync().WaitAsync(s_patience);
        return (await server.ExitAsync(), output, server.Errors);
    }

    /// <summary>A command that runs until it is ended.</summary>
    public static ServerProcess Run(string[] arguments, IReadOnlyDictionary<string, string>? environment = null) => new(arguments, environment, ownData: false);

    /// <summary>Its memory that is not pages of files, in kB; on Linux.</summary>
    public long OwnMemory() => File.ReadLines($"/proc/{_process.Id}/status")
        .Where(l => l.StartsWith("RssAnon:", StringComparison.Ordinal))
        .Select(l => long.Parse(l.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture))
        .Single();

    /// <summary>Ends it as Ctrl+C does.</summary>
    public void Interrupt() => Process.Start("kill", ["-INT", $"{_process.Id}"]).WaitForExit();

    /// <summary>Sends one line.</summary>
    public Task SendAsync(string line) => Input.WriteLineAsync(line);

    /// <summary>The next line of the output; null at its end.</summary>
    public Task<string?> ReadAsync() => Output.ReadLineAsync().WaitAsync(s_patience);

    /// <summary>Asks it to stop, as an orchestrator does.</summary>
    public void Terminate() => Process.Start("kill", ["-TERM", $"{_process.Id}"]).WaitForExit();

    /// <summary>Waits for its end.</summary>
    public async Task<int> ExitAsync()
    {
        await _process.WaitForExitAsync().WaitAsync(s_patience);
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        _directory.Dispose();
    }

    /// <summary>The end of the errors is the end of the process.</summary>
    private void Note(string? line)
    {
        if (line is null)
        {
            _listening.TrySetException(new InvalidOperationException($"The server did not start:\n{Errors}"));
            return;
        }

        lock (_errors)
            _errors.AppendLine(line);
        if (Listening().Match(line) is { Success: true } match)
            _listening.TrySetResult(new Uri(match.Groups[1].Value));
    }

    // The last line of what it says at its start: who waits for it can read all of that.
    [GeneratedRegex(@"^Next: connect an MCP client to (\S+/mcp)")]
    private static partial Regex Listening();
}
