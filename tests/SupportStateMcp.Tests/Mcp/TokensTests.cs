using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;
using SupportStateMcp.Hosting;
using SupportStateMcp.Identity;
using SupportStateMcp.Mcp.Filters;
using SupportStateMcp.Mcp.Tools;
using SupportStateMcp.Tests.Support;

namespace SupportStateMcp.Tests.Mcp;

/// <summary>What the tools and their answers cost a model, in tokens of o200k_base; keeps the table in <c>docs/performance.md</c> true.</summary>
public partial class TokensTests(StillServer server, CatalogueOfAll catalogue) : IClassFixture<StillServer>, IClassFixture<CatalogueOfAll>
{
    private const string Rewrite = "SUPPORTSTATE_REWRITE_DOCS";
    private const string Begin = "<!-- tokens: written by TokensTests -->\n";
    private const string End = "<!-- end of tokens -->";

    private static readonly string s_file = Repository.File("docs", "performance.md");

    /// <summary>With <c>SUPPORTSTATE_REWRITE_DOCS=1</c> this test writes the table, and fails once where that changed it.</summary>
    [Fact]
    public async Task The_table_is_what_the_server_says()
    {
        var tools = await ToolsAsync();
        var table = new StringBuilder();
        table.Append("| `tools/list` of an AI | tokens |\n|---|---|\n");
        table.Append(CultureInfo.InvariantCulture, $"| with output schemas | {CountOf(tools)} |\n| without output schemas | {CountOf(WithoutOutputs(tools))} |\n\n");
        table.Append("| names, descriptions and input schemas of | an AI | every caller |\n|---|---|---|\n");
        foreach (var set in ToolsetNames.Each(Present))
            table.Append(CultureInfo.InvariantCulture, $"| `{ToolsetNames.Of(set).Single()}` | {CountOf(Inputs(set, isForAi: true))} | {CountOf(Inputs(set))} |\n");
        table.Append(CultureInfo.InvariantCulture, $"| the usual sets together | {CountOf(Inputs(ToolsetNames.Default, isForAi: true))} | {CountOf(Inputs(ToolsetNames.Default))} |\n\n");
        table.Append("| answer | as text | text and structured content |\n|---|---|---|\n");
        foreach (var (what, result) in await AnswersAsync())
        {
            var text = Steady(Assert.IsType<TextContentBlock>(Assert.Single(result.Content)).Text);
            var structured = Steady(result.StructuredContent!.Value.GetRawText());
            table.Append(CultureInfo.InvariantCulture, $"| {what} | {O200k.Count(text)} | {O200k.Count(text) + O200k.Count(structured)} |\n");
        }

        var page = (await File.ReadAllTextAsync(s_file, TestContext.Current.CancellationToken)).ReplaceLineEndings("\n");
        var (from, to) = (page.IndexOf(Begin, StringComparison.Ordinal) + Begin.Length, page.IndexOf(End, StringComparison.Ordinal));
        if (Environment.GetEnvironmentVariable(Rewrite) == "1")
            await File.WriteAllTextAsync(s_file, page[..from] + table + page[to..], TestContext.Current.CancellationToken);

        Assert.True(page[from..to] == table.ToString(), $"The tokens in docs/performance.md are others now. Run this test with {Rewrite}=1 and look at the difference:\n{table}");
    }

    /// <summary>What is aimed at, whatever the table says.</summary>
    [Fact]
    public async Task The_tools_fit_their_budgets()
    {
        var ofConversations = new JsonArray([.. (await ToolsAsync()).Where(t => SetsOf((string)t!["name"]!) == Toolsets.Conversations).Select(t => t!.DeepClone())]);
        Assert.InRange(CountOf(ofConversations), 1, 9_000);
        Assert.InRange(CountOf(WithoutOutputs(ofConversations)), 1, 5_000);

        Assert.InRange(CountOf(Inputs(ToolsetNames.Default)), 1, 7_000);
        Assert.All(ToolsetNames.Each(Present & ~Toolsets.Conversations), set => Assert.InRange(CountOf(Inputs(set)), 1, 1_500));
    }

    [Fact]
    public async Task A_history_of_fifty_messages_takes_at_most_half_of_what_it_took()
    {
        var history = (await AnswersAsync()).Single(a => a.What.StartsWith("`get_history`: 50", StringComparison.Ordinal) && !a.What.Contains("full", StringComparison.Ordinal)).Result;
        var text = Assert.IsType<TextContentBlock>(Assert.Single(history.Content)).Text;

        Assert.InRange(O200k.Count(Steady(text)), 1, 8_452 / 2);
    }

