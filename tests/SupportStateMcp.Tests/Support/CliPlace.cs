using System.Diagnostics;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using SupportStateMcp.Conversations;
using SupportStateMcp.Hosting;
using SupportStateMcp.Storage.Redis;

namespace SupportStateMcp.Tests.Support;

/// <summary>A store that is prepared by the rules, then worked on by the command line, in this process or in one of its own.</summary>
internal sealed partial class CliPlace : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly ServerOptions _options;

    /// <summary>On SQLite.</summary>
    public CliPlace()
    {
        _options = new ServerOptions { Backend = Backend.Sqlite, Directory = _directory.Path };
        Arguments = ["--data", _directory.Path];
    }

    /// <summary>On Redis, apart from other tests.</summary>
    public CliPlace(RedisServer redis)
    {
        var prefix = $"t{Guid.NewGuid():N}:";
        _options = new ServerOptions { Backend = Backend.Redis, RedisConnection = redis.ConnectionString, KeyPrefix = prefix };
        Arguments = ["--redis", redis.ConnectionString];
        Environment["SUPPORTSTATE__PERSISTENCE__KEYPREFIX"] = prefix;
    }

    /// <summary>What points a command line, or a server, at the store.</summary>
    public string[] Arguments { get; }

    /// <summary>What the commands are run with.</summary>
    public Dictionary<string, string> Environment { get; } = [];

    /// <summary>The time of commands in this process. It begins with the time of day: an embedded store may look at the machine's clock as well.</summary>
    public FakeTime Time { get; } = new(TimeProvider.System.GetUtcNow());

    /// <summary>Puts conversations there, as if it were done some time ago; returns the last outcome.</summary>
    public async Task<Outcome> PrepareAsync(TimeSpan ago, params ConversationCommand[] commands)
    {
        await using var services = new ServiceCollection()
            .AddDesk(_options, LogLevel.Warning)
            .AddPatience()
            .AddSingleton<TimeProvider>(new FakeTime(Time.GetUtcNow() - ago))
            .BuildServiceProvider();
        Outcome? last = null;
        foreach (var command in commands)
            last = (await services.GetRequiredService<ConversationCommandHandler>().ExecuteAsync(command, TestContext.Current.CancellationToken)).Value;
        return last!;
    }

    /// <summary>Runs a command on the store, in this process.</summary>
    public Task<(int ExitCode, string Output, string Errors)> RunAsync(params string[] command) => RunAsync("", command);

    /// <inheritdoc cref="RunAsync(string[])"/>
    public Task<(int ExitCode, string Output, string Errors)> RunAsync(string input, string[] command) =>
        RunAsync(new RecordedConsole(input, Environment), command);

    /// <inheritdoc cref="RunAsync(string[])"/>
    public async Task<(int ExitCode, string Output, string Errors)> RunAsync(RecordedConsole console, string[] command) => console.Ended(
        await CommandLine.RunAsync([.. Arguments, .. command], console, services => services.AddPatience().AddSingleton<TimeProvider>(Time)));

    /// <summary>Runs a command of the real program on the store.</summary>
    public Task<(int ExitCode, string Output, string Errors)> ProcessAsync(string input, params string[] command) =>
        ServerProcess.RunAsync([.. Arguments, .. command], Environment, input);

    /// <summary>Runs a command line of the real program in a shell, which can give it inputs and outputs that fail.</summary>
    public async Task<(int ExitCode, string Output, string Errors)> ShellAsync(string command)
    {
        var start = TestedProgram.Start("/bin/sh", ["-c", $"exec \"$0\" \"$@\" {command}", TestedProgram.Command, .. Arguments], Environment);
        start.RedirectStandardOutput = start.RedirectStandardError = true;
        using var process = Process.Start(start)!;
        var reading = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var errors = await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode, await reading, errors);
    }

    /// <summary>Runs a command that is done, and returns what it says in JSON.</summary>
    public async Task<JsonElement> JsonAsync(params string[] command)
    {
        var (exitCode, output, errors) = await RunAsync([.. command, "--json"]);
        Assert.Equal((0, ""), (exitCode, errors));
        return JsonElement.Parse(output);
    }

    /// <summary>Runs a command that is refused, and returns code and sentence, which a program and a person learn alike.</summary>
    public async Task<JsonElement> RefusalAsync(params string[] command)
    {
        var (exitCode, output, errors) = await RunAsync(command);
        var (code, json, nothing) = await RunAsync([.. command, "--json"]);
        Assert.Equal((1, ""), (exitCode, output));
        Assert.Equal((1, ""), (code, nothing));
        var refusal = JsonElement.Parse(json);
        Assert.Equal(errors.TrimEnd('\n'), refusal.GetProperty("message").GetString());
        return refusal;
    }

    /// <summary>What is on a screen, without what is another in each run: the number that an approval was given.</summary>
    public static string Screen(string output) => ApprovalNumber().Replace(
        string.Join('\n', output.Split('\n').Select(l => l.TrimEnd())), "ap-1a2b3c4d-");

    public void Dispose() => _directory.Dispose();

    [GeneratedRegex("ap-[0-9a-f]{8}-")]
    private static partial Regex ApprovalNumber();
}
