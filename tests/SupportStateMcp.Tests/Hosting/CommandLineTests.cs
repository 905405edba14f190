using SupportStateMcp.Hosting;
using SupportStateMcp.Tests.Support;

namespace SupportStateMcp.Tests.Hosting;

/// <summary>The command line: a few through the real program, what it refuses at once in this process.</summary>
public sealed class CommandLineTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    [Fact]
    public async Task Help_teaches()
    {
        var (exitCode, output, errors) = await ServerProcess.RunAsync(["--help"]);

        Assert.Equal(0, exitCode);
        Assert.Empty(errors);
        string[] told =
        [
            "SupportStateMcp http --redis 127.0.0.1:6379", "SupportStateMcp --config support.json", "--actor human:alice",
            "SUPPORTSTATE__PERSISTENCE__TTL=3600", "Precedence: command line, then environment, then file", "REDIS_URL",
            "--config <FILE>", "--redis <CONNECTION>", "--data <DIRECTORY>", "--actor <KIND:ID>", "--roles <ROLE,ROLE>", "--toolsets <SET,SET>",
            "SupportStateMcp token create --actor human:alice", "stdio", "http", "token",
        ];
        Assert.All(told, words => Assert.Contains(words, output, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Help_of_the_http_command_tells_where_it_listens()
    {
        var (exitCode, output, _) = await RecordedConsole.RunAsync(["http", "--help"]);

        Assert.Equal(0, exitCode);
        Assert.Contains("--url <URL>", output, StringComparison.Ordinal);
        Assert.Contains("--toolsets <SET,SET>", output, StringComparison.Ordinal);
        Assert.Contains("http://127.0.0.1:3001", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_version_is_that_which_clients_see()
    {
        var (exitCode, output, _) = await ServerProcess.RunAsync(["--version"]);

        Assert.Equal(0, exitCode);
        Assert.Equal(McpServerSetup.Version, output.Trim());
    }

    [Fact]
    public async Task A_configuration_that_cannot_be_used_is_told_in_full_and_is_exit_code_78()
    {
        var file = _directory.File("bad.json", """{"mcp": {"persistence": {"ttl": 0}, "colour": "red"}}""");

        var (exitCode, output, errors) = await ServerProcess.RunAsync(["--config", file, "--actor", "customer:mallory"]);

        Assert.Equal(78, exitCode);
        Assert.Empty(output);
        Assert.Equal(
            """
            The configuration cannot be used:
              - colour: there is no such key; docs/configuration.md lists them all.
              - persistence.ttl: '0' is out of range; use 1 to 315360000 seconds.
              - --actor: 'customer:mallory' is not valid; use ai:ID, human:ID or system:ID, an id of 1 to 100 visible characters.

            """,
            errors.ReplaceLineEndings("\n"));
    }

    [Theory]
    [InlineData("http")]
    [InlineData("stdio")]
    [InlineData(null)]
    public async Task Every_toolset_that_there_is_not_is_named(string? command)
    {
        var (exitCode, _, errors) = await RecordedConsole.RunAsync([.. command is null ? [] : new[] { command }, "--toolsets", "ticket,crm,memories"]);

        Assert.Equal(78, exitCode);
        Assert.Equal(
            """
            The configuration cannot be used:
              - tools.sets: 'ticket' is not valid; use conversations, tickets, knowledge, crm, memory, tasks, versions, context.
              - tools.sets: 'memories' is not valid; use conversations, tickets, knowledge, crm, memory, tasks, versions, context.

            """,
            errors.ReplaceLineEndings("\n"));
    }

    [Fact]
    public async Task A_variable_of_the_environment_is_checked_like_the_file()
    {
        var (exitCode, _, errors) = await RecordedConsole.RunAsync(
            ["http"], new Dictionary<string, string> { ["SUPPORTSTATE__PERSISTENCE__TTL"] = "soon" });

        Assert.Equal(78, exitCode);
        Assert.Contains("  - persistence.ttl: 'soon' is out of range; use 1 to 315360000 seconds.", errors, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task A_server_that_other_machines_reach_starts_with_tokens_only()
    {
        var (exitCode, _, errors) = await RecordedConsole.RunAsync(["http", "--url", "http://0.0.0.0:0", "--actor", "human:alice", "--data", _directory.Path]);

        Assert.Equal(78, exitCode);
        Assert.Contains("  - --actor: over HTTP anybody could then act as human:alice;", errors, StringComparison.Ordinal);
        Assert.Contains("  - http.url: other machines reach http://0.0.0.0:0, and without tokens anyone who does may call;", errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"mcp": """)]
    [InlineData("""[1, 2]""")]
    [InlineData("""{"mcp": {"type": "state", "type": "state"}}""")]
    [InlineData("")]
    [InlineData("\u0000")]
    public async Task A_file_that_is_no_configuration_is_told_by_its_name(string content)
    {
        var file = _directory.File("broken.json", content);

        var (exitCode, _, errors) = await RecordedConsole.RunAsync(["--config", file]);

        Assert.Equal(78, exitCode);
        Assert.StartsWith($"The configuration cannot be used:\n  - {file}: ", errors.ReplaceLineEndings("\n"), StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("missing.json")]
    [InlineData("no/such/directory/missing.json")]
    public async Task A_file_that_is_not_there_is_told_by_its_name(string name)
    {
        var file = Path.Combine(_directory.Path, name);

        var (exitCode, _, errors) = await RecordedConsole.RunAsync(["--config", file]);

        Assert.Equal(78, exitCode);
        Assert.Equal($"The configuration cannot be used:\n  - {file}: there is no such file.\n", errors.ReplaceLineEndings("\n"));
    }

    [Fact]
    public async Task A_directory_is_no_file()
    {
        var (exitCode, _, errors) = await RecordedConsole.RunAsync(["--config", _directory.Path]);

        Assert.Equal(78, exitCode);
        Assert.DoesNotContain("   at ", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Conversations_are_kept_in_one_place()
    {
        var (exitCode, _, errors) = await RecordedConsole.RunAsync(["--redis", "127.0.0.1:1", "--data", _directory.Path]);

        Assert.Equal(1, exitCode);
        Assert.Contains("--redis and --data exclude each other: conversations are kept in one place.", errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--colour")]
    [InlineData("serve")]
    [InlineData("--url")]
    public async Task What_it_does_not_know_is_refused_before_anything_starts(string argument)
    {
        var (exitCode, _, errors) = await RecordedConsole.RunAsync([argument]);

        Assert.NotEqual(0, exitCode);
        Assert.Contains(argument, errors, StringComparison.Ordinal);
    }

    public void Dispose() => _directory.Dispose();
}
