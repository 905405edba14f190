using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace SupportStateMcp.Tests.Support;

/// <summary>
/// A real server process on a free loopback port, in a directory of its own: redis-server, or Garnet where there is none
/// (or SUPPORTSTATE_TEST_ENGINE=garnet asks for it). It can be stopped, killed, paused and started again, and does not
/// outlive the tests, even where these are killed.
/// </summary>
public sealed class RedisServer : IAsyncDisposable
{
    // Where this process begins to look: elsewhere than another that runs at the same time.
    private static int s_ports = Environment.ProcessId * 97;

    private const string WantedEngine = "SUPPORTSTATE_TEST_ENGINE";

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
    private readonly string[] _arguments;
    private Process? _keeper;
    private int _pid;

    private RedisServer(string[] arguments) => _arguments = arguments;

    /// <summary>True where the tests run against Garnet.</summary>
    public static bool IsGarnet { get; } =
        string.Equals(Environment.GetEnvironmentVariable(WantedEngine), "garnet", StringComparison.OrdinalIgnoreCase)
        || FindOnPath("redis-server") is null;

    public int Port { get; } = FreePort();

    public string ConnectionString => $"127.0.0.1:{Port}";

    /// <summary>Starts one. Arguments are redis-server's; Garnet is started without any.</summary>
    public static async Task<RedisServer> StartAsync(params string[] arguments)
    {
        var server = new RedisServer(arguments);
        try
        {
            await server.StartAgainAsync();
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Skips a test that needs what only redis-server can do.</summary>
    public static void RequireRedis(string reason)
    {
        if (IsGarnet)
            Assert.Skip($"This needs a redis-server on the PATH: {reason}.");
    }

    /// <summary>Starts it on the same port and directory, and waits until it serves.</summary>
    public async Task StartAgainAsync()
    {
        var command = IsGarnet ? await Garnet.CommandAsync() : ["redis-server", "--save", "", .. _arguments];
        string[] common = IsGarnet
            ? ["--bind", "127.0.0.1", "--port", $"{Port}", "--device-type", "RandomAccess", "--lua", "--lua-transaction-mode"]
            : ["--bind", "127.0.0.1", "--port", $"{Port}", "--dir", _directory];
        var start = new ProcessStartInfo("/bin/sh", ["-c", Keeper, "sh", .. command, .. common])
        {
            WorkingDirectory = _directory,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };

        _keeper = Process.Start(start)!;
        _pid = int.Parse((await _keeper.StandardOutput.ReadLineAsync())!, CultureInfo.InvariantCulture);
        var waiting = Stopwatch.StartNew();
        while (!await AnswersAsync())
        {
            if (_keeper.HasExited || waiting.Elapsed > TimeSpan.FromSeconds(30))
                throw new InvalidOperationException($"The server did not start:\n{await File.ReadAllTextAsync(Path.Combine(_directory, "server.log"))}");
            await Task.Delay(10);
        }

        if (IsGarnet)
            await WarmUpAsync();
    }

    /// <summary>Asks it to end, and waits until it has.</summary>
    public Task StopAsync() => SignalAndWaitAsync("TERM");

    /// <summary>Ends it at once: what it had not written is gone.</summary>
    public Task KillAsync() => SignalAndWaitAsync("KILL");

    /// <summary>It accepts connections and answers nothing.</summary>
    public void Pause() => Signal("STOP");

    public void Resume() => Signal("CONT");

    public async ValueTask DisposeAsync()
    {
        if (_keeper is { HasExited: false })
        {
            _keeper.StandardInput.Close();
            await _keeper.WaitForExitAsync();
        }

        _keeper?.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    /// <summary>
    /// A port that nobody listens on, also while the server is stopped: below those that systems give to connections that
    /// go out (from 32768 or 49152 on), and no other test's.
    /// </summary>
    public static int FreePort()
    {
        while (true)
        {
            var port = 10_000 + (int)((uint)Interlocked.Increment(ref s_ports) % 20_000);
            try
            {
                using var listener = new TcpListener(IPAddress.Loopback, port);
                listener.Start();
                return port;
            }
            catch (SocketException)
            {
                // Somebody's: the next one.
            }
        }
    }

    /// <summary>Runs a command to its end and returns what it printed.</summary>
    public static async Task<string> RunAsync(string directory, params string[] command)
    {
        using var process = Process.Start(new ProcessStartInfo(command[0], command[1..])
        {
            WorkingDirectory = directory,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0
            ? output
            : throw new InvalidOperationException($"{string.Join(' ', command)} failed:\n{output}\n{await errors}");
    }

    private static string? FindOnPath(string program) => (Environment.GetEnvironmentVariable("PATH") ?? "")
        .Split(Path.PathSeparator)
        .Select(directory => Path.Combine(directory, program))
        .FirstOrDefault(File.Exists);

    private async Task SignalAndWaitAsync(string signal)
    {
        Signal(signal);
        await _keeper!.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(10));
        _keeper.Dispose();
        _keeper = null;
    }

    private void Signal(string name)
    {
        using var kill = Process.Start("kill", [$"-{name}", $"{_pid}"]);
        kill.WaitForExit();
    }

    /// <summary>Garnet compiles itself as it goes: the first of each command takes a while, which tests with short time-outs cannot wait for.</summary>
    private async Task WarmUpAsync()
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, Port);
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

    private async Task<bool> AnswersAsync()
    {
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync(IPAddress.Loopback, Port);
            var stream = client.GetStream();
            await stream.WriteAsync("*1\r\n$4\r\nPING\r\n"u8.ToArray());
            var answer = new byte[7];
            await stream.ReadExactlyAsync(answer).AsTask().WaitAsync(TimeSpan.FromSeconds(5));
            return answer.AsSpan().SequenceEqual("+PONG\r\n"u8);
        }
        catch (Exception e) when (e is SocketException or IOException or TimeoutException)
        {
            return false;
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
            Assert.SkipWhen(root is null, "There is no redis-server on the PATH, and no tool manifest that names Garnet.");

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
