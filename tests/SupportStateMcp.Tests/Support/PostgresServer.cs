using System.Diagnostics;
using System.Globalization;
using Npgsql;

namespace SupportStateMcp.Tests.Support;

/// <summary>
/// A real PostgreSQL with a cluster of its own in a temporary directory, on a free loopback port. It can be stopped, paused and started again, and
/// does not outlive the tests, even where these are killed. Where PostgreSQL is not installed, the test is skipped.
/// </summary>
public sealed class PostgresServer : IAsyncDisposable
{
    public const string Password = "s3cret-of-the-archive";

    // The shell ends the server when its input ends: when the tests let it go, or die.
    private const string Keeper = """
        exec 3<&0 2>/dev/null
        "$@" >>server.log 2>&1 3<&- & pid=$!
        echo $pid
        (read _ <&3; kill -QUIT $pid; kill -CONT $pid) & watch=$!
        wait $pid
        kill $watch
        """;

    private static readonly string? s_programs = FindPrograms();

    private readonly string _directory = Directory.CreateTempSubdirectory("postgres-").FullName;
    private Process? _keeper;
    private int _pid;

    private PostgresServer()
    {
    }

    public int Port { get; } = RedisServer.FreePort();

    /// <summary>How the owner of the cluster reaches it.</summary>
    public string ConnectionString => string.Create(
        CultureInfo.InvariantCulture, $"Host=127.0.0.1;Port={Port};Username=postgres;Password={Password};Database=postgres");

    private string Data => Path.Combine(_directory, "data");

    public static async Task<PostgresServer> StartAsync()
    {
        if (s_programs is null)
            Assert.Skip("This needs PostgreSQL (its programs initdb and postgres): apt-get install postgresql.");
        if (IsRoot && !File.ReadLines("/etc/passwd").Any(l => l.StartsWith("postgres:", StringComparison.Ordinal)))
            Assert.Skip("This needs the user postgres: PostgreSQL does not run as root, and neither do these tests as another user.");
        var server = new PostgresServer();
        try
        {
            await server.MakeAsync();
            await server.StartAgainAsync();
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts it on the same port and data, and waits until it serves.</summary>
    public async Task StartAgainAsync()
    {
        var start = new ProcessStartInfo("/bin/sh",
            [
                "-c", Keeper, "sh", .. AsItsUser(
                    "postgres", "-D", Data, "-h", "127.0.0.1", "-p", Port.ToString(CultureInfo.InvariantCulture), "-c", "unix_socket_directories=",
                    "-c", "fsync=off", "-c", "full_page_writes=off", "-c", "shared_buffers=16MB", "-c", "max_connections=60"),
            ])
        {
            WorkingDirectory = _directory,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        _keeper = Process.Start(start)!;
        _pid = int.Parse((await _keeper.StandardOutput.ReadLineAsync())!, CultureInfo.InvariantCulture);
        for (var waiting = Stopwatch.StartNew(); !await AnswersAsync(); await Task.Delay(20))
        {
            if (_keeper.HasExited || waiting.Elapsed > TimeSpan.FromSeconds(60))
                throw new InvalidOperationException($"PostgreSQL did not start:\n{await File.ReadAllTextAsync(Path.Combine(_directory, "server.log"))}");
        }
    }

    /// <summary>Ends it at once, with all its connections; what was committed stays.</summary>
    public async Task StopAsync()
    {
        await SignalAsync("QUIT", _pid);
        await _keeper!.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(20));
        _keeper.Dispose();
        _keeper = null;
    }

    /// <summary>From now on it answers nothing, on no connection.</summary>
    public Task PauseAsync() => SignalAllAsync("STOP");

    public Task ResumeAsync() => SignalAllAsync("CONT");

    /// <summary>The first value of a query, as somebody with psql sees it.</summary>
    public async Task<object?> QueryAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(ConnectionString + ";Pooling=false");
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        return await command.ExecuteScalarAsync();
    }

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

    private static bool IsRoot => Environment.UserName == "root";

    private async Task MakeAsync()
    {
        if (IsRoot)
            await RedisServer.RunAsync(_directory, "chown", "postgres", _directory);
        var password = Path.Combine(_directory, "password");
        await File.WriteAllTextAsync(password, Password);
        await RedisServer.RunAsync(_directory, "chmod", "a+r", password);
        await RedisServer.RunAsync(
            _directory, AsItsUser("initdb", "-D", Data, "-U", "postgres", "--auth", "scram-sha-256", "--pwfile", password, "--encoding", "UTF8", "--locale", "C", "--no-sync"));
    }

    /// <summary>A program of PostgreSQL, which does not run as root.</summary>
    private static string[] AsItsUser(string program, params string[] arguments)
    {
        string[] command = [Path.Combine(s_programs!, program), .. arguments];
        return IsRoot ? ["setpriv", "--reuid", "postgres", "--regid", "postgres", "--clear-groups", .. command] : command;
    }

    private async Task<bool> AnswersAsync()
    {
        try
        {
            return await QueryAsync("SELECT 1") is 1;
        }
        catch (NpgsqlException)
        {
            return false;
        }
    }

    private async Task SignalAllAsync(string signal)
    {
        var children = await RedisServer.RunAsync(_directory, "ps", "--ppid", _pid.ToString(CultureInfo.InvariantCulture), "-o", "pid=");
        await SignalAsync(signal, [_pid, .. children.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(p => int.Parse(p, CultureInfo.InvariantCulture))]);
    }

    private static async Task SignalAsync(string name, params int[] processes)
    {
        using var kill = Process.Start("kill", [$"-{name}", .. processes.Select(p => p.ToString(CultureInfo.InvariantCulture))]);
        await kill.WaitForExitAsync();
    }

    /// <summary>Where its programs are: on the path, or where Debian puts them, the newest.</summary>
    private static string? FindPrograms()
    {
        const string Debian = "/usr/lib/postgresql";
        var debians = Directory.Exists(Debian)
            ? Directory.GetDirectories(Debian).OrderByDescending(d => int.TryParse(Path.GetFileName(d), out var version) ? version : 0).Select(d => Path.Combine(d, "bin"))
            : [];
        return (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
            .Concat(debians)
            .FirstOrDefault(d => IsThere(Path.Combine(d, "initdb")) && IsThere(Path.Combine(d, "postgres")));
    }

    /// <summary>Also a link has to lead somewhere.</summary>
    private static bool IsThere(string program) =>
        File.Exists(program) && File.ResolveLinkTarget(program, returnFinalTarget: true) is null or { Exists: true };
}
