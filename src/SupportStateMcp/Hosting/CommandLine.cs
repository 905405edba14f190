using System.CommandLine;
using Microsoft.Extensions.DependencyInjection;
using SupportStateMcp.Cli;
using SupportStateMcp.Identity;
using SupportStateMcp.Mcp.Tools;

namespace SupportStateMcp.Hosting;

/// <summary>The command line: which transport, and what goes over file and environment.</summary>
public static class CommandLine
{
    /// <summary>The exit code of a start that the configuration does not allow (sysexits.h, EX_CONFIG).</summary>
    public const int BadConfiguration = 78;

    /// <summary>The exit code of a start where the address cannot be listened at (sysexits.h, EX_OSERR).</summary>
    public const int CannotListen = 71;

    private const string About = """
        SupportStateMcp keeps the state of a support desk and serves it over the Model Context Protocol.

        Without a command it speaks MCP on standard input and output, as desktop hosts expect, and keeps its conversations in an
        SQLite database in your data folder: no server, no set-up. With Redis, any number of instances serve the same conversations.

        Examples:
          SupportStateMcp                                         stdio, conversations in an SQLite database
          SupportStateMcp http                                    HTTP on http://127.0.0.1:3001/mcp
          SupportStateMcp http --redis 127.0.0.1:6379             the same, conversations in Redis
          SupportStateMcp --toolsets knowledge                    stdio, the tools of the knowledge base alone
          SupportStateMcp --config support.json                   everything from a file
          SupportStateMcp --actor human:alice --roles approver    the one who connects acts as alice, who approves
          SupportStateMcp token create --actor human:alice        a token for alice, to call over HTTP with
          SupportStateMcp health                                  exit 0 if that HTTP server is ready

        People without an MCP host work on the same conversations, under the same rules; each command has a --help:
          SupportStateMcp queue                                   who waits for a person
          SupportStateMcp mine                                    what you own; list, search and show find the rest
          SupportStateMcp show cs-TKT-001                         a conversation, with its last messages
          SupportStateMcp reply cs-TKT-001 "On its way."          answer the customer, and take the conversation over
          SupportStateMcp assign cs-TKT-001 human:bob             give it to a colleague
          SupportStateMcp approvals                               what waits for a decision
          SupportStateMcp approve ap-1a2b3c4d-TKT-001             say yes to it
          SupportStateMcp customers show CUST001                  a customer, with entitlement, system and open conversations
          SupportStateMcp customers import FILE                   record customers, one JSON object a line

        Every key of the file can be set as an environment variable, for example
          SUPPORTSTATE__PERSISTENCE__TTL=3600
        Precedence: command line, then environment, then file. REDIS_URL is used where nothing else names a connection.
        """;

    /// <summary>Reads the arguments and runs what they ask for.</summary>
    public static Task<int> RunAsync(string[] args) => RunAsync(args, CliConsole.OfProcess, null);

