using SupportStateMcp.Storage.Postgres;
using SupportStateMcp.Storage.Redis;
using SupportStateMcp.WebConsole;

namespace SupportStateMcp.Hosting;

/// <summary>What a server says when it starts, on the error stream: address, store, and what to do next.</summary>
internal static class StartNotice
{
    private const string Guide = "docs/clients.md has the settings for each host.";

    public static string OverHttp(ServerOptions options, IEnumerable<string> addresses)
    {
        var all = addresses.ToList();
        var next = options.HasSignIn ? $"{all[0]}, with \"Authorization: Bearer <token>\"" : all[0];
        return $"""
            SupportStateMcp {McpServerSetup.Version} listens on {string.Join(", ", all)}
            {Store(options)}{Demo(options, all[0])}
            Next: connect an MCP client to {next}; {Guide} A browser at / shows how; people work at {all[0][..all[0].LastIndexOf('/')]}{ConsolePages.Path}.
            """;
    }

    /// <param name="options">What is configured.</param>
    /// <param name="isTyped">True where the input is a terminal: somebody started it by hand, and would wait for a sign.</param>
    public static string OverStdio(ServerOptions options, bool isTyped)
    {
        var notice = $"""
            SupportStateMcp {McpServerSetup.Version} serves one MCP client on standard input and output
            {Store(options)}
            """;
        return !isTyped ? notice : $"""
            {notice}
            It waits for a client, which writes JSON-RPC messages here; you need not type anything. End it with Ctrl+C.
            Next: have an MCP host start this command; {Guide} SupportStateMcp http serves over HTTP, SupportStateMcp --help tells more.
            """;
    }

    private static string Demo(ServerOptions options, string address) => !options.Demo ? "" : $"""


            *** DEMO: anybody on this machine approves solutions over REST, and works in the console, as {DemoPerson}. Not for real tickets. ***
            Sample data is loaded; the built-in worker runs. Open the console, {address[..address.LastIndexOf('/')]}{ConsolePages.Path}, and report a ticket:
              curl {address[..address.LastIndexOf('/')]}/support/ticket -H 'Content-Type: application/json' -d '{OneTicket}'

            """;

    /// <summary>Who approves over REST in a demo.</summary>
    internal const string DemoPerson = "human:support-team";

    private const string OneTicket = """{"ticket_id":"TKT-001","customer_id":"CUST001","description":"The Dapr sidecar does not start."}""";

    private static string Store(ServerOptions options) => options.Backend == Backend.Redis
        ? $"Conversations are in Redis at {RedisConnectionString.Describe(options.RedisConnection)}{(options.KeyPrefix.Length > 0 ? $", keys begin with {options.KeyPrefix}" : "")}"
            + (options is { Archive: true, ArchiveConnection: { } archive } ? $"; closed ones that have expired go to PostgreSQL at {PostgresConnectionString.Describe(archive)}" : "")
        : $"Conversations are in SQLite in the data folder {options.Directory}";
}
