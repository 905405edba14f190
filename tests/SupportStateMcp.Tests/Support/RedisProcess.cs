using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;

namespace SupportStateMcp.Tests.Support;

/// <summary>A redis-server, or a Garnet, as a process on a loopback port, in a directory of its own. It is paused by SIGSTOP and killed by SIGKILL.</summary>
internal sealed class RedisProcess(bool isGarnet, string[] arguments) : RedisServer
{
    // The shell kills the server when its input ends: when the tests let it go, or die.
    private const string Keeper = """
        exec 3<&0 2>/dev/null
        "$@" >>server.log 2>&1 3<&- & pid=$!
        echo $pid
        (read _ <&3; kill -9 $pid) & watch=$!
        wait $pid
        kill $watch
        """;

    private readonly string _directory = Directory.CreateTempSubdirectory("redis-").FullName;
    private Process? _keeper;
    private int _pid;

    public override async Task StartAgainAsync()
    {
        string[] command = isGarnet
            ? [.. await Garnet.CommandAsync(), "--bind", "127.0.0.1", "--port", $"{Port}", "--device-type", "RandomAccess", "--lua", "--lua-transaction-mode"]
            : ["redis-server", .. Configuration(), "--bind", "127.0.0.1", "--port", $"{Port}", "--dir", _directory, .. arguments.SkipWhile(IsFile)];
        var start = new ProcessStartInfo("/bin/sh", ["-c", Keeper, "sh", .. command])
        {
            WorkingDirectory = _directory,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };

        _keeper = Process.Start(start)!;
        _pid = int.Parse((await _keeper.StandardOutput.ReadLineAsync())!, CultureInfo.InvariantCulture);
        if (!await ServesAsync(() => _keeper.HasExited))
            throw new InvalidOperationException($"The server did not start:\n{await File.ReadAllTextAsync(Path.Combine(_directory, "server.log"))}");
        if (isGarnet)
            await WarmUpAsync();
    }

    public override Task StopAsync() => SignalAndWaitAsync("TERM");

    public override Task KillAsync() => SignalAndWaitAsync("KILL");

    public override Task PauseAsync() => SignalAsync("STOP");

    public override Task ResumeAsync() => SignalAsync("CONT");

    public override async ValueTask DisposeAsync()
    {
        if (_keeper is { HasExited: false })
        {
            _keeper.StandardInput.Close();
            await _keeper.WaitForExitAsync();
        }

        _keeper?.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    /// <summary>A configuration file comes first, as redis-server wants it; without one nothing is saved.</summary>
    private IEnumerable<string> Configuration() => arguments.TakeWhile(IsFile) is var file && file.Any() ? file : ["--save", ""];

    private static bool IsFile(string argument) => argument.StartsWith('/');

    private async Task SignalAndWaitAsync(string signal)
    {
        await SignalAsync(signal);
        await _keeper!.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(10));
        _keeper.Dispose();
        _keeper = null;
    }

    private async Task SignalAsync(string name)
    {
        using var kill = Process.Start("kill", [$"-{name}", $"{_pid}"]);
        await kill.WaitForExitAsync();
    }

    /// <summary>Garnet compiles itself as it goes: the first of each command takes a while, which tests with short time-outs cannot wait for.</summary>
    private async Task WarmUpAsync()
    {
        using var client = new TcpClient();
        await client.ConnectAsync(Host, Port);
        await using var stream = client.GetStream();
        using var reader = new StreamReader(stream);
        foreach (var command in (string[][])[
            ["SET", "warm", "up", "NX", "PX", "1000"],
            ["EVAL", "if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('PEXPIRE', KEYS[1], ARGV[2]) end return 0", "1", "warm", "up", "1000"],
            ["EVAL", "if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end return 0", "1", "warm", "up"]])
        {
            var text = $"*{command.Length}\r\n" + string.Concat(command.Select(word => $"${word.Length}\r\n{word}\r\n"));
            await stream.WriteAsync(System.Text.Encoding.ASCII.GetBytes(text));
            await reader.ReadLineAsync();
        }
    }

    /// <summary>Garnet, as the repository's tool manifest names it.</summary>
    private static class Garnet
    {
        private static readonly Lazy<Task<string[]>> Command = new(RestoreAsync);

        public static Task<string[]> CommandAsync() => Command.Value;

        private static async Task<string[]> RestoreAsync()
        {
            var root = new DirectoryInfo(AppContext.BaseDirectory);
            while (root is not null && !File.Exists(Path.Combine(root.FullName, ".config", "dotnet-tools.json")))
                root = root.Parent;
            Assert.SkipWhen(root is null, "There is no Docker engine, no redis-server on the PATH, and no tool manifest that names Garnet.");

            await RunAsync(root.FullName, "dotnet", "tool", "restore");
            var packages = Environment.GetEnvironmentVariable("NUGET_PACKAGES")
                ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");
            var program = Directory.EnumerateFiles(Path.Combine(packages, "garnet-server"), "GarnetServer.dll", SearchOption.AllDirectories)
                .Where(path => Path.GetFileName(Path.GetDirectoryName(path)) == "any")
                .Order(StringComparer.Ordinal)
                .Last();
            // Not through "dotnet tool run": that would be a child of its own, and outlive what is killed here.
            return ["dotnet", program];
        }
    }
}
