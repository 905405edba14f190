using System.Collections;
using SupportStateMcp.Hosting;
using SupportStateMcp.Mcp.Tools;
using SupportStateMcp.Tests.Support;

namespace SupportStateMcp.Tests.Hosting;

/// <summary>Toolsets as they are configured: of the server, and of a token.</summary>
public sealed class ToolsetOptionsTests : IDisposable
{
    private static readonly string s_digest = new('a', 64);

    private readonly TemporaryDirectory _directory = new();

    [Fact]
    public void Nothing_configured_is_left_open()
    {
        var options = Valid($$"""{"http": {"tokens": [{"sha256": "{{s_digest}}", "actor": "ai:bot"}]} }""");

        Assert.Null(options.Toolsets);
        Assert.Null(options.Tokens.Single().Toolsets);
    }

    [Fact]
    public void The_server_and_each_token_have_a_list()
    {
        var options = Valid($$"""
            {"tools": {"sets": ["tickets", "Knowledge"]},
             "http": {"tokens": [{"sha256": "{{s_digest}}", "actor": "ai:bot", "toolsets": ["crm", "knowledge"]}]} }
            """);

        Assert.Equal(Toolsets.Tickets | Toolsets.Knowledge, options.Toolsets);
        Assert.Equal(Toolsets.Crm | Toolsets.Knowledge, options.Tokens.Single().Toolsets);
    }

    [Fact]
    public void The_environment_gives_a_list_in_one_and_the_command_line_goes_over_it()
    {
        var environment = new Hashtable
        {
            ["SUPPORTSTATE__TOOLS__SETS"] = "crm, knowledge",
            ["SUPPORTSTATE__HTTP__TOKENS__0__SHA256"] = s_digest,
            ["SUPPORTSTATE__HTTP__TOKENS__0__ACTOR"] = "ai:bot",
            ["SUPPORTSTATE__HTTP__TOKENS__0__TOOLSETS"] = "tickets,crm",
        };

        var options = Read(null, environment).Options!;
        Assert.Equal((Toolsets.Crm | Toolsets.Knowledge, Toolsets.Tickets | Toolsets.Crm), (options.Toolsets, options.Tokens.Single().Toolsets));
        Assert.Equal(Toolsets.Conversations, Read(null, environment, ("tools:sets", "conversations")).Options!.Toolsets);
    }

    [Fact]
    public void Every_unknown_set_is_named_at_once()
    {
        var (_, violations) = Read(Json($$"""
            {"tools": {"sets": ["ticket", "knowledge", "all"], "set": "crm"},
             "http": {"tokens": [{"sha256": "{{s_digest}}", "actor": "ai:bot", "toolsets": []}, {"sha256": "{{s_digest.Replace('a', 'b')}}", "actor": "ai:b", "toolsets": ["none", ""]}]} }
            """));

        Assert.Equal(
            [
                "tools.set: there is no such key; docs/configuration.md lists them all.",
                "http.tokens.0.toolsets: there is none; use at least one of conversations, tickets, knowledge, crm, memory, tasks, versions, context, or leave the key out.",
                "http.tokens.1.toolsets: 'none' is not valid; use conversations, tickets, knowledge, crm, memory, tasks, versions, context.",
                "http.tokens.1.toolsets: '' is not valid; use conversations, tickets, knowledge, crm, memory, tasks, versions, context.",
                "tools.sets: 'ticket' is not valid; use conversations, tickets, knowledge, crm, memory, tasks, versions, context.",
                "tools.sets: 'all' is not valid; use conversations, tickets, knowledge, crm, memory, tasks, versions, context.",
            ],
            violations);
    }

    [Fact]
    public void An_empty_list_is_refused() => Assert.Equal(
        ["tools.sets: there is none; use at least one of conversations, tickets, knowledge, crm, memory, tasks, versions, context, or leave the key out."],
        Read(Json("""{"tools": {"sets": []} }""")).Violations);

    public void Dispose() => _directory.Dispose();

    private ServerOptions Valid(string json)
    {
        var (options, violations) = Read(Json(json));
        Assert.Empty(violations);
        return options!;
    }

    private static (ServerOptions? Options, IReadOnlyList<string> Violations) Read(string? file, IDictionary? environment = null, params (string Key, string? Value)[] line) =>
        OptionsReader.Read(OptionsSources.Read(file, environment ?? new Hashtable(), line.ToDictionary(l => l.Key, l => l.Value)), null);

    private string Json(string section) => _directory.File("toolsets.json", $$"""{"mcp": {{section}} }""");
}