    /// <param name="args">The arguments.</param>
    /// <param name="console">What is read and written.</param>
    /// <param name="configure">Adds to the services of a command for people or of a server on stdio, or changes them; for tests.</param>
    internal static Task<int> RunAsync(string[] args, CliConsole console, Action<IServiceCollection>? configure)
    {
        var config = new Option<string?>("--config") { Description = "A JSON file with the section \"mcp\"; docs/configuration.md lists its keys.", HelpName = "FILE", Recursive = true };
        var redis = new Option<string?>("--redis") { Description = "Keep conversations in this Redis: host:port,option=value or redis:// or rediss://.", HelpName = "CONNECTION", Recursive = true };
        var data = new Option<string?>("--data") { Description = "Keep conversations in an SQLite database in this directory.", HelpName = "DIRECTORY", Recursive = true };
        var actor = new Option<string?>("--actor") { Description = "Who acts, whatever a client says: ai:ID, human:ID or system:ID. Default: ai:<client name>.", HelpName = "KIND:ID", Recursive = true };
        var roles = new Option<string?>("--roles") { Description = $"What they are trusted with: {RoleNames.All}. Default: agent,approver; for system: agent.", HelpName = "ROLE,ROLE", Recursive = true };
        var url = new Option<string?>("--url") { Description = "Where the server listens. Default: http://127.0.0.1:3001.", HelpName = "URL" };
        var toolsets = new Option<string?>("--toolsets") { Description = $"The sets of tools that are there: {ToolsetNames.All}. Default: {string.Join(',', ToolsetNames.Of(ToolsetNames.Default))}, and over HTTP each set at /mcp/SET.", HelpName = "SET,SET" };
        foreach (var option in (Option<string?>[])[config, redis, data, url, toolsets])
        {
            // An empty one is a variable that was not set; taken as not given, it would mean another store.
            option.Validators.Add(r =>
            {
                if (r.Tokens is [{ Value: var value }] && string.IsNullOrWhiteSpace(value))
                    r.AddError($"{option.Name}: it is empty; leave it out, or give it a value.");
            });
        }

        data.Validators.Add(r =>
        {
            if (r.GetResult(redis) is not null)
                r.AddError("--redis and --data exclude each other: conversations are kept in one place.");
        });

        var demo = new Option<bool>("--demo") { Description = "To try it: load sample data, run the built-in worker, and let anybody on this machine approve solutions over REST." };
        var stdio = new Command("stdio", "Speak MCP on standard input and output (the default).") { toolsets };
        var http = new Command("http", "Serve MCP over streamable HTTP at /mcp, one toolset alone at /mcp/SET, and REST as /openapi/v1.json describes it, with /health.") { url, toolsets };
        http.Add(demo);
        var work = new Command("work", "Work on tickets with the built-in worker, beside servers on the same store, until Ctrl+C. --roles names the steps' roles: triage, expert, notification.");
        var health = new Command("health", "Ask a running HTTP server whether it is ready: exit 0, or 1 with the reason.") { url };
        var root = new RootCommand(About) { config, redis, data, actor, roles, toolsets, stdio, http, work, health, TokenCommand.Create(actor, roles, toolsets) };
        foreach (var command in CliCommands.Create(actor, console, OpenAsync))
            root.Add(command);
        CliHelp.Teach(root);

        root.SetAction((parsed, ct) => StartAsync(parsed, ServeAsync, ct));
        stdio.SetAction((parsed, ct) => StartAsync(parsed, ServeAsync, ct));
        http.SetAction((parsed, ct) => StartAsync(parsed, HttpHost.RunAsync, ct, overHttp: true));
        work.SetAction((parsed, ct) => ConfiguredStart.RunAsync(
            parsed.GetValue(config), Over(parsed), new IdentityArguments(), console, (options, token) => WorkHost.RunAsync(options, parsed.GetValue(roles), token), ct));
        health.SetAction((parsed, ct) => StartAsync(parsed, (options, ct) => HealthCheck.RunAsync(options.Url, ct), ct));

        // The hosts listen for SIGTERM and SIGINT themselves: what runs is finished first.
        // A text that begins with @ is a text, not a file to read arguments from.
        var invocation = new InvocationConfiguration { ProcessTerminationTimeout = null };
        // Those of the process are opened when something is written: where they cannot be, the command has been done.
        if (console != CliConsole.OfProcess)
            (invocation.Output, invocation.Error) = (console.Output, console.Errors);
        return root.Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null }).InvokeAsync(invocation);

        Task<int> ServeAsync(ServerOptions options, CancellationToken cancellationToken) =>
            StdioHost.RunAsync(options, console, configure, cancellationToken);

        Task<int> StartAsync(
            ParseResult parsed, Func<ServerOptions, CancellationToken, Task<int>> run, CancellationToken cancellationToken, bool overHttp = false) =>
            ConfiguredStart.RunAsync(
                parsed.GetValue(config),
                Over(parsed),
                new IdentityArguments(parsed.GetValue(actor), parsed.GetValue(roles), overHttp, overHttp && parsed.GetValue(demo)),
                console,
                run,
                cancellationToken);

        Task<int> OpenAsync(
            ParseResult parsed, Actor person, bool createsStore, Func<CliContext, CancellationToken, Task<int>> work, CancellationToken cancellationToken) =>
            ConfiguredStart.RunAsync(
                parsed.GetValue(config),
                Over(parsed),
                new IdentityArguments(person.ToString(), parsed.GetValue(roles)),
                console,
                (options, ct) => CliHost.RunAsync(options, createsStore, console, configure, work, ct),
                cancellationToken);

        Dictionary<string, string?> Over(ParseResult parsed) => new()
        {
            ["persistence:connectionString"] = parsed.GetValue(redis),
            ["persistence:directory"] = parsed.GetValue(data),
            ["persistence:backend"] = parsed.GetValue(redis) is not null ? "redis" : parsed.GetValue(data) is not null ? "sqlite" : null,
            ["http:url"] = parsed.GetValue(url),
            ["tools:sets"] = parsed.GetValue(toolsets),
        };
    }
}
