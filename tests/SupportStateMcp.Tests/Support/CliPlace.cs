using System.Diagnostics;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using SupportStateMcp.Conversations;
using SupportStateMcp.Hosting;
using SupportStateMcp.Storage.Redis;

namespace SupportStateMcp.Tests.Support;

/// <summary>A store that is prepared by the rules, then worked on by the real command line.</summary>
internal sealed class CliPlace : IDisposable
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

    /// <summary>Puts conversations there, as if it were done some time ago; returns the last outcome.</summary>
    public async Task<Outcome> PrepareAsync(TimeSpan ago, params ConversationCommand[] commands)
    {
        await using var services = new ServiceCollection()
            .AddDesk(_options, LogLevel.Warning)
            .AddSingleton<TimeProvider>(new FakeTime(TimeProvider.System.GetUtcNow() - ago))
            .BuildServiceProvider();
        Outcome? last = null;
        foreach (var command in commands)
            last = (await services.GetRequiredService<ConversationCommandHandler>().ExecuteAsync(command, TestContext.Current.CancellationToken)).Value;
        return last!;
    }

    /// <summary>Runs a command of the real program on the store.</summary>
    public Task<(int ExitCode, string Output, string Errors)> RunAsync(params string[] command) => RunAsync("", command);

    /// <inheritdoc cref="RunAsync(string[])"/>
    public async Task<(int ExitCode, string Output, string Errors)> RunAsync(string input, string[] command)
    {
        var (exitCode, output, errors) = await ServerProcess.RunAsync([.. Arguments, .. command], Environment, input);
        return (exitCode, output.ReplaceLineEndings("\n"), errors.ReplaceLineEndings("\n"));
    }

    /// <summary>Runs a command line of the real program in a shell, which can give it inputs and outputs that fail.</summary>
    public async Task<(int ExitCode, string Output, string Errors)> ShellAsync(string command)
    {
        var start = new ProcessStartInfo("/bin/sh") { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in (string[])["-c", $"exec \"$0\" \"$@\" {command}", ServerProcess.Command, .. Arguments])
            start.ArgumentList.Add(argument);
        foreach (var (name, value) in Environment)
            start.Environment[name] = value;
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
        // Side by side: a refusal changes nothing.
        var forPrograms = RunAsync([.. command, "--json"]);
        var (exitCode, output, errors) = await RunAsync(command);
        var (code, json, nothing) = await forPrograms;
        Assert.Equal((1, ""), (exitCode, output));
        Assert.Equal((1, ""), (code, nothing));
        var refusal = JsonElement.Parse(json);
        Assert.Equal(errors.TrimEnd('\n'), refusal.GetProperty("message").GetString());
        return refusal;
    }

    public void Dispose() => _directory.Dispose();
}
