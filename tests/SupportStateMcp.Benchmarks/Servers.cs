using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace SupportStateMcp.Benchmarks;

/// <summary>A process that this run started, and ends.</summary>
internal sealed class Child : IAsyncDisposable
{
    private Child(Process process) => Process = process;

    public Process Process { get; }

    public static Child Start(string file, IEnumerable<string> arguments, bool pipes = false, IEnumerable<(string Name, string Value)>? environment = null)
    {
        var start = new ProcessStartInfo(file, arguments) { RedirectStandardInput = pipes, RedirectStandardOutput = true };
        foreach (var (name, value) in environment ?? [])
            start.Environment[name] = value;
        return new(Process.Start(start) ?? throw new InvalidOperationException($"{file} did not start."));
    }

    public async ValueTask DisposeAsync()
    {
        if (!Process.HasExited)
            Process.Kill(entireProcessTree: true);
        await Process.WaitForExitAsync();
        Process.Dispose();
    }
}

/// <summary>What a benchmark measures: a store, and servers on it.</summary>
internal sealed class Servers(string store, string where) : IAsyncDisposable
{
    private Child? _redis;

    /// <summary>redis or sqlite.</summary>
    public string Store => store;

    /// <summary>Makes a fresh store: a Redis of its own without persistence, or an empty directory.</summary>
    public static async Task<Servers> OnAsync(string store)
    {
        if (store == "sqlite")
            return new Servers(store, Directory.CreateTempSubdirectory("supportstate-bench-").FullName);

        var port = FreePort();
        var servers = new Servers(store, $"127.0.0.1:{port}")
        {
            _redis = Child.Start("redis-server", ["--port", $"{port}", "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]),
        };
        _ = servers._redis.Process.StandardOutput.ReadToEndAsync();
        await Until(() => Connects(port));
        return servers;
    }

    /// <summary>Starts a server over HTTP and waits until it is ready.</summary>
    /// <param name="program">A build of the server, on Redis; null for the one with the no-op.</param>
    public async Task<(Child Server, Uri Endpoint)> HttpAsync(string? program = null)
    {
        var url = new Uri($"http://127.0.0.1:{FreePort()}");
        var server = program is null
            ? Child.Start(Environment.ProcessPath!, ["serve", "http", store, where, url.ToString()])
            : Child.Start(program, ["http", "--redis", where, "--url", url.ToString()]);
        using var client = new HttpClient();
        await Until(async () => (await client.GetAsync(new Uri(url, "/health/ready"))).IsSuccessStatusCode);
        return (server, new Uri(url, "/mcp"));
    }

    /// <summary>Starts a server as it is configured by these variables, with the sample data, and waits until it is ready.</summary>
    public async Task<(Child Server, Uri Address)> PlainAsync(params (string Name, string Value)[] environment)
    {
        var url = new Uri($"http://127.0.0.1:{FreePort()}");
        string[] at = store == "redis" ? ["--redis", where] : ["--data", where];
        await using (var load = Child.Start(Environment.ProcessPath!, ["program", "sample-data", "load", .. at, "--roles", "supervisor"]))
            await load.Process.WaitForExitAsync();
        var server = Child.Start(Environment.ProcessPath!, ["program", "http", .. at, "--url", url.ToString()], environment: environment);
        using var client = new HttpClient();
        await Until(async () => (await client.GetAsync(new Uri(url, "/health/data"))).IsSuccessStatusCode);
        return (server, url);
    }

    /// <summary>Starts the demo, with the sample data and workers by rules, and waits until it is ready.</summary>
    public async Task<(Child Server, Uri Address)> DemoAsync(int workers)
    {
        var url = new Uri($"http://127.0.0.1:{FreePort()}");
        string[] at = store == "redis" ? ["--redis", where] : ["--data", where];
        var server = Child.Start(
            Environment.ProcessPath!, ["program", "http", "--demo", .. at, "--url", url.ToString()],
            environment: [("SUPPORTSTATE__TICKETS__WORKERS", $"{workers}")]);
        using var client = new HttpClient();
        await Until(async () => (await client.GetAsync(new Uri(url, "/health/data"))).IsSuccessStatusCode);
        return (server, url);
    }

    /// <summary>Starts a server over stdio.</summary>
    public Child Stdio() => Child.Start(Environment.ProcessPath!, ["serve", "stdio", store, where], pipes: true);

    public async ValueTask DisposeAsync()
    {
        if (_redis is not null)
            await _redis.DisposeAsync();
        else
            Directory.Delete(where, recursive: true);
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static async Task<bool> Connects(int port)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, port);
        return true;
    }

    private static async Task Until(Func<Task<bool>> isReady)
    {
        var started = Stopwatch.GetTimestamp();
        while (true)
        {
            try
            {
                if (await isReady())
                    return;
            }
            catch (Exception e) when (e is SocketException or HttpRequestException)
            {
                if (Stopwatch.GetElapsedTime(started) > TimeSpan.FromSeconds(15))
                    throw;
            }

            await Task.Delay(20);
        }
    }
}
