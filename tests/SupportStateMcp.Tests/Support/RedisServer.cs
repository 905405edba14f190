using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace SupportStateMcp.Tests.Support;

/// <summary>
/// A real Redis on a free port, from the engine of this run (<see cref="TestEngines"/>). It can be stopped, killed, paused
/// and started again, and does not outlive the tests, even where these are killed.
/// </summary>
public abstract class RedisServer : IAsyncDisposable
{
    // Where this process begins to look: elsewhere than another that runs at the same time.
    private static int s_ports = Environment.ProcessId * 97;

    /// <summary>True where the tests run against Garnet.</summary>
    public static bool IsGarnet => TestEngines.Current == TestEngine.Garnet;

    public int Port { get; } = FreePort();

    /// <summary>The name or address it is reached at.</summary>
    public virtual string Host => "127.0.0.1";

    public string ConnectionString => $"{Host}:{Port}";

    /// <summary>Starts one of this run's engine. Arguments are redis-server's; Garnet is started without any.</summary>
    public static Task<RedisServer> StartAsync(params string[] arguments) => StartedAsync(
        TestEngines.Current == TestEngine.Container ? new RedisOfImage(arguments) : new RedisProcess(IsGarnet, arguments));

    /// <summary>Starts a redis-server as a process of this machine, whatever the engine; skips the test where there is none.</summary>
    public static Task<RedisServer> StartLocalAsync(string reason, params string[] arguments)
    {
        if (!TestEngines.HasServer)
            Assert.Skip($"This needs a redis-server on the PATH: {reason}.");
        return StartedAsync(new RedisProcess(isGarnet: false, arguments));
    }

    /// <summary>Skips a test that needs what only Redis itself can do.</summary>
    public static void RequireRedis(string reason)
    {
        if (IsGarnet)
            Assert.Skip($"This needs a real Redis, not Garnet: {reason}.");
    }

    /// <summary>Starts it on the same port and data, and waits until it serves.</summary>
    public abstract Task StartAgainAsync();

    /// <summary>Asks it to end, and waits until it has.</summary>
    public abstract Task StopAsync();

    /// <summary>Ends it at once: what it had not written is gone.</summary>
    public abstract Task KillAsync();

    /// <summary>From now on it accepts connections and answers nothing.</summary>
    public abstract Task PauseAsync();

    public abstract Task ResumeAsync();

    public abstract ValueTask DisposeAsync();

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

    /// <summary>Waits until it answers, or until it cannot be expected to.</summary>
    /// <param name="hasEnded">True where it is not worth waiting any longer.</param>
    protected async Task<bool> ServesAsync(Func<bool> hasEnded)
    {
        for (var waiting = Stopwatch.StartNew(); waiting.Elapsed < TimeSpan.FromSeconds(30) && !hasEnded(); await Task.Delay(10))
        {
            if (await AnswersAsync())
                return true;
        }

        return false;
    }

    private static async Task<RedisServer> StartedAsync(RedisServer server)
    {
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

    /// <summary>Any answer to a PING will do: a Sentinel has one, and so has a server that asks for a password.</summary>
    private async Task<bool> AnswersAsync()
    {
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync(Host, Port);
            var stream = client.GetStream();
            await stream.WriteAsync("*1\r\n$4\r\nPING\r\n"u8.ToArray());
            var answer = new byte[7];
            await stream.ReadExactlyAsync(answer).AsTask().WaitAsync(TimeSpan.FromSeconds(5));
            return answer.AsSpan().SequenceEqual("+PONG\r\n"u8) || answer.AsSpan().SequenceEqual("-NOAUTH"u8);
        }
        catch (Exception e) when (e is SocketException or IOException or TimeoutException)
        {
            return false;
        }
    }
}