    private async Task<List<(string What, CallToolResult Result)>> AnswersAsync()
    {
        var ticket = "TOK" + ConnectedServer.NewTicket();
        var id = "cs-" + ticket;
        var answers = new List<(string, CallToolResult)>();
        await AddAsync("`initialize_conversation`", "initialize_conversation", $$"""{"user_id": "user-42", "ticket_id": "{{ticket}}", "priority": "high", "description": "Cannot log in since the update."}""");
        for (var i = 1; i <= 50; i++)
        {
            await server.DoAsync("add_message", $$"""
                {"conversation_id": "{{id}}", "role": "{{(i % 2 == 1 ? "user" : "assistant")}}", "message_id": "mail-{{i}}",
                 "content": "{{(i % 2 == 1 ? "I have tried what you said, and it still tells me that the password is wrong." : "Thank you. Please open the settings, choose Security, and tell me what the last line says.")}}"}
                """);
        }

        await AddAsync("`get_state`", "get_state", $$"""{"conversation_id": "{{id}}"}""");
        await AddAsync("`get_history`: 50 messages of 80 characters", "get_history", $$"""{"conversation_id": "{{id}}", "limit": 50}""");
        await AddAsync("`get_history`: the same with detail: full", "get_history", $$"""{"conversation_id": "{{id}}", "limit": 50, "detail": "full"}""");
        await AddAsync("`begin_turn` with the 10 messages before", "begin_turn", $$"""{"conversation_id": "{{id}}", "content": "It works now.", "message_id": "mail-51", "max_messages": 10}""");
        await AddAsync("`get_state` refused: TKT-001 for the id", "get_state", """{"conversation_id": "TKT-001"}""");
        for (var i = 1; i <= 10; i++)
        {
            await server.DoAsync("initialize_conversation", $$"""{"user_id": "user-{{i}}", "ticket_id": "{{ticket}}-{{i}}"}""");
            await server.DoAsync("escalate_conversation", $$"""
                {"conversation_id": "{{id}}-{{i}}", "queue": "{{ticket.ToLowerInvariant()}}", "reason": "Account locked by a fraud rule.",
                 "summary": "The password was reset twice, and the account is still locked; the customer has been told that a colleague writes today."}
                """);
        }

        await AddAsync("`list_queue`: 10 that wait", "list_queue", $$"""{"queue": "{{ticket.ToLowerInvariant()}}"}""");
        return answers;

        async Task AddAsync(string what, string tool, string arguments) => answers.Add((what, await server.CallAsync(tool, arguments)));
    }

    /// <summary>The sets that there are tools of.</summary>
    private Toolsets Present => catalogue.Tools.Aggregate(Toolsets.None, (sets, t) => sets | t.Sets);

    private Toolsets SetsOf(string tool) => catalogue.Tools.Single(t => t.Tool.Name == tool).Sets;

    /// <summary>What a model has before it of these sets: as an AI, or as one who may call every tool.</summary>
    private JsonArray Inputs(Toolsets sets, bool isForAi = false) => new(
        [.. catalogue.Tools.Where(t => (sets & t.Sets) != Toolsets.None && (!isForAi || t.IsForAi)).OrderBy(t => t.Tool.Name, StringComparer.Ordinal).Select(t => new JsonObject
        {
            ["name"] = t.Tool.Name,
            ["description"] = t.Tool.Description,
            ["inputSchema"] = JsonNode.Parse(t.Tool.InputSchema.GetRawText()),
        })]);

    private async Task<JsonArray> ToolsAsync() => new(
        [.. (await server.Client.ListToolsAsync(cancellationToken: TestContext.Current.CancellationToken))
            .OrderBy(t => t.Name, StringComparer.Ordinal)
            .Select(t => JsonSerializer.SerializeToNode(t.ProtocolTool, McpJsonUtilities.DefaultOptions))]);

    private static JsonArray WithoutOutputs(JsonArray tools)
    {
        var without = tools.DeepClone().AsArray();
        foreach (var tool in without)
            tool!.AsObject().Remove("outputSchema");
        return without;
    }

    private static int CountOf(JsonArray tools) => O200k.Count(new JsonObject { ["tools"] = tools.DeepClone() }.ToJsonString(s_readable));

    /// <summary>Without what is another in every run.</summary>
    private static string Steady(string text) => Token().Replace(TicketNumber().Replace(Time().Replace(text, "2026-11-21T09:00:00Z"), "1"), "dHVybnxjcy1UT0tULTF8MXw1MQ");

    private static readonly JsonSerializerOptions s_readable = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    [GeneratedRegex(@"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")]
    private static partial Regex Time();

    [GeneratedRegex(@"(?<=""turn_token"":"")[^""]+")]
    private static partial Regex Token();

    [GeneratedRegex(@"(?<=TOKT-|tokt-)\d+")]
    private static partial Regex TicketNumber();
}

/// <summary>Every tool there is, with its set, whoever may call it.</summary>
public sealed class CatalogueOfAll : IAsyncDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly ServiceProvider _services;

    public CatalogueOfAll()
    {
        var services = new ServiceCollection();
        services.AddSupportState(new ServerOptions { Backend = Backend.Sqlite, Directory = _directory.Path }, LogLevel.Warning);
        _services = services.BuildServiceProvider();
        var ai = new Caller(new Actor(ActorKind.Ai, "claude"), RoleNames.DefaultFor(ActorKind.Ai));
        Tools = [.. _services.GetServices<McpServerTool>().Select(t =>
            (t.ProtocolTool, SetsOf(t), AuthorizationFilter.RequirementOf(t)!.IsMetBy(ai)))];
    }

    public IReadOnlyList<(Tool Tool, Toolsets Sets, bool IsForAi)> Tools { get; }

    /// <summary>A tool that a step opens is listed with the tickets, too.</summary>
    private static Toolsets SetsOf(McpServerTool tool) =>
        tool.Metadata.OfType<ToolsetAttribute>().Single().Set | (ToolsetFilter.IsOpenedByStep(tool) ? Toolsets.Tickets : Toolsets.None);

    public async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync();
        _directory.Dispose();
    }
}

/// <summary>A server whose clock stands: an answer leaves a time out that is within the minute of the one before.</summary>
public sealed class StillServer : ConnectedServer
{
    private readonly FakeTime _time = new();

    protected override TimeProvider Time => _time;
}
